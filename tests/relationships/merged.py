"""Two contacts who turn out to be one person, for tests."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import get_contact
from advocacy.people.models import Person
from advocacy.relationships.actions import merge
from advocacy.relationships.merging import preview
from tests.builders import noon

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
LATER = MONDAY + 3 * WEEK


def one(session: Session, ada: Person, kept: int, gone: int, day: date = LATER) -> Contact:
    return merge(session, ada.id, kept, gone, noon(day))


def foreseen(session: Session, ada: Person, kept: int, gone: int, day: date = LATER) -> int:
    contacts = [get_contact(session, ada.id, number) for number in (kept, gone)]
    return preview(session, contacts[0], contacts[1], day).points
