"""Postings a second, with one and eight writers, against bare inserts of the same rows.

    python -m bench.postings [--each N]

A posting is one conversation that earns points, logged on its day in a transaction of its own, as
the sheet sends it: held, checked, written, settled. Each writer, a process, logs with forty people
a week.
What it wrote is kept and then written again into a fresh database by the driver alone, one
transaction each, without reading or holding anything. Both databases keep what they acknowledge
when the power goes. Goal: at least half of the bare inserts on PostgreSQL.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice, repeat
from multiprocessing import get_context
from time import perf_counter
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, insert, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from advocacy.contacts.models import Contact
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.people.models import Person
from advocacy.points.models import Tie
from advocacy.programme.actions import start
from bench.crowd import bulk
from tests.databases import MAKERS, Databases

WRITERS = (1, 8)
CONTACTS = 40
WARM = 20
"""With how many postings a writer begins before the clock: a server has built its statements."""
FIRST_WEEK = date(2026, 3, 2)
NOON = time(12, tzinfo=UTC)
LEAST = {"postgresql": 0.5}

Write = tuple[str, Any]

_GATE: list[Any] = []
"""Where the writers of a measure wait for each other, in each of their processes."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print postings a second and their part of the bare inserts, on both engines."""
    parser = argparse.ArgumentParser(description="Post, and insert the same rows barely.")
    parser.add_argument("--each", type=int, default=300, help="postings of each writer")
    each = WARM + parser.parse_args(arguments).each
    for engine, make in MAKERS.items():
        databases = make()
        try:
            for writers in WRITERS:
                _measure(engine, databases, writers, each)
        finally:
            databases.close()


def _measure(engine: str, databases: Databases, writers: int, each: int) -> None:
    # Once to keep what is written, once for the clock.
    _, kept = _on_a_fresh_one(databases, [(_post_and_keep, each)] * writers)
    seconds, _ = _on_a_fresh_one(databases, [(_post, each)] * writers)
    bare, _ = _on_a_fresh_one(databases, [(_insert, one) for one in kept])
    posted = writers * (each - WARM)
    part = bare / seconds
    least = f" (at least {LEAST[engine]})" if engine in LEAST else ""
    print(
        f"{engine:>10}, {writers} {'writers' if writers > 1 else 'writer'}: "
        f"{posted / seconds:.0f} postings a second, bare inserts {posted / bare:.0f}: "
        f"{part:.2f} of them{least}"
    )


def _post(database: Database, at: int, each: int) -> Iterator[list[Write]]:
    """Post so many conversations of a person; yield what each wrote, if somebody keeps it."""
    for number in range(each):
        contact = at * CONTACTS + number % CONTACTS + 1
        day = FIRST_WEEK + timedelta(weeks=number // CONTACTS)
        said = Said(day, ("wrote", "called", "met")[number % 3], "advocate", [True])
        with database.writing() as session:
            kept: list[Write] = session.connection().info.setdefault("kept", [])
            hold(session, at + 1)
            record(session, [NewConversation(at + 1, [contact], said)], datetime.combine(day, NOON))
            session.connection().info.pop("kept")
        yield kept


def _post_and_keep(database: Database, at: int, each: int) -> Iterator[list[Write]]:
    """Post, each conversation with a number that no other writer gives: other rows name it."""
    numbers = count(at * each + 1)

    def insert_with_numbers(
        session: Session, column: InstrumentedAttribute[int], rows: Sequence[dict[str, Any]]
    ) -> list[int]:
        given = [next(numbers) for _ in rows]
        with_numbers = [{"id": n, **row} for n, row in zip(given, rows, strict=True)]
        session.connection().execute(insert(column.class_), with_numbers)
        return given

    event.listen(database.engine, "before_cursor_execute", _keep)
    with patch("advocacy.conversations.actions.insert_numbered", insert_with_numbers):
        yield from _post(database, at, each)


def _insert(database: Database, _at: int, transactions: list[list[Write]]) -> Iterator[list[Write]]:
    raw = database.engine.raw_connection()
    try:
        if not database.is_sqlite:
            raw.driver_connection.autocommit = False  # type: ignore[union-attr]
        cursor = raw.cursor()
        for writes in transactions:
            if database.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, parameters in writes:
                if isinstance(parameters, list):
                    cursor.executemany(statement, parameters)
                else:
                    cursor.execute(statement, parameters)
            raw.commit()
            yield []
    finally:
        raw.close()


def _on_a_fresh_one(
    databases: Databases, work: Sequence[tuple[Any, ...]]
) -> tuple[float, list[list[list[Write]]]]:
    """Return the seconds that writers, each a process, take at once, and what each yields.

    :param work: for each writer the function and what it is given after database and number.
    """
    url = databases.migrated()
    database = Database(url)
    _settle_in(database, len(work))
    database.engine.dispose()
    processes = get_context("spawn")
    gate = processes.Barrier(len(work))
    with ProcessPoolExecutor(
        len(work), mp_context=processes, initializer=_meet_at, initargs=(gate,)
    ) as pool:
        done = list(pool.map(_timed, repeat(url), range(len(work)), work))
    databases.remove(url)
    seconds = max(ended for _, ended, _ in done) - min(began for began, _, _ in done)
    return seconds, [kept for _, _, kept in done]


def _meet_at(gate: Any) -> None:
    _GATE.append(gate)


def _timed(url: str, at: int, work: tuple[Any, ...]) -> tuple[float, float, list[list[Write]]]:
    """Do a writer's work, its first transactions before the clock, which is the machine's."""
    database = Database(url)
    transactions = work[0](database, at, *work[1:])
    kept = list(islice(transactions, WARM))
    _GATE[0].wait()
    began = perf_counter()
    kept += transactions
    ended = perf_counter()
    database.engine.dispose()
    return began, ended, kept


def _keep(
    connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> None:
    kept = connection.info.get("kept")
    if kept is not None and statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
        kept.append((statement, parameters))


def _settle_in(database: Database, writers: int) -> None:
    with database.writing() as session:
        start(session, time_zone="UTC", now=datetime.combine(FIRST_WEEK, NOON)).first_day = date(
            2026, 1, 1
        )
        session.flush()
        bulk(session, Person.__table__, _people(writers))
        numbers = range(1, writers * CONTACTS + 1)
        owners = [(number, (number - 1) // CONTACTS + 1) for number in numbers]
        bulk(
            session,
            Tie.__table__,
            ({"id": n, "person_id": who, "number": (n - 1) % CONTACTS + 1} for n, who in owners),
        )
        bulk(
            session,
            Contact.__table__,
            (
                {
                    "id": n,
                    "person_id": who,
                    "name": f"Contact {n}",
                    "name_key": f"contact {n}",
                    "email": "",
                    "shared": False,
                    "created_at": datetime.combine(FIRST_WEEK, NOON),
                }
                for n, who in owners
            ),
        )
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            for switch in ("fsync", "full_page_writes", "synchronous_commit"):
                admin.execute(text(f"ALTER SYSTEM RESET {switch}"))
            admin.execute(text("SELECT pg_reload_conf()"))


def _people(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "email": f"person{number}@example.org",
            "name": f"Person {number}",
            "preferred_name": "",
            "say_it": "",
            "title": "",
            "role": "advocate",
            "joined": date(2026, 1, 1),
            "left_ranking": False,
            "created_at": datetime.combine(FIRST_WEEK, NOON),
        }
        for number in range(1, count + 1)
    ]


if __name__ == "__main__":
    main()
