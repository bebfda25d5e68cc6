"""Writing contacts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from advocacy.contacts import queries, rules
from advocacy.contacts.models import Contact, OtherName
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.text import check_letters
from advocacy.points.actions import open_ties


class SeveralFit(Invalid):
    """A bare name fits several contacts; ``name`` is as it was given, ``choices`` are those."""

    def __init__(self, name: str, choices: Sequence[Contact]) -> None:
        super().__init__(
            f"You know {len(choices)} people called {name}. Say which one.", field="contact"
        )
        self.name = name
        self.choices = list(choices)


def find_or_add(session: Session, person_id: int, texts: Sequence[str], now: datetime) -> list[int]:
    """Return the numbers of a person's contacts, given by e-mail or name; new ones are added.

    E-mail decides before name; case and surrounding spaces aside. The caller holds the person.

    :raises Invalid: when one is empty or too long.
    :raises SeveralFit: when a bare name fits several.
    """
    texts = [rules.checked(text) for text in texts]
    keys = {text: rules.key(text) for text in texts}
    emails = {text for text in texts if rules.looks_like_email(text)}
    by_email = queries.contacts_with_emails(session, person_id, {keys[text] for text in emails})
    by_name = queries.contacts_with_names(
        session, person_id, {keys[text] for text in texts if text not in emails}
    )
    found: dict[str, int] = {}
    fresh: dict[str, str] = {}
    for text in texts:
        same = by_name.get(keys[text], []) if text not in emails else []
        if len(same) > 1:
            raise SeveralFit(text, same)
        if same:
            found[keys[text]] = same[0].id
        elif text in emails and keys[text] in by_email:
            found[keys[text]] = by_email[keys[text]].id
        else:
            fresh.setdefault(keys[text], text)
    found |= _add(session, person_id, fresh, now)
    return [found[keys[text]] for text in texts]


def _add(session: Session, person_id: int, fresh: dict[str, str], now: datetime) -> dict[str, int]:
    if not fresh:
        return {}
    numbers = open_ties(session, person_id, len(fresh))
    rows = []
    for number, (key, text) in zip(numbers, fresh.items(), strict=True):
        email = rules.looks_like_email(text)
        rows.append(
            {
                "id": number,
                "person_id": person_id,
                "name": "" if email else text,
                "name_key": "" if email else key,
                "email": text if email else "",
                "email_key": key if email else None,
                "shared": False,
                "created_at": now,
            }
        )
    session.connection().execute(insert(Contact), rows)
    return dict(zip(fresh, numbers, strict=True))


def said_of(contact: Contact) -> tuple[object, ...]:
    """Return what a contact is called: what a form is opened with."""
    return contact.name, contact.email, contact.shared


def describe(session: Session, contact: Contact, *, name: str, email: str, shared: bool) -> bool:
    """Set a contact's name, address and whether managers see the name.

    Return whether the address changed: the caller then settles the tie, since colleagues do not
    count.

    :raises Invalid: naming the field.
    :raises Conflict: when another contact has the address.
    """
    name, email = rules.clean(name), rules.clean(email)
    if not name and not email:
        raise Invalid("Keep a name or an address.", field="name")
    if len(name) > rules.NAME_LENGTH:
        raise Invalid(f"A name has up to {rules.NAME_LENGTH} letters.", field="name")
    if email and (not rules.looks_like_email(email) or len(email) > rules.EMAIL_LENGTH):
        raise Invalid("An e-mail address looks like name@example.org.", field="email")
    check_letters(name, field="name")
    check_letters(email, field="email")
    key = rules.key(email) if email else None
    if key and key != contact.email_key:
        other = queries.contacts_with_emails(session, contact.person_id, [key]).get(key)
        if other is not None and other.id != contact.id:
            raise Conflict(f"{other.label} has this address already.", field="email")
    changed = key != contact.email_key
    contact.name, contact.name_key = name, rules.key(name)
    contact.email, contact.email_key = email, key
    contact.shared = shared
    session.flush()
    _drop_what_is_said_twice(session, contact)
    return changed


def _drop_what_is_said_twice(session: Session, contact: Contact) -> None:
    """Keep no other name that is the contact's name or address itself."""
    for key, is_email in ((contact.name_key, False), (contact.email_key, True)):
        session.execute(
            delete(OtherName).where(
                OtherName.contact_id == contact.id,
                OtherName.key == key,
                OtherName.is_email.is_(is_email),
            )
        )


def drop_other_name(session: Session, contact: Contact, text: str) -> bool:
    """Let a contact be called something no more, if it was; who is named so later is another.

    The caller settles the tie: colleagues do not count.

    :returns: whether it was.
    """
    key = rules.key(text)
    named = [one for one in queries.other_names(session, contact.id) if one.key == key]
    for one in named:
        session.delete(one)
    session.flush()
    return bool(named)


def unite(session: Session, kept: Contact, gone: Contact) -> None:
    """Let a contact go that is the same person as another, which keeps its name and address.

    What the one that stays lacks it takes from the other; the rest become its other names. It is
    shared only when both are. The caller has moved all that was with the one that goes.
    """
    names = {(gone.name_key, False): gone.name, (gone.email_key or "", True): gone.email}
    names |= {(one.key, one.is_email): one.text for one in queries.other_names(session, gone.id)}
    said = gone.name, gone.name_key, gone.email, gone.email_key
    kept.shared = kept.shared and gone.shared
    forget(session, [gone])  # first: an address is one contact's
    if not kept.name:
        kept.name, kept.name_key = said[:2]
    if not kept.email:
        kept.email, kept.email_key = said[2:]
    session.flush()
    known = {(one.key, one.is_email) for one in queries.other_names(session, kept.id)}
    known |= {("", False), ("", True), (kept.name_key, False), (kept.email_key or "", True)}
    session.add_all(
        OtherName(
            contact_id=kept.id, person_id=kept.person_id, key=key, is_email=is_email, text=text
        )
        for (key, is_email), text in names.items()
        if (key, is_email) not in known
    )
    session.flush()


def forget(session: Session, contacts: Sequence[Contact]) -> list[int]:
    """Drop contacts of whom nothing is left; their ties stay in the ledger, as numbers.

    :returns: their numbers.
    """
    for contact in contacts:
        session.delete(contact)
    session.flush()
    return [contact.id for contact in contacts]
