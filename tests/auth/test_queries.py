"""Who has no way in: counted as those are who would be invited."""

from datetime import date, timedelta
from itertools import product

from sqlalchemy.orm import Session

from advocacy.auth.actions import make_link
from advocacy.auth.models import Credential
from advocacy.auth.queries import count_without_way_in, without_way_in
from advocacy.auth.rules import Purpose
from tests.builders import add_person, add_programme, noon

TODAY = noon(date(2026, 3, 2))
LINKS = (None, (Purpose.INVITATION, TODAY), (Purpose.FORGOTTEN, TODAY), (Purpose.INVITATION, None))


def test_the_count_is_of_those_who_would_be_invited(session: Session) -> None:
    add_programme(session)
    waiting = set()
    for number, (is_gone, is_known, link) in enumerate(
        product((False, True), (False, True), LINKS)
    ):
        person = add_person(session, f"person{number}@example.com")
        if link:
            purpose, at = link
            make_link(session, person.id, at or TODAY - timedelta(days=90), purpose=purpose)
        if is_known:
            session.add(Credential(person_id=person.id, password_hash="-", changed_at=TODAY))
        if is_gone:
            person.deactivated_at = TODAY
        elif not is_known and link != (Purpose.INVITATION, TODAY):
            waiting.add(person.id)
    session.flush()
    assert {person.id for person in without_way_in(session, TODAY)} == waiting
    assert count_without_way_in(session, TODAY) == len(waiting) == 3
