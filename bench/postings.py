"""Postings a second, with one and eight writers, against bare inserts of the same rows.

    python -m bench.postings [--each N]

A posting is one logged conversation in a transaction of its own, as the sheet sends it: held,
checked, written, settled. What it wrote is kept and then written again into a fresh database by
the driver alone, one transaction each, without reading or holding anything. Both databases keep
what they acknowledge when the power goes. Goal: at least half of the bare inserts on PostgreSQL.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from time import perf_counter
from typing import Any

from sqlalchemy import event, text

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
NOW = datetime(2026, 10, 30, 12, tzinfo=UTC)
LEAST = {"postgresql": 0.5}

Write = tuple[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print postings a second and their part of the bare inserts, on both engines."""
    parser = argparse.ArgumentParser(description="Post, and insert the same rows barely.")
    parser.add_argument("--each", type=int, default=300, help="postings of each writer")
    each = parser.parse_args(arguments).each
    for engine, make in MAKERS.items():
        databases = make()
        try:
            for writers in WRITERS:
                _measure(engine, databases, writers, each)
        finally:
            databases.close()


def _measure(engine: str, databases: Databases, writers: int, each: int) -> None:
    kept: list[list[list[Write]]] = [[] for _ in range(writers)]
    _posted(databases, writers, each, kept)  # once to keep what is written, once for the clock
    seconds = _posted(databases, writers, each)
    bare = _on_a_fresh_one(databases, writers, lambda database, at: _insert(database, kept[at]))
    count = writers * each
    part = bare / seconds
    least = f" (at least {LEAST[engine]})" if engine in LEAST else ""
    print(
        f"{engine:>10}, {writers} {'writers' if writers > 1 else 'writer'}: "
        f"{count / seconds:.0f} postings a second, bare inserts {count / bare:.0f}: "
        f"{part:.2f} of them{least}"
    )


def _posted(
    databases: Databases, writers: int, each: int, kept: list[list[list[Write]]] | None = None
) -> float:
    def post(database: Database, at: int) -> None:
        writes = kept[at] if kept else None
        for number in range(each):
            contact = at * CONTACTS + number % CONTACTS + 1
            day = date(2026, 10, 17) + timedelta(days=number // CONTACTS)
            said = Said(day, ("wrote", "called", "met")[number % 3], "advocate", [True])
            with database.writing() as session:
                if writes is not None:
                    session.info["kept"] = []
                    writes.append(session.info["kept"])
                    session.connection().info["kept"] = session.info["kept"]
                hold(session, at + 1)
                record(session, [NewConversation(at + 1, [contact], said)], NOW)

    return _on_a_fresh_one(databases, writers, post, listens=kept is not None)


def _insert(database: Database, transactions: list[list[Write]]) -> None:
    raw = database.engine.raw_connection()
    try:
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
    finally:
        raw.close()


def _on_a_fresh_one(
    databases: Databases,
    writers: int,
    work: Callable[[Database, int], None],
    *,
    listens: bool = False,
) -> float:
    """Return the seconds that so many writers take at once on a database with their people."""
    url = databases.migrated()
    database = Database(url)
    _settle_in(database, writers)
    if listens:
        event.listen(database.engine, "before_cursor_execute", _keep)
    gate = Barrier(writers + 1)

    def write(at: int) -> None:
        gate.wait()
        work(database, at)

    with ThreadPoolExecutor(writers) as pool:
        done = [pool.submit(write, at) for at in range(writers)]
        gate.wait()
        began = perf_counter()
        for one in done:
            one.result()
        seconds = perf_counter() - began
    database.engine.dispose()
    databases.remove(url)
    return seconds


def _keep(
    connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> None:
    kept = connection.info.get("kept")
    if kept is not None and statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
        kept.append((statement, parameters))


def _settle_in(database: Database, writers: int) -> None:
    with database.writing() as session:
        start(session, time_zone="UTC", now=NOW).first_day = date(2026, 1, 1)
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
                    "created_at": NOW,
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
            "created_at": NOW,
        }
        for number in range(1, count + 1)
    ]


if __name__ == "__main__":
    main()
