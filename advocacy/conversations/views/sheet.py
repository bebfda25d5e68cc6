"""The sheet's form: whom it names, what it says, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import request

from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import contacts_by_number
from advocacy.contacts.rules import check_not_oneself, key
from advocacy.conversations import rules
from advocacy.conversations.forms import LogForm, read_answers
from advocacy.conversations.rules import Said
from advocacy.conversations.views.blueprint import programme_today
from advocacy.core.errors import DomainError, Invalid
from advocacy.web.forms import show_error
from advocacy.web.numbers import contact_number
from advocacy.web.session import db
from advocacy.web.user import current_user


def what_is_wrong(form: LogForm, texts: Sequence[str]) -> list[DomainError]:
    """Return all that is wrong with what was sent; the form's own errors stand in it already."""
    is_valid = form.validate()
    try:
        answers = read_answers(answers_sent(texts), len(texts))
        wrong: list[DomainError] = []
    except Invalid as error:
        answers = [True] * len(texts)
        wrong = [error]
    wrong += [
        problem
        for problem in rules.problems(said_in(form, answers), programme_today())
        if problem.field not in form.errors
    ]
    return wrong if is_valid or wrong else [Invalid("Look at what is marked.")]


def contact_texts() -> list[str]:
    """Return whom the form names, each a number or a name."""
    return [text.strip() for text in request.form.getlist("contact") if text.strip()]


def answers_sent(texts: Sequence[str]) -> list[str]:
    """Return what the form says was answered: once for all, or of each that it names, in order.

    An answer of one person says whose it is, for the names may stand in another order by now.
    """
    answered, of = request.form.getlist("answered"), request.form.getlist("answered_by")
    if not of:
        return answered
    each = {text.strip(): answer for text, answer in zip(of, answered, strict=False)}
    return [each.get(text, "") for text in texts]


def values_of(people: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the form sends of people whom its field names."""
    return [f"id:{one['id']}" if "id" in one else str(one["name"]) for one in people]


def picked(texts: Sequence[str], *, without: str | None = None) -> list[dict[str, Any]]:
    """Return whom some texts name, for the field: those one knows, and new names as they are.

    :param without: a name that is asked back.
    """
    known = known_contacts(texts)
    found: list[dict[str, Any]] = []
    for text in texts:
        contact = known.get(contact_number(text) or 0)
        if contact is not None:
            found.append({"id": contact.id, "name": contact.label})
        elif not text.startswith("id:") and (without is None or key(text) != key(without)):
            found.append({"name": text})
    return found


def known_contacts(texts: Sequence[str]) -> dict[int, Contact]:
    """Return the contacts that are named by their number (``id:12``), those of this person."""
    numbers = {number for text in texts if (number := contact_number(text)) is not None}
    return contacts_by_number(db(), current_user.id, numbers)


def resolve(texts: Sequence[str], at: datetime) -> list[int]:
    """Return the numbers of whom the form names; new ones are written down."""
    if not texts:
        raise Invalid("Say with whom: a name is enough.", field="contact")
    if len(texts) > rules.PEOPLE_LIMIT:
        raise Invalid(f"Up to {rules.PEOPLE_LIMIT} people fit.", field="contact")
    known = known_contacts(texts)
    for text in texts:
        if text.startswith("id:") and contact_number(text) not in known:
            raise Invalid("There is nobody of yours here.", field="contact")
    new = [text for text in texts if not text.startswith("id:")]
    for text in new:
        check_not_oneself(text, current_user.person.email)
    added = iter(find_or_add(db(), current_user.id, new, at))
    return [contact_number(text) or 0 if text.startswith("id:") else next(added) for text in texts]


def said_in(form: LogForm, answers: Sequence[bool]) -> Said:
    """Return what the form says of the conversation."""
    return Said(
        day=form.occurred_on.data or programme_today(),
        kind=form.kind.data or "",
        began=form.began.data or "",
        answered=answers,
        channel=(form.channel.data or "").strip(),
        note=(form.note.data or "").strip(),
    )


def beside_fields(form: LogForm, wrong: Sequence[DomainError]) -> dict[str, list[str]]:
    """Put errors beside their fields; with whom and answered are no fields of the form."""
    beside: dict[str, list[str]] = {"contact": [], "answered": []}
    for error in wrong:
        if error.field in beside:
            beside[error.field].append(error.message)
        elif error.field or not form.errors:
            show_error(form, error)
    return {f"{name}_errors": messages for name, messages in beside.items()}


def told_apart(contact: Contact) -> str:
    """Return a contact with what tells it from others of the name."""
    return f"{contact.name} ({contact.email or f'number {contact.id}'})"
