"""A month as it stood, on the pages of who earned it and of a manager."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, now
from advocacy.people.queries import get_person
from tests.builders import add_contacts
from tests.portal import Caller, fields, settle_in

TODAY = datetime.now(UTC).date()
MONTH = month_of(TODAY)


@pytest.fixture
def avi(app: Flask) -> int:
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database)
    with database.writing() as session:
        somebody = get_person(session, ids["avi"])
        somebody.created_at = datetime(2026, 1, 5, tzinfo=UTC)
        (maria,) = add_contacts(session, somebody, "Maria Alves")
        hold(session, somebody.id)
        said = Said(TODAY, "called", "advocate", [True])
        record(session, [NewConversation(somebody.id, [maria], said)], now())
    return ids["avi"]


def told(caller: Caller, path: str, day: str) -> str:
    answer = caller.get(f"{path}?month={MONTH}&as_of={day}")
    assert answer.status_code == 200
    return " ".join(caller.page(f"{path}?month={MONTH}&as_of={day}").get_text(" ").split())


def test_the_month_is_shown_as_it_stood(app: Flask, avi: int) -> None:
    me = Caller(app, "avi")
    today, before = TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()
    assert "8 points" in told(me, "/growth", today)
    assert "Maria Alves" in told(me, "/growth", today)
    then = told(me, "/growth", before)
    assert then.index("Nothing had been entered by then") < then.index("0 points")
    eve = TODAY - timedelta(days=1)
    assert f"As it stood at the end of {eve:%A} {eve.day} {eve:%B}." in then
    assert f"As it stood on {TODAY.day} {TODAY:%b} at " in told(me, "/growth", today)
    assert "Nothing had been entered" not in told(me, "/growth", today)
    mina = Caller(app, "mina")
    seen = told(mina, f"/leaderboard/{avi}", today)
    assert "8 points" in seen
    assert "private contact 1" in seen
    assert "Maria" not in seen
    assert "looked at your" in me.page("/growth").get_text(" ")


def test_the_longer_period_one_came_from_is_replayed_too(app: Flask, avi: int) -> None:
    mina = Caller(app, "mina")
    year, before = MONTH[:4], (TODAY - timedelta(days=1)).isoformat()
    asked = f"/leaderboard/{avi}?month={MONTH}&of={year}"
    form = mina.page(asked).select_one("form:has([name=as_of])")
    assert form is not None
    assert fields(form) == {"month": MONTH, "of": year, "as_of": ""}
    now = " ".join(mina.page(f"{asked}&as_of={TODAY.isoformat()}").get_text(" ").split())
    assert f"{year}: 8 points First of 4" in now
    page = mina.page(f"{asked}&as_of={before}")
    assert f"{year}: 0 points First of" in " ".join(page.get_text(" ").split())
    back = page.select_one("a.page-back")
    assert back is not None
    assert back["href"] == asked
    assert "all time" not in told(mina, f"/leaderboard/{avi}", before).casefold()


@pytest.mark.parametrize("typed", ["", "soon", "2026-02-31", "9999-12-31"])
def test_what_is_no_day_is_refused_beside_the_field(app: Flask, avi: int, typed: str) -> None:
    for caller, path in (
        (Caller(app, "avi"), "/growth"),
        (Caller(app, "mina"), f"/leaderboard/{avi}"),
    ):
        answer = caller.get(f"{path}?month={MONTH}&as_of={typed}")
        assert answer.status_code == 422
        assert 'id="as_of-error"' in answer.text
        assert ("Say which day" in answer.text) == (not typed)
