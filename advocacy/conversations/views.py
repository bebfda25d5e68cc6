"""Logging a conversation, marking that an answer came, correcting and taking back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.contacts.actions import SeveralFit, find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import contacts_by_number, get_contact
from advocacy.conversations import actions, queries, rules
from advocacy.conversations.forms import LogForm, ReplyForm, read_answers
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Said, did
from advocacy.core.errors import DomainError, Gone, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import day_of, now
from advocacy.points.rules import LATE_DAYS, Began, Kind
from advocacy.programme.queries import get_programme
from advocacy.web.addresses import own_address, page_before
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.undo import undo_word, was_just_done
from advocacy.web.user import current_user

blueprint = Blueprint("conversations", __name__)

_NAMES_LISTED = 3
_NAME_SHOWN = 60

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
    return _sheet(form, picked=picked, back=_next_page() or page_before(otherwise=""))


def _next_page() -> str:
    """Return the page to go to afterwards, when one is named."""
    return own_address(request.values.get("next"), "")


@blueprint.post("/log")
def log() -> ResponseReturnValue:
    """Log a conversation with one or several contacts, known or new."""
    form = LogForm()
    texts = _contact_texts()
    if wrong := _what_is_wrong(form, texts):
        return _sheet_again(form, texts, wrong)
    at = now()
    try:
        actions.hold(db(), current_user.id)
        contacts = _resolve(texts, at)
        said = _said(form, read_answers(request.form.getlist("answered"), len(contacts)))
        twins = queries.same_on_day(db(), current_user.id, contacts, said.kind, said.day)
        [number] = actions.record(
            db(), [actions.NewConversation(current_user.id, contacts, said)], at
        )
    except DomainError as error:
        db().rollback()
        return _sheet_again(form, texts, [error])
    where = _next_page() or "/"
    _flash_logged(number, said, twins, where)
    return redirect(where)


def _what_is_wrong(form: LogForm, texts: Sequence[str]) -> list[DomainError]:
    """Return all that is wrong with what was sent; the form's own errors stand in it already."""
    is_valid = form.validate()
    try:
        answers = read_answers(request.form.getlist("answered"), len(texts))
        wrong: list[DomainError] = []
    except Invalid as error:
        answers = [True] * len(texts)
        wrong = [error]
    wrong += [
        problem
        for problem in rules.problems(_said(form, answers), _today())
        if problem.field not in form.errors
    ]
    return wrong if is_valid or wrong else [Invalid("Look at what is marked.")]


def _contact_texts() -> list[str]:
    return [text.strip() for text in request.form.getlist("contact") if text.strip()]


def _known_contacts(texts: Sequence[str]) -> dict[int, Contact]:
    """Return the contacts that are named by their number (``id:12``), those of this person."""
    numbers = {_number(text) for text in texts if text.startswith("id:")} - {None}
    return contacts_by_number(db(), current_user.id, [n for n in numbers if n is not None])


def _number(text: str) -> int | None:
    digits = text.removeprefix("id:")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def _resolve(texts: Sequence[str], at: datetime) -> list[int]:
    if not texts:
        raise Invalid("Say with whom: a name is enough.", field="contact")
    if len(texts) > rules.PEOPLE_LIMIT:
        raise Invalid(f"Up to {rules.PEOPLE_LIMIT} people fit.", field="contact")
    known = _known_contacts(texts)
    for text in texts:
        if text.startswith("id:") and _number(text) not in known:
            raise Invalid("There is nobody of yours here.", field="contact")
    new = [text for text in texts if not text.startswith("id:")]
    added = iter(find_or_add(db(), current_user.id, new, at))
    return [_number(text) or 0 if text.startswith("id:") else next(added) for text in texts]


def _said(form: LogForm, answers: Sequence[bool]) -> Said:
    return Said(
        day=form.occurred_on.data or _today(),
        kind=form.kind.data or "",
        began=form.began.data or "",
        answered=answers,
        channel=(form.channel.data or "").strip(),
        note=(form.note.data or "").replace("\r\n", "\n").strip(),
    )


def _flash_logged(number: int, said: Said, twins: Sequence[Contact], where: str) -> None:
    people = [_short(contact) for contact in _people_of(number).values()]
    text = f"Logged with {_listed(people)}."
    if (_today() - said.day).days > LATE_DAYS:
        text += f" It was more than {LATE_DAYS} days ago: remembered, but no points."
    if twins:
        known = _listed([_short(contact) for contact in twins])
        text += f" {rules.called_twice(said.kind, known)}"
    undo = url_for("conversations.take_back", conversation_id=number)
    _flash_undo(text, undo, {"next": where}, "caution" if twins else "undo")


def _flash_undo(text: str, undo: str, fields: Mapping[str, str], category: str = "undo") -> None:
    toast: Any = {"text": text, "href": undo, "label": "Undo", "method": "post", "fields": fields}
    flash(toast, category)


def _together(number: int) -> list[tuple[Participant, Contact]]:
    """Return who took part in a conversation, in the order they were named."""
    participants = queries.participants_of(db(), number)
    found = contacts_by_number(db(), current_user.id, [one.contact_id for one in participants])
    return [(one, found[one.contact_id]) for one in participants]


def _people_of(number: int) -> dict[int, Contact]:
    return {contact.id: contact for _, contact in _together(number)}


def _short(contact: Contact) -> str:
    """Return what a contact is called, cut where that is very long."""
    label = contact.label
    return label if len(label) <= _NAME_SHOWN else f"{label[: _NAME_SHOWN - 1]}…"


def _listed(names: Sequence[str]) -> str:
    """Return names as people list them; not all of many, for a toast travels in the cookie."""
    if len(names) > _NAMES_LISTED:
        names = [*names[:_NAMES_LISTED], f"{len(names) - _NAMES_LISTED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _sheet_again(
    form: LogForm, texts: Sequence[str], wrong: Sequence[DomainError]
) -> ResponseReturnValue:
    """Render the sheet with what was typed, and the choices when a name fits several."""
    choices = next((one.choices for one in wrong if isinstance(one, SeveralFit)), [])
    known = _known_contacts(texts)
    picked: list[dict[str, Any]] = []
    for text in texts:
        contact = known.get(_number(text) or 0) if text.startswith("id:") else None
        if contact is not None:
            picked.append({"id": contact.id, "name": contact.label})
        elif not text.startswith("id:") and not choices:
            picked.append({"name": text})
    return _sheet(form, picked=picked, choices=choices, wrong=wrong, status=422)


def _sheet(
    form: LogForm,
    *,
    picked: Sequence[Mapping[str, Any]] = (),
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
            picked=picked,
            recent=[
                {"id": one.id, "name": one.label if not choices else _told_apart(one)}
                for one in recent
            ],
            drawn=DRAWN,
            answered=request.form.getlist("answered") or ["true"],
            next=back or _next_page(),
            late_before=_today() - timedelta(days=LATE_DAYS),
            **_beside_fields(form, wrong),
        ),
        status,
    )


def _beside_fields(form: LogForm, wrong: Sequence[DomainError]) -> dict[str, list[str]]:
    """Put errors beside their fields; with whom and answered are no fields of the form."""
    beside: dict[str, list[str]] = {"contact": [], "answered": []}
    for error in wrong:
        if error.field in beside:
            beside[error.field].append(error.message)
        elif error.field or not form.errors:
            show_error(form, error)
    return {f"{name}_errors": messages for name, messages in beside.items()}


def _told_apart(contact: Contact) -> str:
    return f"{contact.name} ({contact.email or f'number {contact.id}'})"


def _mine(conversation_id: int) -> Conversation:
    try:
        return queries.get_conversation(db(), current_user.id, conversation_id)
    except Gone as gone:
        people = [contact for _, contact in _together(conversation_id)]
        if people:
            gone.back = (f"/contacts/{people[0].id}", f"To {people[0].label}")
        else:
            gone.back = ("/contacts", "To your people")
        raise


@blueprint.get("/conversations/<int:conversation_id>/edit")
def correct_page(conversation_id: int) -> ResponseReturnValue:
    """Show a conversation for correcting."""
    conversation = _mine(conversation_id)
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
    picked: Sequence[Mapping[str, Any]] | None = None,
    answered: Sequence[str] = (),
    wrong: Sequence[DomainError] = (),
) -> ResponseReturnValue:
    """Render a conversation with what was sent, else as it is."""
    together = _together(conversation.id)
    people = [contact for _, contact in together]
    form.seen.data = stamp(*_said_of(conversation, [one for one, _ in together]))
    answered = answered or ["true" if one.answered else "false" for one, _ in together]
    if picked is None:
        picked = [{"id": one.id, "name": one.label} for one in people]
    beside = _beside_fields(form, wrong)
    return (
        render_template(
            "conversations/correct.html",
            conversation=conversation,
            title=_in_words(conversation, people),
            people=people,
            waiting=[contact for one, contact in together if not one.answered],
            form=form,
            picked=picked,
            recent=[],
            drawn=DRAWN,
            answered=answered if len(set(answered)) > 1 else answered[:1],
            can_change=rules.can_be_changed(conversation.day, _today()),
            next=_next_page(),
            **beside,
        ),
        422 if wrong or form.errors else 200,
    )


def _in_words(conversation: Conversation, people: Collection[Contact]) -> str:
    listed = _listed([one.label for one in people])
    return did(conversation.kind, conversation.began, listed)


@blueprint.post("/conversations/<int:conversation_id>/edit")
def correct(conversation_id: int) -> ResponseReturnValue:
    """Correct a conversation; fourteen days after it only the note."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    form = LogForm()
    texts = _contact_texts()
    can_change = rules.can_be_changed(conversation.day, _today())
    if can_change:
        wrong = _what_is_wrong(form, texts)
    else:
        wrong = [] if form.validate() else [Invalid("Look at what is marked.")]
    try:
        if not wrong:
            stands = queries.participants_of(db(), conversation_id)
            check_stamp(form.seen.data or "", *_said_of(conversation, stands))
            contacts, said = _as_sent(form, texts) if can_change else _as_it_is(conversation, form)
            actions.correct(db(), conversation, said, contacts, now())
    except DomainError as error:
        wrong = [error]
    if wrong:
        db().rollback()
        return _correct_again(conversation_id, form, texts, wrong)
    flash("Put right. Your points follow the record as it stands now.")
    return redirect(_next_page() or _card_of(conversation_id))


def _correct_again(
    conversation_id: int, form: LogForm, texts: Sequence[str], wrong: Sequence[DomainError]
) -> ResponseReturnValue:
    known = _known_contacts(texts)
    picked: list[dict[str, Any]] = [{"id": one.id, "name": one.label} for one in known.values()] + [
        {"name": text} for text in texts if not text.startswith("id:")
    ]
    answered = request.form.getlist("answered") or ["true"]
    return _correct_page(_mine(conversation_id), form, picked, answered, wrong)


def _as_sent(form: LogForm, texts: Sequence[str]) -> tuple[list[int], Said]:
    contacts = _resolve(texts, now())
    return contacts, _said(form, read_answers(request.form.getlist("answered"), len(contacts)))


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
            next=_next_page(),
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
        marked = actions.mark_answered(
            db(), conversation, contact_id, replied_on=form.replied_on.data, now=now()
        )
    except DomainError as error:
        db().rollback()
        return _answered_page(conversation_id, contact_id, show_error(form, error), 422)
    where = _next_page() or f"/contacts/{contact_id}"
    text = f"Noted: answered with {_short(contact)}."
    if marked and conversation.began == Began.ADVOCATE:
        undo = url_for(
            "conversations.unmark_answered", conversation_id=conversation_id, contact_id=contact_id
        )
        word = undo_word(current_user.id, conversation_id, contact_id)
        _flash_undo(text, undo, {"next": where, "undo": word})
    else:
        flash(text)
    return redirect(where)


@blueprint.post("/conversations/<int:conversation_id>/answered/<int:contact_id>/undo")
def unmark_answered(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Undo that an answer was just marked, for who marked it."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    word = request.form.get("undo", "")
    if not was_just_done(word, current_user.id, conversation_id, contact_id):
        raise Invalid("This can be undone only just after. Put the conversation right instead.")
    actions.unmark_answered(db(), conversation, contact_id, now())
    flash("Undone: no answer yet.")
    return redirect(_next_page() or f"/contacts/{contact_id}")


@blueprint.post("/conversations/<int:conversation_id>/take-back")
def take_back(conversation_id: int) -> ResponseReturnValue:
    """Take a conversation back, and whom it alone had brought along."""
    actions.hold(db(), current_user.id)
    conversation = _mine(conversation_id)
    gone = actions.take_back(db(), conversation, now())
    flash("Taken back. Your points are as if it had never been logged.")
    where = _next_page()
    if not where or where in {f"/contacts/{contact}" for contact in gone}:
        where = _card_of(conversation_id)
    return redirect(where)
