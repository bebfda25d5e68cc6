"""Writing shares: what counts is judged by the record as it stands when they are written."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.audit.rules import Action
from advocacy.core.database import Database
from advocacy.people.actions import set_joined
from advocacy.people.models import Person
from advocacy.points.models import Standing
from advocacy.recognition.verify import verify
from advocacy.shares.actions import NewShare, record, take_back
from advocacy.shares.models import Share
from advocacy.shares.queries import items_shared
from tests.builders import add_item, add_person, add_programme, noon, share

MONDAY = date(2026, 10, 5)


def test_a_day_of_joining_set_meanwhile_decides(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        item = add_item(session)
        number = add_person(session).id
    with fresh_database.session(writes=True) as session:
        seen = session.get_one(Person, number)
        session.commit()
        with fresh_database.writing() as other:
            set_joined(other, other.get_one(Person, number), date(2026, 10, 6))
        shared = share(session, seen, item, MONDAY, today=date(2026, 10, 7))
        session.commit()
        assert not session.get_one(Share, shared).counted
        assert verify(session).problems == []


def test_who_shares_in_two_tabs_shares_one_after_the_other(fresh_database: Database) -> None:
    """Or the second would move standings as they were before the first."""
    with fresh_database.writing() as session:
        add_programme(session)
        item, person = add_item(session).id, add_person(session).id

    def share_on(session: Session, day: date) -> None:
        record(session, [NewShare(person, item, "linkedin", day)], noon(MONDAY + timedelta(days=7)))

    def share_in_another_tab() -> None:
        with fresh_database.writing() as session:
            share_on(session, MONDAY + timedelta(days=1))

    with ThreadPoolExecutor(1) as pool:
        with fresh_database.writing() as session:
            share_on(session, MONDAY)
            other = pool.submit(share_in_another_tab)
            wait([other], timeout=1)
        other.result()
    with fresh_database.reading() as session:
        assert session.get_one(Standing, (person, "2026-10")).points == 2
        assert verify(session).problems == []


def test_what_is_taken_back_is_not_shared(session: Session) -> None:
    add_programme(session)
    ada, bea = add_person(session), add_person(session, "bea@example.com")
    first, second = add_item(session), add_item(session, "Another story")
    kept, gone = (share(session, ada, item, MONDAY) for item in (first, second))
    assert items_shared(session, ada.id, [first.id, second.id]) == {first.id, second.id}
    take_back(session, session.get_one(Share, gone), noon(MONDAY))
    assert items_shared(session, ada.id, [first.id, second.id]) == {first.id}
    assert items_shared(session, bea.id, [first.id, second.id]) == set()
    assert not session.get_one(Share, kept).taken_back_at


def test_a_share_is_taken_back_once(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        number = share(session, add_person(session), add_item(session), MONDAY)
    with fresh_database.session(writes=True) as session:
        seen = session.get_one(Share, number)
        session.commit()  # as another tab would see it, before either holds the person
        with fresh_database.writing() as other:
            take_back(other, other.get_one(Share, number), noon(MONDAY))
        take_back(session, seen, noon(MONDAY + timedelta(days=1)))
        session.commit()
    with fresh_database.reading() as session:
        assert session.get_one(Share, number).taken_back_at == noon(MONDAY)
        taken = select(Event.action).where(Event.action == Action.SHARE_TAKEN_BACK)
        assert len(session.scalars(taken).all()) == 1
