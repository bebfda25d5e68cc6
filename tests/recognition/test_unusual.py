"""What looks unusual in an open month, as the database has it and as the close page says it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record, take_back
from advocacy.conversations.models import Conversation
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import first_day, monday_of, month_of, shift_month
from advocacy.points.models import Entry
from advocacy.recognition.hints import Unusual
from advocacy.recognition.unusual import hints_in
from tests.portal import Caller, settle_in

NOW = datetime.now(UTC)
MONTH = shift_month(month_of(NOW.date()), -1)
PATH = f"/recognition/{MONTH}/close"
MONDAY = monday_of(first_day(MONTH) + timedelta(days=6))


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    return found


def log(database: Database, person: int, told: list[tuple[str, date]], **other: bool) -> None:
    """Log calls, each with one contact of a day, as an administrator's import or by hand."""
    with database.writing() as session:
        hold(session, person)
        contacts = find_or_add(session, person, sorted({who for who, _ in told}), NOW)
        by_name = dict(zip(sorted({who for who, _ in told}), contacts, strict=True))
        rows = [
            NewConversation(
                person,
                [by_name[who]],
                Said(day, "called", "advocate", [other.get("answered", True)]),
                reported=other.get("reported", True),
            )
            for who, day in told
        ]
        record(session, rows, NOW)


def kinds(database: Database, *people: int) -> dict[int, set[str]]:
    with database.reading() as session:
        found = hints_in(session, MONTH, people)
    return {person: {hint.kind for hint in hints} for person, hints in found.items()}


def strangers(number: int) -> list[tuple[str, date]]:
    return [(f"Stranger {at:02}", MONDAY + timedelta(days=at % 5)) for at in range(number)]


def test_a_hint_reads_the_month_as_it_stands(database: Database) -> None:
    avi = settle_in(database)["avi"]
    log(database, avi, strangers(10))
    with database.reading() as session:
        (twice,) = hints_in(session, MONTH, [avi])[avi]
        numbers = set(session.scalars(select(Conversation.id)))
    assert twice.kind == Unusual.NOBODY_TWICE
    assert twice.figures == {"people": 10, "seen": 10}
    assert set(twice.deeds) == numbers
    with database.writing() as session:
        hold(session, avi)
        take_back(session, session.get_one(Conversation, min(numbers)), now=NOW)
    assert kinds(database, avi) == {}


def test_an_answer_of_an_earlier_month_is_no_first_one(database: Database) -> None:
    avi = settle_in(database)["avi"]
    log(database, avi, [(f"Stranger {at:02}", MONDAY) for at in range(7)])
    assert kinds(database, avi) == {avi: {Unusual.FIRST_ANSWERS}}
    log(database, avi, [("Stranger 00", first_day(MONTH) - timedelta(days=1))], answered=False)
    assert kinds(database, avi) == {avi: {Unusual.FIRST_ANSWERS}}
    log(database, avi, [("Stranger 00", first_day(MONTH) - timedelta(days=2))])
    assert kinds(database, avi) == {}


def test_what_an_import_brought_was_not_filled_in_on_its_day(database: Database) -> None:
    avi = settle_in(database)["avi"]
    talks = [("Maria", MONDAY + timedelta(days=at % 5)) for at in range(10)]
    log(database, avi, talks)
    assert kinds(database, avi) == {}
    log(database, avi, talks * 4, reported=False)
    assert Unusual.ONE_DAY in kinds(database, avi)[avi]


def test_contacts_are_shared_by_address_within_a_week(database: Database) -> None:
    ids = settle_in(database)
    avi, noor, mina = ids["avi"], ids["noor"], ids["mina"]
    theirs = [("Desk@Example.org", MONDAY + timedelta(days=at % 7)) for at in range(10)]
    for who in (avi, noor):
        log(database, who, theirs)
    assert kinds(database, avi) == {}
    log(database, mina, [("desk@example.org", MONDAY + timedelta(days=7))])  # another week
    assert kinds(database, avi) == {}
    log(database, mina, [("desk@example.org", MONDAY + timedelta(days=6))])
    assert kinds(database, avi, noor, mina) == {
        avi: {Unusual.COLLEAGUES},
        noor: {Unusual.COLLEAGUES},
    }


def test_the_close_page_says_it_beside_the_best_and_changes_no_point(
    app: Flask, database: Database
) -> None:
    ids = settle_in(database)
    log(database, ids["noor"], [("Maria", MONDAY)])
    log(database, ids["avi"], strangers(25), answered=False)
    with database.reading() as session:
        before = list(session.scalars(select(Entry.id)))
    mina = Caller(app, "mina")
    page = mina.page(PATH)
    assert not page.select(f"[data-hints='{ids['noor']}']")
    (said,) = page.select(f"[data-hints='{ids['avi']}']")
    words = said.get_text(" ", strip=True)
    assert "0 of 25 conversations that the advocate began were answered; all of them seen." in words
    ways = [str(way["href"]) for way in said.select("[data-hint] a")]
    assert ways
    assert {mina.get(way).status_code for way in ways} == {200}
    (room,) = page.select("#unusual")
    assert "A hint is no verdict" in room.text
    assert mina.send(PATH).status_code == 302
    with database.reading() as session:
        assert list(session.scalars(select(Entry.id))) == before


def test_a_hint_leads_to_the_entries_that_it_speaks_of(app: Flask, database: Database) -> None:
    ids = settle_in(database)
    log(database, ids["avi"], strangers(10))
    log(database, ids["avi"], [("Stranger 11", MONDAY)], answered=False)
    mina = Caller(app, "mina")
    (way,) = mina.page(PATH).select(f"[data-hints='{ids['avi']}'] [data-hint] a")
    page = mina.page(str(way["href"]))
    (notice,) = page.select(".notice--sun")
    words = " ".join(notice.text.split())
    assert "11 people were spoken with, none of them on two days; all of them seen." in words
    assert "The entries of 10 of the 11 conversations are marked below" in words
    assert len(page.select(".entry--marked")) == 10
    assert not page.select("#entries details:not([open]) .entry--marked")
    other = str(way["href"]).replace("nobody_twice", "one_day")
    assert "The hint that led here is there no more" in mina.page(other).text


def test_a_quiet_month_says_so(app: Flask, database: Database) -> None:
    settle_in(database)
    (room,) = Caller(app, "mina").page(PATH).select("#unusual")
    assert "Nothing of what is looked for." in room.text
