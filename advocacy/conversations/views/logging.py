"""Logging a conversation."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.contacts.actions import SeveralFit
from advocacy.contacts.models import Contact
from advocacy.conversations import actions, queries, rules
from advocacy.conversations.forms import LogForm, read_answers
from advocacy.conversations.rules import Said
from advocacy.conversations.views.blueprint import (
    DRAWN,
    blueprint,
    flash_undo,
    names_in_words,
    next_page,
    participants_with_contacts,
    programme_today,
    short_name,
)
from advocacy.conversations.views.sheet import (
    answers_sent,
    beside_fields,
    contact_texts,
    picked,
    resolve,
    said_in,
    told_apart,
    values_of,
    what_is_wrong,
)
from advocacy.conversations.views.told import limit_words, no_points_words
from advocacy.core.errors import DomainError
from advocacy.core.time import now
from advocacy.points.rules import LATE_DAYS
from advocacy.web.addresses import page_before
from advocacy.web.session import db
from advocacy.web.user import current_user

RECENT = 8


@blueprint.get("/log")
def log_page() -> ResponseReturnValue:
    """Show the sheet: the whole page, or its inside alone over another page."""
    form = LogForm(occurred_on=programme_today())
    named = [text.strip() for text in request.args.getlist("contact") if text.strip()]
    named = named[: rules.PEOPLE_LIMIT]
    return _sheet(form, picked(named), back=next_page() or page_before(otherwise=""))


@blueprint.post("/log")
def log() -> ResponseReturnValue:
    """Log a conversation with one or several contacts, known or new."""
    form = LogForm()
    texts = contact_texts()
    if wrong := what_is_wrong(form, texts):
        return sheet_again(form, texts, wrong)
    at = now()
    try:
        actions.hold(db(), current_user.id)
        contacts = resolve(texts, at)
        said = said_in(form, read_answers(answers_sent(texts), len(contacts)))
        twins = queries.same_on_day(db(), current_user.id, contacts, said.kind, said.day)
        [number] = actions.record(
            db(), [actions.NewConversation(current_user.id, contacts, said)], at
        )
    except DomainError as error:
        db().rollback()
        return sheet_again(form, texts, [error])
    where = next_page() or "/"
    _flash_logged(number, said, twins, where)
    return redirect(where)


def _flash_logged(number: int, said: Said, twins: Sequence[Contact], where: str) -> None:
    together = participants_with_contacts(number)
    people = [short_name(contact) for _, contact in together]
    text = f"Logged with {names_in_words(people)}.{no_points_words(together, said.day)}"
    text += limit_words(said.day)
    if twins:
        known = names_in_words([short_name(contact) for contact in twins])
        text += f" {rules.called_twice(said.kind, known)}"
    undo = url_for("relationships.take_back", conversation_id=number)
    flash_undo(text, undo, {"next": where}, "caution" if twins else "undo")


def sheet_again(
    form: LogForm, texts: Sequence[str], wrong: Sequence[DomainError]
) -> ResponseReturnValue:
    """Render the sheet with what was typed, and the choices when a name fits several."""
    several = next((one for one in wrong if isinstance(one, SeveralFit)), None)
    return _sheet(
        form,
        picked(texts, without=several.name if several else None),
        choices=several.choices if several else (),
        wrong=wrong,
        status=422,
    )


def _sheet(
    form: LogForm,
    people: Sequence[Mapping[str, Any]],
    *,
    choices: Sequence[Contact] = (),
    wrong: Sequence[DomainError] = (),
    back: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    recent = list(choices) or queries.recent_contacts(db(), current_user.id, limit=RECENT)
    inside = request.headers.get("X-Sheet") is not None
    return (
        render_template(
            "conversations/sheet.html" if inside else "conversations/log.html",
            form=form,
            action=url_for("conversations.log"),
            title="Log a conversation",
            picked=people,
            recent=[
                {"id": one.id, "name": one.label if not choices else told_apart(one)}
                for one in recent
            ],
            drawn=DRAWN,
            answered=answers_sent(values_of(people)) or ["true"],
            next=back or next_page(),
            late_before=programme_today() - timedelta(days=LATE_DAYS),
            **beside_fields(form, wrong),
        ),
        status,
    )
