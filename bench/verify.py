"""`ledger verify` of a million entries: entries a second, and memory against a tenth of them.

    python -m bench.verify [--entries N] [--engine sqlite|postgresql]

Everybody spoke with ten people every week of a year, each conversation with its entries; the first
half of the year is closed and sealed, all of it checkpointed. Each verify runs in a process of its
own, which says how far its memory grew. Goal: at most twice as far as with a tenth of the entries.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.database import Database
from advocacy.core.time import month_of
from advocacy.people.models import Person
from advocacy.points import rules
from advocacy.points.models import Entry, Life, Tie
from advocacy.points.rules import Deed
from advocacy.points.seals import PIECE, take_checkpoint
from advocacy.points.standings import rebuild_standings
from advocacy.programme.actions import start
from advocacy.recognition.actions import close_months
from advocacy.recognition.verify import verify
from bench.crowd import bulk
from bench.timing import megabytes
from tests.databases import MAKERS

ENTRIES = 1_000_000
LIMIT = 2.0
TIES = 10
FIRST = date(2025, 1, 6)
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
CLOSED = "2025-06"
DEEDS = [
    Deed(FIRST + timedelta(weeks=week), "called", "advocate", True, False, week)
    for week in range(51)
]
POSTINGS = list(rules.postings({}, DEEDS))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the rate and the growth of memory with a tenth of the entries and with all."""
    parser = argparse.ArgumentParser(description="Verify many entries.")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.url:
        _verify_here(given.url)
        return
    for engine in given.engine or MAKERS:
        databases = MAKERS[engine]()
        try:
            grown = []
            for wanted in (given.entries // 10, given.entries):
                url = databases.migrated()
                count = _load(Database(url), max(1, wanted // (TIES * len(POSTINGS))))
                said = subprocess.run(
                    [sys.executable, "-m", "bench.verify", "--url", url],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                seconds, megabytes = map(float, said.stdout.split())
                grown.append(megabytes)
                print(
                    f"{engine:>10}, {count:,} entries: {seconds:.1f} s, {count / seconds:,.0f} "
                    f"entries a second, memory grew by {megabytes:.1f} MB"
                )
                databases.remove(url)
            print(f"{engine}: memory grew {grown[1] / grown[0]:.2f} times as far (limit {LIMIT})")
        finally:
            databases.close()


def _verify_here(url: str) -> None:
    database = Database(url)
    with database.reading() as session:
        session.get(Person, 1)
        before, began = megabytes("VmRSS"), perf_counter()
        report = verify(session)
        seconds = perf_counter() - began
    assert report.problems == [], report.problems[:3]
    print(seconds, megabytes("VmHWM") - before)


def _load(database: Database, people: int) -> int:
    """Fill a database that has the schema, and return how many entries it has."""
    ties = people * TIES
    with database.writing() as session, TemporaryDirectory() as data:
        start(session, time_zone="UTC", now=NOW).first_day = date(2025, 1, 1)
        session.flush()
        bulk(session, Person.__table__, _people(people))
        owners = [(tie, (tie - 1) // TIES + 1) for tie in range(1, ties + 1)]
        bulk(
            session,
            Tie.__table__,
            ({"id": tie, "person_id": who, "number": (tie - 1) % TIES + 1} for tie, who in owners),
        )
        bulk(session, Contact.__table__, _contacts(owners))
        bulk(session, Conversation.__table__, _conversations(owners))
        bulk(session, Participant.__table__, _participants(ties))
        bulk(session, Entry.__table__, _entries(owners))
        bulk(session, Life.__table__, _lives(owners))
        rebuild_standings(session)
        while take_checkpoint(session, NOW) == PIECE:
            pass
        close_months(session, CLOSED, closed_by=None, now=NOW, data=Path(data))
    database.engine.dispose()
    return ties * len(POSTINGS)


def _people(count: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "email": f"person{number:06d}@example.org",
            "name": f"Person {number}",
            "preferred_name": "",
            "say_it": "",
            "title": "",
            "role": "advocate",
            "joined": date(2025, 1, 1),
            "left_ranking": False,
            "created_at": NOW,
        }


def _contacts(owners: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for tie, person in owners:
        yield {
            "id": tie,
            "person_id": person,
            "name": f"Contact {tie}",
            "name_key": f"contact {tie}",
            "email": "",
            "shared": False,
            "created_at": NOW,
        }


def _conversations(owners: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for tie, person in owners:
        for deed in DEEDS:
            yield {
                "id": _number(tie, deed.number),
                "person_id": person,
                "day": deed.day,
                "kind": deed.kind,
                "began": deed.began,
                "channel": "",
                "note": "",
                "logged_at": NOW,
                "reported": True,
            }


def _participants(ties: int) -> Iterator[dict[str, Any]]:
    for tie in range(1, ties + 1):
        for deed in DEEDS:
            yield {
                "conversation_id": _number(tie, deed.number),
                "contact_id": tie,
                "position": 0,
                "answered": True,
                "logged_on": deed.day,
                "reported": True,
                "counted": True,
            }


def _entries(owners: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for tie, person in owners:
        for line, points, deed in POSTINGS:
            yield {
                "person_id": person,
                "month": month_of(line.day),
                "day": line.day,
                "tie_id": tie,
                "rule": str(line.rule),
                "evidence": str(line.evidence),
                "points": points,
                "kind": str(line.kind),
                "began": str(line.began),
                "deed": _number(tie, deed),
                "recorded_at": NOW,
            }


def _lives(owners: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for tie, person in owners:
        for life in rules.lives(DEEDS):
            yield {
                "tie_id": tie,
                "person_id": person,
                "starts_on": life.starts_on,
                "ends_on": life.ends_on,
                "revived": life.revived,
            }


def _number(tie: int, week: int) -> int:
    return (tie - 1) * len(DEEDS) + week + 1


if __name__ == "__main__":
    main()
