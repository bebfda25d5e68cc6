"""A manager puts somebody's conversation right."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.conversations.corrections import corrections_about
from advocacy.conversations.forms import PutRightForm, read_answers
from advocacy.conversations.models import Conversation
from advocacy.conversations.putting_right import find_with_entries, put_right, stamp_of, why_not
from advocacy.conversations.queries import participants_of
from advocacy.conversations.rules import Said, in_short
from advocacy.conversations.views.blueprint import DRAWN
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.time import month_of, now
from advocacy.leaderboard.looks import note_look
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.rules import Began
from advocacy.recognition.replay import moved_at
from advocacy.relationships.rules import words_entered
from advocacy.relationships.titles import labels_of_ties, titles_of
from advocacy.web.addresses import own_address
from advocacy.web.forms import SelectChoice, show_error
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/leaderboard/<int:person_id>/put-right/<int:conversation_id>")
def put_right_page(person_id: int, conversation_id: int) -> ResponseReturnValue:
    """Show a conversation for putting it right, or why that cannot be."""
    spoken = find_with_entries(db(), person_id, conversation_id)
    note_look(person_id, month_of(spoken.day), now())
    form = PutRightForm(kind=spoken.kind, began=spoken.began, occurred_on=spoken.day)
    return _page(get_person(db(), person_id), spoken, form)


def _page(
    person: Person,
    spoken: Conversation,
    form: PutRightForm,
    *,
    answered: Sequence[str] = (),
    answered_errors: Sequence[str] = (),
    would: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    people = participants_of(db(), spoken.id)
    labels = labels_of_ties(db(), {one.contact_id for one in people}, for_manager=True)
    form.seen.data = stamp_of(spoken, people)
    form.began.choices = [
        SelectChoice(Began.ADVOCATE, person.called),
        SelectChoice(Began.CONTACT, "They did" if len(people) > 1 else "The other person"),
    ]
    heard = sum(one.answered for one in people)
    return (
        render_template(
            "leaderboard/put_right.html",
            person=person,
            conversation=spoken,
            title=titles_of(db(), [spoken], for_manager=True)[spoken.id],
            stands=in_short(
                spoken.day, spoken.kind, spoken.began, heard, len(people), who=person.called
            ),
            people=[{"name": labels[one.contact_id]} for one in people],
            answered=answered or ["true" if one.answered else "false" for one in people],
            answered_errors=answered_errors,
            why_not=why_not(db(), spoken, current_user.id),
            earlier=corrections_about(db(), spoken),
            form=form,
            would=would,
            drawn=DRAWN,
            next=_next_page(person.id, month_of(spoken.day)),
        ),
        status,
    )


def _next_page(person_id: int, month: str) -> str:
    return own_address(request.values.get("next"), f"/leaderboard/{person_id}?month={month}")


@blueprint.post("/leaderboard/<int:person_id>/put-right/<int:conversation_id>")
def put_right_(person_id: int, conversation_id: int) -> ResponseReturnValue:
    """Put a conversation right, or only say what that would do to points."""
    person = get_person(db(), person_id)
    form, answered = PutRightForm(), request.form.getlist("answered")
    only_look, at = "look" in request.form, now()
    try:
        spoken = put_right(
            db(),
            person_id,
            conversation_id,
            _said(form, answered),
            "–" if only_look else form.reason.data or "",  # to look, nobody has to say why
            corrected_by=current_user.id,
            seen=form.seen.data or "",
            now=at,
        )
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        beside = [error.message] if error.field == "answered" else []
        if not beside and not form.errors:
            show_error(form, error)
        spoken = find_with_entries(db(), person_id, conversation_id)
        note_look(person_id, month_of(spoken.day), at)
        return _page(person, spoken, form, answered=answered, answered_errors=beside, status=422)
    changes, worth = words_entered(moved_at(db(), person, [at])[at]), _worth(spoken)
    if only_look:
        db().rollback()
        note_look(person_id, month_of(spoken.day), at)
        would = f"would change: {changes}" if changes else "would stay as they are"
        spoken = find_with_entries(db(), person_id, conversation_id)
        would = f"{person.called}’s points {would}.{worth}"
        return _page(person, spoken, form, answered=answered, would=would)
    entered = f": {changes}" if changes else ", and the points stay as they are"
    flash(f"Put right{entered}. {_told(person)}{worth}")
    return redirect(_next_page(person_id, month_of(spoken.day)))


def _said(form: PutRightForm, answered: Sequence[str]) -> Said:
    """Return what the form says.

    :raises Invalid: when the day is none, or an answer cannot be read.
    """
    if not form.validate() or form.occurred_on.data is None:
        raise Invalid("Say on which day it was.", field="occurred_on")
    return Said(
        day=form.occurred_on.data,
        kind=form.kind.data or "",
        began=form.began.data or "",
        answered=read_answers(answered, len(answered)),
    )


def _told(person: Person) -> str:
    if person.deactivated_at is not None:
        return f"{person.called} has no way in, so nobody is told."
    return f"{person.called} finds it on Today and beside the entry, with your name and reason."


def _worth(spoken: Conversation) -> str:
    if spoken.set_aside_by is not None:
        return " It stays set aside, so it earns no points."
    if not any(one.counted for one in participants_of(db(), spoken.id)):
        return " As it stands now it is remembered only, and earns no points."
    return ""
