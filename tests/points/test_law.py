"""What the database itself refuses, on both engines, whoever asks."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.core.migrate import upgrade
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.recognition.actions import close_months
from advocacy.terms.actions import accept, publish
from tests.builders import add_contacts, add_person, add_programme, entries, log, noon

DAY = date(2026, 1, 5)
LATER = date(2026, 2, 2)


@pytest.fixture
def ada(session: Session, tmp_path: Path) -> Person:
    """Give an advocate with entries in a closed January and an open February."""
    add_programme(session)
    ada = add_person(session)
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, DAY)
    close_months(session, "2026-01", closed_by=ada.id, now=noon(LATER), data=tmp_path)
    log(session, ada, sofia, LATER)
    session.commit()
    return ada


def refused(session: Session, statement: str) -> str:
    """Return the words with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as refusal, session.begin_nested():
        session.execute(text(statement))
    return str(refusal.value.orig)


@pytest.mark.parametrize("change", ["points = 100", "month = '2026-03'", "recorded_at = NULL"])
def test_an_entry_cannot_be_changed(session: Session, ada: Person, change: str) -> None:
    words = refused(session, f"UPDATE entry SET {change} WHERE month = '2026-02'")
    assert "append-only" in words


def test_entries_cannot_be_deleted(session: Session, ada: Person) -> None:
    count = len(entries(session))
    assert "append-only" in refused(session, "DELETE FROM entry")
    assert len(entries(session)) == count


def test_a_closed_month_cannot_be_opened_or_changed(session: Session, ada: Person) -> None:
    assert "stays closed" in refused(session, "UPDATE closed_month SET month = '2025-12'")
    assert "stays closed" in refused(session, "DELETE FROM closed_month")


def test_the_audit_trail_cannot_be_changed(session: Session, ada: Person) -> None:
    assert "append-only" in refused(session, "UPDATE audit_event SET detail = ''")
    assert "append-only" in refused(session, "DELETE FROM audit_event")


def test_whole_tables_cannot_be_emptied_or_replaced(session: Session, ada: Person) -> None:
    """PostgreSQL has TRUNCATE, SQLite has INSERT OR REPLACE: both slip past a delete's guard."""
    assert session.bind is not None
    count = len(entries(session))
    if session.bind.dialect.name == "postgresql":
        for table in ("entry", "closed_month", "audit_event"):
            assert "s" in refused(session, f"TRUNCATE {table} CASCADE")
    else:
        for table in ("entry", "closed_month", "audit_event"):
            refused(session, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
            refused(session, f"REPLACE INTO {table} SELECT * FROM {table}")
            refused(session, f"UPDATE OR REPLACE {table} SET rowid = rowid + 1")
    assert len(entries(session)) == count


def test_nothing_is_replaced_by_who_opens_the_file(tmp_path: Path) -> None:
    """Only a connection that asks for it lets SQLite call a delete's guard when a row gives way."""
    file = tmp_path / "ours.sqlite3"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    with database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        (sofia,) = add_contacts(session, ada, "Sofia")
        log(session, ada, sofia, DAY)
        terms = publish(session, "Be kind.", published_by=ada.id, now=noon(DAY))
        for _ in range(2):
            accept(session, ada.id, terms.version, noon(DAY))
        close_months(session, "2026-01", closed_by=None, now=noon(LATER), data=tmp_path)
    database.engine.dispose()
    with closing(sqlite3.connect(file)) as theirs:
        guards = theirs.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_no_replace'")
        tables = {name.removesuffix("_no_replace") for (name,) in guards}
        for table in tables - {"acceptance"}:
            with pytest.raises(sqlite3.IntegrityError, match="there and stays"):
                theirs.execute(f"REPLACE INTO {table} SELECT * FROM {table}")
        moment = "SELECT accepted_at FROM acceptance"
        before = theirs.execute(moment).fetchall()
        theirs.execute("REPLACE INTO acceptance SELECT person_id, version, 0 FROM acceptance")
        assert theirs.execute(moment).fetchall() == before != []
        with pytest.raises(sqlite3.IntegrityError, match="there and stays"):
            theirs.execute("REPLACE INTO closed_month (rowid, month) VALUES (1, '2030-01')")


@pytest.mark.parametrize("month", ["2026-01", "2025-11"])
def test_nothing_is_entered_into_a_closed_month_or_before_it(
    session: Session, ada: Person, month: str
) -> None:
    words = refused(
        session,
        "INSERT INTO entry (person_id, month, day, rule, points, deed, recorded_at)"
        f" VALUES ({ada.id}, '{month}', '2026-01-05', 'share', 1, 1, '2026-02-02')",
    )
    assert "closed" in words


WRONG = {
    "worth nothing": {"points": 0},
    "an unknown rule": {"rule": "luck"},
    "a share with evidence": {"evidence": "seen"},
    "a week without a tie": {"rule": "week", "evidence": "word", "kind": "met", "began": "contact"},
    "nobody's": {"person_id": 4_000_000},
    "no deed": {"deed": None},
    "no month": {"month": None},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_entry_that_is_not_whole_is_refused(
    session: Session, ada: Person, wrong: dict[str, object]
) -> None:
    right: dict[str, object] = {
        "person_id": ada.id,
        "month": "2026-02",
        "day": LATER,
        "rule": "share",
        "points": 1,
        "deed": 1,
        "recorded_at": noon(LATER),
    }
    with session.begin_nested():
        session.add(Entry(**right))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Entry(**{**right, **wrong}))


STATEMENTS = {
    "a person with a ledger cannot be deleted": "DELETE FROM person",
    "a tie with entries cannot be deleted": "DELETE FROM tie",
    "a second programme": (
        "INSERT INTO programme (id, name, time_zone, first_day, is_sample, created_at)"
        " SELECT 2, name, time_zone, first_day, is_sample, created_at FROM programme"
    ),
    "an address twice, whoever has it": (
        "INSERT INTO person (email, name, preferred_name, say_it, title, role, joined,"
        " left_ranking, created_at) SELECT email, name, preferred_name, say_it, title, role,"
        " joined, left_ranking, created_at FROM person"
    ),
    "a person without a name": "UPDATE person SET name = ''",
    "an unknown role": "UPDATE person SET role = 'king'",
    "a contact known by nothing": "UPDATE contact SET name = '', email = ''",
    "an unknown kind": "UPDATE conversation SET kind = 'sang'",
    "begun by nobody": "UPDATE conversation SET began = 'nobody'",
    "the same participant twice": "INSERT INTO participant SELECT * FROM participant",
    "a month closed twice": "INSERT INTO closed_month SELECT * FROM closed_month",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_the_tables_refuse(session: Session, ada: Person, statement: str) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement))
