"""Logging a conversation, marking that an answer came, correcting and taking back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.contacts.actions import SeveralFit, find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import contacts_by_number, get_contact
from advocacy.conversations import actions, queries, rules
from advocacy.conversations.forms import LogForm, ReplyForm, read_answers
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Said
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import day_of, now
from advocacy.points.rules import LATE_DAYS, Kind
from advocacy.programme.queries import get_programme
from advocacy.web.addresses import own_address
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("conversations", __name__)

_NAMES_LISTED = 3

RECENT = 8
DRAWN: Mapping[str, Mapping[str, str]] = {
    Kind.COMMENTED: {"icon": "reply", "tone": "sea"},
    Kind.WROTE: {"icon": "pen-line", "tone": "leaf"},
    Kind.CALLED: {"icon": "phone", "tone": "leaf"},
    Kind.INTRODUCED: {"icon": "waypoints", "tone": "leaf"},
    Kind.MET: {"icon": "handshake", "tone": "sun"},
}


def _today() -> date:
    return day_of(now(), get_programme(db()).time_zone)


@blueprint.get("/log")
def log_page() -> ResponseReturnValue:
    """Show the sheet: the whole page, or its inside alone over another page."""
    form = LogForm(occurred_on=_today())
    picked: list[dict[str, Any]] = []
    if wanted := request.args.get("contact"):
        known = _known_contacts([wanted])
        picked = [{"id": contact.id, "name": contact.label} for contact in known.values()]
    return _sheet(form, picked=picked)


@blueprint.post("/log")
def log() -> ResponseReturnValue:
    """Log a conversation with one or several contacts, known or new."""
    form = LogForm()
    texts = _contact_texts()
    if not form.validate():
        return _sheet_again(form, texts)
    try:
        actions.hold(db(), current_user.id)
        contacts = _resolve(texts)
        said = _said(form, len(contacts))
        [number] = actions.record(
            db(),
            [actions.NewConversation(current_user.id, contacts, said)],
            now(),
        )
    except DomainError as error:
        db().rollback()
        if error.field not in ("contact", "answered"):  # those two are no fields of the form
            show_error(form, error)
        return _sheet_again(form, texts, error)
    _flash_logged(number, said)
    return redirect(own_address(request.form.get("next"), "/"))


def _contact_texts() -> list[str]:
    return [text.strip() for text in request.form.getlist("contact") if text.strip()]


def _known_contacts(texts: Sequence[str]) -> dict[int, Contact]:
    """Return the contacts that are named by their number (``id:12``), those of this person."""
    numbers = {_number(text) for text in texts if text.startswith("id:")} - {None}
    return contacts_by_number(db(), current_user.id, [n for n in numbers if n is not None])


def _number(text: str) -> int | None:
    digits = text.removeprefix("id:")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def _resolve(texts: Sequence[str]) -> list[int]:
    if not texts:
        raise Invalid("Say with whom: a name is enough.", field="contact")
    if len(texts) > rules.PEOPLE_LIMIT:
        raise Invalid(f"Up to {rules.PEOPLE_LIMIT} people fit.", field="contact")
    known = _known_contacts(texts)
    for text in texts:
        if text.startswith("id:") and _number(text) not in known:
            raise Invalid("You know nobody of that number.", field="contact")
    new = [text for text in texts if not text.startswith("id:")]
    added = iter(find_or_add(db(), current_user.id, new, now()))
    return [_number(text) or 0 if text.startswith("id:") else next(added) for text in texts]


def _said(form: LogForm, people: int) -> Said:
    answers = request.form.getlist("answered")
    return Said(
        day=form.occurred_on.data or _today(),
        kind=form.kind.data or "",
        began=form.began.data or "",
        answered=read_answers(answers, people),
        channel=(form.channel.data or "").strip(),
        note=(form.note.data or "").replace("\r\n", "\n").strip(),
    )


def _flash_logged(number: int, said: Said) -> None:
    people = [contact.label for contact in _people_of(number).values()]
    text = f"Logged with {_listed(people)}."
    if (_today() - said.day).days > LATE_DAYS:
        text += f" It is more than {LATE_DAYS} days ago: remembered, but no points."
    undo = url_for("conversations.take_back", conversation_id=number)
    toast: Any = {"text": text, "href": undo, "label": "Undo", "method": "post"}
    flash(toast, "undo")


def _people_of(number: int) -> dict[int, Contact]:
    numbers = [one.contact_id for one in queries.participants_of(db(), number)]
    found = contacts_by_number(db(), current_user.id, numbers)
    return {contact: found[contact] for contact in numbers}


def _listed(names: Sequence[str]) -> str:
    """Return names as people list them; not all of many, for a toast travels in the cookie."""
    if len(names) > _NAMES_LISTED:
        names = [*names[:_NAMES_LISTED], f"{len(names) - _NAMES_LISTED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _sheet_again(
    form: LogForm, texts: Sequence[str], error: DomainError | None = None
) -> ResponseReturnValue:
    """Render the sheet with what was typed, and the choices when a name fits several."""
    choices = error.choices if isinstance(error, SeveralFit) else []
    known = _known_contacts(texts)
    picked: list[dict[str, Any]] = []
    for text in texts:
        contact = known.get(_number(text) or 0) if text.startswith("id:") else None
        if contact is not None:
            picked.append({"id": contact.id, "name": contact.label})
        elif not text.startswith("id:") and not choices:
            picked.append({"name": text})
    return _sheet(form, picked=picked, choices=choices, error=error, status=422)


def _sheet(
    form: LogForm,
    *,
    picked: Sequence[Mapping[str, Any]] = (),
    choices: Sequence[Contact] = (),
    error: DomainError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    recent = list(choices) or queries.recent_contacts(db(), current_user.id, limit=RECENT)
    field = error.field if error else None
    inside = request.headers.get("X-Sheet") is not None
    return (
        render_template(
            "conversations/sheet.html" if inside else "conversations/log.html",
            form=form,
            action=url_for("conversations.log"),
            title="Log a conversation",
            picked=picked,
            recent=[
                {"id": one.id, "name": one.label if not choices else _told_apart(one)}
                for one in recent
            ],
            drawn=DRAWN,
            answered=request.form.getlist("answered") or ["true"],
            contact_errors=[error.message] if error and field == "contact" else [],
            answered_errors=[error.message] if error and field == "answered" else [],
            next=own_address(request.values.get("next"), ""),
            late_before=_today() - timedelta(days=LATE_DAYS),
        ),
        status,
    )


def _told_apart(contact: Contact) -> str:
    return f"{contact.name} ({contact.email or f'number {contact.id}'})"


def _mine(conversation_id: int) -> Conversation:
    return queries.get_conversation(db(), current_user.id, conversation_id)


@blueprint.get("/conversations/<int:conversation_id>/edit")
def correct_page(conversation_id: int) -> ResponseReturnValue:
    """Show a conversation for correcting."""
    conversation = _mine(conversation_id)
    participants = queries.participants_of(db(), conversation_id)
    form = LogForm(
        kind=conversation.kind,
        began=conversation.began,
        channel=conversation.channel,
        occurred_on=conversation.day,
        note=conversation.note,
        seen=stamp(*_said_of(conversation, participants)),
    )
    people = _people_of(conversation_id)
    picked = [{"id": number, "name": one.label} for number, one in people.items()]
    answered = ["true" if one.answered else "false" for one in participants]
    return _correct_page(conversation, form, picked, answered)


def _correct_page(
    conversation: Conversation,
    form: LogForm,
    picked: Sequence[Mapping[str, Any]],
    answered: Sequence[str],
    error: DomainError | None = None,
) -> ResponseReturnValue:
    field = error.field if error else None
    people = _people_of(conversation.id)
    return (
        render_template(
            "conversations/correct.html",
            conversation=conversation,
            people=list(people.values()),
            form=form,
            picked=picked,
            recent=[],
            drawn=DRAWN,
            answered=answered if len(set(answered)) > 1 else answered[:1],
            can_change=rules.can_be_changed(conversation.day, _today()),
            contact_errors=[error.message] if error and field == "contact" else [],
            answered_errors=[error.message] if error and field == "answered" else [],
            next=own_address(request.values.get("next"), ""),
        ),
        422 if error or form.errors else 200,
    )


@blueprint.post("/conversations/<int:conversation_id>/edit")
def correct(conversation_id: int) -> ResponseReturnValue:
    """Correct a conversation; fourteen days after it only the note."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    form = LogForm()
    texts = _contact_texts()
    try:
        if not form.validate():
            raise Invalid("Look at what is marked.")
        participants = queries.participants_of(db(), conversation_id)
        check_stamp(form.seen.data or "", *_said_of(conversation, participants))
        if rules.can_be_changed(conversation.day, _today()):
            contacts = _resolve(texts)
            said = _said(form, len(contacts))
        else:
            contacts, said = _as_it_is(conversation, form)
        actions.correct(db(), conversation, said, contacts, now())
    except DomainError as error:
        db().rollback()
        known = _known_contacts(texts)
        picked: list[dict[str, Any]] = [
            {"id": one.id, "name": one.label} for one in known.values()
        ] + [{"name": text} for text in texts if not text.startswith("id:")]
        answered = request.form.getlist("answered") or ["true"]
        if error.field or form.errors == {}:
            show_error(form, error)
        stands = queries.participants_of(db(), conversation_id)
        form.seen.data = stamp(*_said_of(_mine(conversation_id), stands))
        return _correct_page(_mine(conversation_id), form, picked, answered, error)
    flash("Put right. Your points follow the record as it stands now.")
    return redirect(own_address(request.form.get("next"), _card_of(conversation_id)))


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
        note=(form.note.data or "").replace("\r\n", "\n").strip(),
    )
    return [one.contact_id for one in people], said


def _card_of(conversation_id: int) -> str:
    people = _people_of(conversation_id)
    return f"/contacts/{next(iter(people))}" if people else "/contacts"


@blueprint.get("/conversations/<int:conversation_id>/answered/<int:contact_id>")
def answered_page(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Ask for the day of one's own answer to somebody who began."""
    return _answered_page(conversation_id, contact_id, ReplyForm(replied_on=_today()))


def _answered_page(
    conversation_id: int, contact_id: int, form: ReplyForm, status: int = 200
) -> ResponseReturnValue:
    conversation = _mine(conversation_id)
    if contact_id not in _people_of(conversation_id):
        raise NotFound("That person was not part of it.")
    return (
        render_template(
            "conversations/answered.html",
            conversation=conversation,
            contact=get_contact(db(), current_user.id, contact_id),
            form=form,
            next=own_address(request.values.get("next"), ""),
        ),
        status,
    )


@blueprint.post("/conversations/<int:conversation_id>/answered/<int:contact_id>")
def answered(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Mark that an answer came: theirs, or one's own on its day."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    form = ReplyForm()
    contact = get_contact(db(), current_user.id, contact_id)
    if not form.validate():
        return _answered_page(conversation_id, contact_id, form, 422)
    try:
        actions.mark_answered(
            db(), conversation, contact_id, replied_on=form.replied_on.data, now=now()
        )
    except DomainError as error:
        db().rollback()
        return _answered_page(conversation_id, contact_id, show_error(form, error), 422)
    flash(f"Noted: answered with {contact.label}.")
    return redirect(own_address(request.form.get("next"), f"/contacts/{contact_id}"))


@blueprint.post("/conversations/<int:conversation_id>/take-back")
def take_back(conversation_id: int) -> ResponseReturnValue:
    """Take a conversation back."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    card = _card_of(conversation_id)
    actions.take_back(db(), conversation, now())
    flash("Taken back. Your points are as if it had never been logged.")
    return redirect(own_address(request.form.get("next"), card))
