"""Marking that an answer came."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.contacts.queries import get_contact
from advocacy.conversations import actions, answering
from advocacy.conversations.forms import ReplyForm
from advocacy.conversations.models import Conversation
from advocacy.conversations.views.blueprint import (
    blueprint,
    flash_undo,
    next_page,
    own_conversation,
    people_of,
    programme_today,
    short_name,
)
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.time import now
from advocacy.points.rules import Began
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.undo import undo_word, was_just_done
from advocacy.web.user import current_user


@blueprint.get("/conversations/<int:conversation_id>/answered/<int:contact_id>")
def answered_page(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Ask for the day of one's own answer to somebody who began."""
    return _answered_page(conversation_id, contact_id, ReplyForm(replied_on=programme_today()))


def _answered_page(
    conversation_id: int, contact_id: int, form: ReplyForm, status: int = 200
) -> ResponseReturnValue:
    conversation = own_conversation(conversation_id)
    if contact_id not in people_of(conversation_id):
        raise NotFound("That person was not part of it.")
    return (
        render_template(
            "conversations/answered.html",
            conversation=conversation,
            contact=get_contact(db(), current_user.id, contact_id),
            form=form,
            next=next_page(),
        ),
        status,
    )


@blueprint.post("/conversations/<int:conversation_id>/answered/<int:contact_id>")
def answered(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Mark that an answer came: theirs, or one's own on its day."""
    actions.hold(db(), current_user.id)
    conversation = own_conversation(conversation_id)
    form = ReplyForm()
    contact = get_contact(db(), current_user.id, contact_id)
    if not form.validate():
        return _answered_page(conversation_id, contact_id, form, 422)
    try:
        marked = answering.mark_answered(
            db(), conversation, contact_id, replied_on=form.replied_on.data, now=now()
        )
    except DomainError as error:
        db().rollback()
        return _answered_page(conversation_id, contact_id, show_error(form, error), 422)
    where = next_page() or f"/contacts/{contact_id}"
    they = conversation.began == Began.ADVOCATE
    name = short_name(contact)
    text = f"Noted: {name} answered." if they else f"Noted: you answered {name}."
    if marked and they:
        undo = url_for(
            "conversations.unmark_answered", conversation_id=conversation_id, contact_id=contact_id
        )
        word = undo_word(*_marked(conversation, contact_id))
        flash_undo(text, undo, {"next": where, "undo": word})
    else:
        flash(text)
    return redirect(where)


def _marked(conversation: Conversation, contact_id: int) -> tuple[int, ...]:
    """Return what was marked; what a manager puts right afterwards cannot be undone by it."""
    return current_user.id, conversation.id, contact_id, conversation.put_right_by or 0


@blueprint.post("/conversations/<int:conversation_id>/answered/<int:contact_id>/undo")
def unmark_answered(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Undo that an answer was just marked, for who marked it."""
    actions.hold(db(), current_user.id)
    conversation = own_conversation(conversation_id)
    word = request.form.get("undo", "")
    if not was_just_done(word, *_marked(conversation, contact_id)):
        raise Invalid("This can be undone only just after. Put the conversation right instead.")
    answering.unmark_answered(db(), conversation, contact_id, now())
    flash("Undone: no answer yet.")
    return redirect(next_page() or f"/contacts/{contact_id}")
