"""Reading contacts, always those of one person."""

from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.contacts.rules import key
from advocacy.core.errors import NotFound


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
    """Return a person's contacts by the key of their e-mail address."""
    if not keys:
        return {}
    found = session.scalars(
        select(Contact).where(Contact.person_id == person_id, Contact.email_key.in_(sorted(keys)))
    )
    return {str(contact.email_key): contact for contact in found}


def contacts_with_names(
    session: Session, person_id: int, keys: Collection[str]
) -> dict[str, list[Contact]]:
    """Return a person's contacts by the key of their name; a name may fit several."""
    found: dict[str, list[Contact]] = {}
    if not keys:
        return found
    for contact in session.scalars(
        select(Contact)
        .where(Contact.person_id == person_id, Contact.name_key.in_(sorted(keys)))
        .order_by(Contact.id)
    ):
        found.setdefault(contact.name_key, []).append(contact)
    return found


def ties_with_emails(session: Session, emails: Collection[str]) -> dict[int, int]:
    """Return every tie whose contact has one of these addresses, with its person."""
    rows = session.execute(
        select(Contact.id, Contact.person_id).where(Contact.email_key.in_(sorted(emails)))
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


def search_contacts(session: Session, person_id: int, text: str, *, limit: int) -> list[Contact]:
    """Return a person's contacts whose name or address holds a text, those beginning first."""
    part = key(text)
    return list(
        session.scalars(
            select(Contact)
            .where(
                Contact.person_id == person_id,
                or_(
                    Contact.name_key.contains(part, autoescape=True),
                    Contact.email_key.contains(part, autoescape=True),
                ),
            )
            .order_by(Contact.name_key.startswith(part, autoescape=True).desc(), Contact.name_key)
            .limit(limit)
        )
    )


def count_contacts(session: Session, person_id: int) -> int:
    """Return how many people a person knows here."""
    return (
        session.scalar(
            select(func.count()).select_from(Contact).where(Contact.person_id == person_id)
        )
        or 0
    )
