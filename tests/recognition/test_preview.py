"""What a close would close, added up by the database: who counts in which figure."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.people import actions as people
from advocacy.people.models import Person
from advocacy.points.models import Life, Standing
from advocacy.recognition.preview import preview
from tests.builders import add_contacts, add_person, add_programme, noon
from tests.recognition.previewed import check_preview

MONDAY = date(2026, 1, 5)
TODAY = date(2026, 2, 10)
MONTH = "2026-01"


def lively(session: Session, name: str, joined: date = MONDAY) -> Person:
    """Add somebody with a relationship that began in the month."""
    person = add_person(session, f"{name}@example.com", joined=joined)
    (tie,) = add_contacts(session, person, "Sofia")
    days = {"starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=90)}
    session.add(Life(tie_id=tie, person_id=person.id, revived=False, **days))
    return person


def check(session: Session, *, begun: int, alive: int) -> None:
    session.flush()
    everybody = session.scalars(select(Person.id)).all()
    check_preview(session, everybody, MONTH, TODAY)
    found = preview(session, MONTH, TODAY)
    assert (found.begun, found.alive) == (begun, alive)


def test_nothing_is_alive_of_who_is_gone(session: Session) -> None:
    add_programme(session)
    ada, bea = lively(session, "ada"), lively(session, "bea")
    check(session, begun=2, alive=2)
    people.deactivate(session, bea, noon(date(2026, 1, 31)))
    check(session, begun=2, alive=1)
    people.activate(session, bea, noon(date(2026, 2, 1)))
    check(session, begun=2, alive=1)  # back, but after the month
    ada.deactivated_at = noon(date(2026, 1, 31))  # as of a time when no absences were kept
    check(session, begun=2, alive=0)
    ada.deactivated_at = noon(date(2026, 2, 1))
    check(session, begun=2, alive=1)


def test_who_joined_later_counts_with_a_standing_alone(session: Session) -> None:
    add_programme(session)
    lively(session, "ada")
    dan = lively(session, "dan", joined=date(2026, 2, 2))
    check(session, begun=1, alive=1)
    session.add(Standing(person_id=dan.id, period=MONTH))
    check(session, begun=2, alive=2)
