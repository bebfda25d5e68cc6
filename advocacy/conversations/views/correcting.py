"""Correcting a conversation."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.contacts.models import Contact
from advocacy.conversations import actions, queries, rules
from advocacy.conversations.corrections import corrections_about
from advocacy.conversations.forms import LogForm, read_answers
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Said, did
from advocacy.conversations.views.blueprint import (
    DRAWN,
    blueprint,
    card_of,
    names_in_words,
    next_page,
    own_conversation,
    participants_with_contacts,
    programme_today,
)
from advocacy.conversations.views.sheet import (
    answers_sent,
    beside_fields,
    contact_texts,
    picked,
    resolve,
    said_in,
    values_of,
    what_is_wrong,
)
from advocacy.conversations.views.told import no_points_words, why_no_points
from advocacy.core.errors import DomainError, Gone, Invalid
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import now
from advocacy.web.session import db
from advocacy.web.user import current_user


@blueprint.get("/conversations/<int:conversation_id>/edit")
def correct_page(conversation_id: int) -> ResponseReturnValue:
    """Show a conversation for correcting."""
    conversation = own_conversation(conversation_id)
    form = LogForm(
        kind=conversation.kind,
        began=conversation.began,
        channel=conversation.channel,
        occurred_on=conversation.day,
        note=conversation.note,
    )
    return _correct_page(conversation, form)


def _correct_page(
    conversation: Conversation,
    form: LogForm,
    named: Sequence[Mapping[str, Any]] | None = None,
    answered: Sequence[str] = (),
    wrong: Sequence[DomainError] = (),
) -> ResponseReturnValue:
    """Render a conversation with what was sent, else as it is.

    :raises Gone: when whom it was with is erased.
    """
    together = participants_with_contacts(conversation.id)
    people = [contact for _, contact in together]
    if not people:
        gone = Gone("Whom this was with is erased, and what was said with the name.")
        gone.back = ("/contacts", "To your people")
        raise gone
    form.seen.data = stamp(*_said_of(conversation, [one for one, _ in together]))
    answered = answered or ["true" if one.answered else "false" for one, _ in together]
    if named is None:
        named = [{"id": one.id, "name": one.label} for one in people]
    beside = beside_fields(form, wrong)
    cards = {f"/contacts/{one.id}": one for one in people}
    return (
        render_template(
            "conversations/correct.html",
            conversation=conversation,
            title=_in_words(conversation, people),
            stands=_in_short(conversation, [one for one, _ in together]),
            people=people,
            waiting=[contact for one, contact in together if not one.answered],
            form=form,
            picked=named,
            recent=[],
            drawn=DRAWN,
            answered=answered if len(set(answered)) > 1 else answered[:1],
            can_change=_can_change(conversation),
            corrections=corrections_about(db(), conversation),
            next=next_page(),
            came_from=cards.get(next_page() or next(iter(cards), "")),
            **beside,
        ),
        422 if wrong or form.errors else 200,
    )


def _can_change(conversation: Conversation) -> bool:
    """Tell whether more than the note can be changed: not once a manager put it right."""
    in_time = rules.can_be_changed(conversation.day, programme_today())
    return in_time and conversation.put_right_by is None


def _in_short(conversation: Conversation, people: Sequence[Participant]) -> str:
    heard = sum(one.answered for one in people)
    day, kind, began = conversation.day, conversation.kind, conversation.began
    return rules.in_short(day, kind, began, heard, len(people), who="you")


def _in_words(conversation: Conversation, people: Collection[Contact]) -> str:
    listed = names_in_words([one.label for one in people])
    return did(conversation.kind, conversation.began, listed)


@blueprint.post("/conversations/<int:conversation_id>/edit")
def correct(conversation_id: int) -> ResponseReturnValue:
    """Correct a conversation; fourteen days after it only the note, and more is refused."""
    actions.hold(db(), current_user.id)
    conversation = own_conversation(conversation_id)
    form = LogForm(occurred_on=conversation.day)
    texts = contact_texts()
    is_whole = _can_change(conversation) or "kind" in request.form  # opened while it could be
    if is_whole:
        wrong = what_is_wrong(form, texts)
    else:
        wrong = [] if form.validate() else [Invalid("Look at what is marked.")]
    lost = ""
    try:
        if not wrong:
            stands = queries.participants_of(db(), conversation_id)
            check_stamp(form.seen.data or "", *_said_of(conversation, stands))
            contacts, said = _as_sent(form, texts) if is_whole else _as_it_is(conversation, form)
            before = why_no_points(participants_with_contacts(conversation_id), conversation.day)
            actions.correct(db(), conversation, said, contacts, now())
            together = participants_with_contacts(conversation_id)
            lost = no_points_words(together, conversation.day, before)
            if conversation.set_aside_by is not None:
                lost = " It stays set aside, so it earns no points."
    except DomainError as error:
        wrong = [error]
    if wrong:
        db().rollback()
        return _correct_again(conversation_id, form, texts, wrong)
    flash(
        f"Corrected.{lost or ' Your points follow the record as it stands now.'}",
        "caution" if lost else "done",
    )
    return redirect(next_page() or card_of(conversation_id))


def _correct_again(
    conversation_id: int, form: LogForm, texts: Sequence[str], wrong: Sequence[DomainError]
) -> ResponseReturnValue:
    people = picked(texts)
    answered = answers_sent(values_of(people)) or ["true"]
    return _correct_page(own_conversation(conversation_id), form, people, answered, wrong)


def _as_sent(form: LogForm, texts: Sequence[str]) -> tuple[list[int], Said]:
    contacts = resolve(texts, now())
    return contacts, said_in(form, read_answers(answers_sent(texts), len(contacts)))


def _said_of(conversation: Conversation, participants: Sequence[Participant]) -> tuple[object, ...]:
    """Return what the record says of a conversation: what a form is opened with."""
    return (
        conversation.day,
        conversation.kind,
        conversation.began,
        conversation.channel,
        conversation.note,
        *((one.contact_id, one.answered) for one in participants),
    )


def _as_it_is(conversation: Conversation, form: LogForm) -> tuple[list[int], Said]:
    people = queries.participants_of(db(), conversation.id)
    said = Said(
        day=conversation.day,
        kind=conversation.kind,
        began=conversation.began,
        answered=[one.answered for one in people],
        channel=conversation.channel,
        note=(form.note.data or "").strip(),
    )
    return [one.contact_id for one in people], said
