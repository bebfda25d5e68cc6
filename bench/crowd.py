"""A programme with many people, made by bulk loading: conversations, the ledger, standings."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.database import Database
from advocacy.core.migrate import upgrade
from advocacy.core.time import month_of, periods_of
from advocacy.people.models import Person, PersonWord
from advocacy.people.rules import words_of
from advocacy.points.models import Entry, Life, Standing, Tally, Tie
from advocacy.points.totals import STANDINGS
from advocacy.programme.actions import start
from advocacy.relationships.days import DAYS
from tests.databases import MAKERS

MONTHS = ("2026-09", "2026-10")
MONTH = MONTHS[-1]
TODAY = date(2026, 10, 31)
NOW = datetime(2026, 10, 31, 12, tzinfo=UTC)
ENTRIES = 5
BATCH = 10_000


@contextmanager
def engines() -> Iterator[dict[str, str]]:
    """Yield the address of an empty database on each engine, by the engine's name."""
    makers = {name: make() for name, make in MAKERS.items()}
    try:
        yield {name: maker.empty() for name, maker in makers.items()}
    finally:
        for maker in makers.values():
            maker.close()


def load(database: Database, people: int, each: int = ENTRIES) -> None:
    """Fill an empty database with people who each have so many entries in each of two months."""
    upgrade(database)
    with database.writing() as session:
        if database.is_sqlite:  # indexes are filled here and there: not from the disk each time
            session.execute(text("PRAGMA cache_size = -6000000"))
        else:  # VACUUM marks as seen by all only what is on the disk
            session.execute(text("SET LOCAL synchronous_commit = on"))
        start(session, time_zone="UTC", now=NOW).first_day = date(2026, 9, 1)
        session.flush()
        bulk(session, Person.__table__, _people(people))
        bulk(session, PersonWord.__table__, _words(people))
        bulk(session, Tie.__table__, _ties(people))
        bulk(session, Entry.__table__, _entries(people, each))
        _project(session, _entries(people, each))
        bulk(session, Contact.__table__, _contacts(people))
        bulk(session, Conversation.__table__, _conversations(people, each))
        bulk(session, Participant.__table__, _participants(people, each))
        bulk(session, Life.__table__, _lives(people))
        _number_on(session)
    database.engine.dispose()
    tidy(database)


def tidy(database: Database) -> None:
    """Let the engine know what was loaded, as it and the clock do by themselves in time."""
    for counts in (DAYS, STANDINGS):
        with database.writing() as session:
            counts.fold(session)
    if database.is_sqlite:  # which does nothing by itself
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(2):  # the first one leaves pages unmarked
            connection.execute(text("VACUUM ANALYZE"))


def _number_on(session: Session) -> None:
    """Let PostgreSQL number new rows from where the loaded ones end."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for model in (Person, Tie, Conversation):
        column = model.__table__.c.id
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        session.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def bulk(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert many rows, by COPY where the engine has it."""
    found: Table = table
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, found, rows)
        return
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            session.execute(insert(found), batch)
            batch = []
    if batch:
        session.execute(insert(found), batch)


def _copy(session: Session, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    cursor: Any = session.connection().connection.cursor()
    iterator = iter(rows)
    first = next(iterator)
    with cursor.copy(f"COPY {table.name} ({', '.join(first)}) FROM STDIN") as copy:
        copy.write_row(list(first.values()))
        for row in iterator:
            copy.write_row(list(row.values()))


def _people(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "email": f"person{number:06d}@example.org",
            "name": f"Person {number}",
            "preferred_name": "",
            "say_it": "",
            "title": "",
            "role": "manager" if number == 1 else "advocate",
            "joined": date(2026, 9, 1),
            "left_ranking": number % 97 == 0,
            "created_at": NOW,
        }


def _words(count: int) -> Iterator[dict[str, Any]]:
    for person in _people(count):
        for word in words_of(person["name"], person["email"]):
            yield {"person_id": person["id"], "word": word}


def _ties(count: int) -> Iterator[dict[str, Any]]:
    return ({"id": number, "person_id": number, "number": 1} for number in range(1, count + 1))


def _days(people: int, each: int, seed: int) -> Iterator[tuple[int, int, date]]:
    """Yield who does something on which day, numbered in the order of time, as in life."""
    drawn = random.Random(seed)
    for at in range(len(MONTHS) * each):
        first = date.fromisoformat(f"{MONTHS[at // each]}-01")
        for person in range(1, people + 1):
            day = first + timedelta(days=(at % each) * 27 // each + drawn.randrange(2))
            yield at * people + person, person, day


def _entries(people: int, each: int) -> Iterator[dict[str, Any]]:
    """Yield the same entries each time, each of a conversation of its own."""
    drawn = random.Random(people)
    for number, person, day in _days(people, each, people):
        yield {
            "person_id": person,
            "month": month_of(day),
            "day": day,
            "tie_id": person,
            "rule": "week",
            "evidence": "seen",
            "points": drawn.choice((1, 2, 4, 6, 8, 12)) * drawn.randint(1, 8),
            "kind": drawn.choice(("wrote", "called", "met")),
            "began": "advocate",
            "deed": number,
            "recorded_at": NOW,
        }


def _contacts(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        name = f"Contact {number}"
        yield {
            "id": number,
            "person_id": number,
            "name": name,
            "name_key": name.casefold(),
            "email": "",
            "shared": False,
            "created_at": NOW,
        }


def _conversations(people: int, each: int) -> Iterator[dict[str, Any]]:
    """Yield as many conversations as there are entries."""
    drawn = random.Random(people + 1)
    for number, person, day in _days(people, each, people + 1):
        yield {
            "id": number,
            "person_id": person,
            "day": day,
            "kind": drawn.choice(("wrote", "called", "met")),
            "began": drawn.choice(("advocate", "advocate", "contact")),
            "channel": "",
            "note": "",
            "logged_at": NOW,
            "reported": True,
        }


def _participants(people: int, each: int) -> Iterator[dict[str, Any]]:
    for number, person, _ in _days(people, each, people + 1):
        yield {
            "conversation_id": number,
            "contact_id": person,
            "position": 0,
            "answered": number % 11 != 0,
            "logged_on": TODAY,
            "reported": True,
            "counted": True,
        }


def _lives(people: int) -> Iterator[dict[str, Any]]:
    for number in range(1, people + 1):
        yield {
            "tie_id": number,
            "person_id": number,
            "starts_on": date(2026, 9, 8 + number % 20),
            "ends_on": date(2027, 1, 20),
            "revived": False,
        }


def _project(session: Session, entries: Iterable[dict[str, Any]]) -> None:
    standings: Counter[tuple[int, str]] = Counter()
    for row in entries:
        for period in periods_of(row["month"]):
            standings[row["person_id"], period] += row["points"]
    left = {
        row["id"] for row in _people(max(person for person, _ in standings)) if row["left_ranking"]
    }
    bulk(
        session,
        Standing.__table__,
        (
            {
                "person_id": person,
                "period": period,
                "seen": points,
                "word": 0,
                "shares": 0,
                "points": points,
                "conversations": points,
                "answers": 0,
                "in_person": 0,
            }
            for (person, period), points in standings.items()
        ),
    )
    tallies = Counter(
        (period, points) for (person, period), points in standings.items() if person not in left
    )
    bulk(
        session,
        Tally.__table__,
        (
            {"period": period, "points": points, "people": people}
            for (period, points), people in tallies.items()
        ),
    )
