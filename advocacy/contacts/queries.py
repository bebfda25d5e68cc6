"""Reading contacts, always those of one person."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from advocacy.contacts.models import Contact, OtherName
from advocacy.contacts.rules import key
from advocacy.core.errors import NotFound
from advocacy.core.statements import built_once
from advocacy.people.models import Person


def get_contact(session: Session, person_id: int, contact_id: int) -> Contact:
    """Return a contact of a person.

    :raises NotFound: when it does not exist or is somebody else's; nobody learns which.
    """
    contact = session.scalar(
        select(Contact).where(Contact.id == contact_id, Contact.person_id == person_id)
    )
    if contact is None:
        raise NotFound("There is nobody of yours here.", field="contact")
    return contact


def contacts_by_number(
    session: Session, person_id: int, numbers: Collection[int]
) -> dict[int, Contact]:
    """Return a person's contacts by their number."""
    if not numbers:
        return {}
    found = session.scalars(
        select(Contact).where(Contact.person_id == person_id, Contact.id.in_(sorted(numbers)))
    )
    return {contact.id: contact for contact in found}


def contacts_with_emails(
    session: Session, person_id: int, keys: Collection[str]
) -> dict[str, Contact]:
    """Return a person's contacts by the key of their e-mail address, or of another they have."""
    rows = session.execute(*_with_emails(person_id, sorted(keys))) if keys else ()
    return {email: contact for email, contact in rows}


def contacts_with_names(
    session: Session, person_id: int, keys: Collection[str]
) -> dict[str, list[Contact]]:
    """Return a person's contacts by the key of their name, or of another that they have.

    A name may fit several.
    """
    found: dict[str, list[Contact]] = {}
    for name, contact in session.execute(*_with_names(person_id, sorted(keys))) if keys else ():
        found.setdefault(name, []).append(contact)
    return found


@built_once
def _with_emails(person_id: int, keys: Sequence[str]) -> Select[str, Contact]:
    return _called(Contact.email_key, person_id, keys, is_email=True)


@built_once
def _with_names(person_id: int, keys: Sequence[str]) -> Select[str, Contact]:
    return _called(Contact.name_key, person_id, keys, is_email=False)


def _called(
    main: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    person_id: int,
    keys: Sequence[str],
    *,
    is_email: bool,
) -> Select[str, Contact]:
    named = union(
        select(main.label("key"), Contact.id.label("contact_id")).where(
            Contact.person_id == person_id, main.in_(keys)
        ),
        select(OtherName.key, OtherName.contact_id).where(
            OtherName.person_id == person_id,
            OtherName.key.in_(keys),
            OtherName.is_email.is_(is_email),
        ),
    ).subquery()
    return (
        select(named.c.key, Contact)
        .join(Contact, Contact.id == named.c.contact_id)
        .order_by(Contact.id)
    )


def other_names(session: Session, contact_id: int) -> list[OtherName]:
    """Return what else a contact is called, names before addresses."""
    return list(
        session.scalars(
            select(OtherName)
            .where(OtherName.contact_id == contact_id)
            .order_by(OtherName.is_email, OtherName.key)
        )
    )


def other_names_like(
    session: Session, contacts: Collection[int], text: str
) -> dict[int, list[str]]:
    """Return what else contacts are called that holds a text, by the contact."""
    rows = session.execute(
        select(OtherName.contact_id, OtherName.text)
        .where(
            OtherName.contact_id.in_(sorted(contacts)),
            OtherName.key.contains(key(text), autoescape=True),
        )
        .order_by(OtherName.is_email, OtherName.key)
    )
    found: dict[int, list[str]] = {}
    for contact, name in rows:
        found.setdefault(contact, []).append(name)
    return found


def names_of(session: Session, contact: Contact) -> list[str]:
    """Return all that a contact is called: name, address, and the other ones."""
    others = [one.text for one in other_names(session, contact.id)]
    return [text for text in (contact.name, contact.email, *others) if text]


def is_colleague() -> ColumnElement[bool]:
    """Return the condition under which a contact of the query is a person of the programme."""
    colleague = aliased(Person)
    return or_(
        select(colleague.id).where(colleague.email == Contact.email_key).exists(),
        select(OtherName.contact_id)
        .join(colleague, colleague.email == OtherName.key)
        .where(OtherName.contact_id == Contact.id, OtherName.is_email)
        .exists(),
    )


def colleagues_among(session: Session, contacts: Collection[int]) -> set[int]:
    """Return which of some contacts are persons of the programme."""
    if not contacts:
        return set()
    return set(
        session.scalars(select(Contact.id).where(Contact.id.in_(sorted(contacts)), is_colleague()))
    )


def ties_with_emails(session: Session, emails: Collection[str]) -> dict[int, int]:
    """Return every tie whose contact has one of these addresses, with its person."""
    rows = session.execute(
        union(
            select(Contact.id, Contact.person_id).where(Contact.email_key.in_(sorted(emails))),
            select(OtherName.contact_id, OtherName.person_id).where(
                OtherName.key.in_(sorted(emails)), OtherName.is_email
            ),
        )
    )
    return {tie: person for tie, person in rows}


def ties_of(
    session: Session, person_id: int | None = None, *, people: tuple[int, int] | None = None
) -> dict[int, int]:
    """Return the ties that have a contact, of one person or of all, each with its person.

    :param people: the first and the last number of the persons in question.
    """
    query = select(Contact.id, Contact.person_id).order_by(Contact.id)
    if person_id is not None:
        query = query.where(Contact.person_id == person_id)
    if people is not None:
        query = query.where(Contact.person_id.between(*people))
    return {tie: person for tie, person in session.execute(query)}


def is_called_like(person_id: int, part: str) -> ColumnElement[bool]:
    """Return the condition under which a name or an address of a person's contact holds a part."""
    return or_(
        Contact.name_key.contains(part, autoescape=True),
        Contact.email_key.contains(part, autoescape=True),
        Contact.id.in_(
            select(OtherName.contact_id).where(
                OtherName.person_id == person_id, OtherName.key.contains(part, autoescape=True)
            )
        ),
    )


def search_contacts(session: Session, person_id: int, text: str, *, limit: int) -> list[Contact]:
    """Return a person's contacts whose name or address holds a text, those beginning first."""
    part = key(text)
    return list(
        session.scalars(
            select(Contact)
            .where(Contact.person_id == person_id, is_called_like(person_id, part))
            .order_by(Contact.name_key.startswith(part, autoescape=True).desc(), Contact.name_key)
            .limit(limit)
        )
    )


def count_contacts(session: Session, person_id: int) -> int:
    """Return how many people a person knows here."""
    return session.connection().scalar(*_count(person_id)) or 0


@built_once
def _count(person_id: int) -> Select[int]:
    return select(func.count()).select_from(Contact).where(Contact.person_id == person_id)
