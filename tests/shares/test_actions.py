"""Writing shares: what counts is judged by the record as it stands when they are written."""

from datetime import date

from advocacy.core.database import Database
from advocacy.people.actions import set_joined
from advocacy.people.models import Person
from advocacy.recognition.verify import verify
from advocacy.shares.models import Share
from tests.builders import add_item, add_person, add_programme, share

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
