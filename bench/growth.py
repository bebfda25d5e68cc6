"""Every page of the three faces with 100,000 people and 10 million entries, against 1,000 people.

    python -m bench.growth [--people N] [--engine sqlite|postgresql]

Everybody has as many entries, conversations and contacts in both programmes: only the crowd grows.
The two take turns, so that whatever else the machine does weighs on both.
Goals: each page within twice its time, and the same number of queries.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from advocacy.app import create_app
from advocacy.auth.actions import begin_sign_in
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.time import now, shift_month
from advocacy.people.models import Membership, Person, ProfileVersion, Team
from advocacy.people.rules import team_key
from advocacy.points.models import ClosedMonth, Standing, Tally
from advocacy.points.seals import PIECE, take_checkpoint
from advocacy.programme.queries import get_programme
from advocacy.recognition.closed_totals import keep_totals
from advocacy.recognition.models import ClosedBalance, ClosedStanding, ExportFile
from advocacy.recognition.rules import Format
from bench.crowd import MONTH, MONTHS, NOW, bulk, engines, load, tidy
from bench.timing import side_by_side

FEW, MANY = 1_000, 100_000
ENTRIES = 50
"""Of everybody in each of two months: 10 million in all."""
LIMIT = 2.0
CLOSED = shift_month(MONTHS[0], -1)
"""A month that is closed, with a row of everybody."""
TEAM = 10
"""How many people are in the one team."""
PAGES = {
    "advocate": (
        "/",
        "/log",
        "/conversations/2/edit",
        "/contacts",
        "/contacts?q=contact",
        "/contacts.json?q=contact",
        "/contacts/new",
        "/contacts/2",
        "/contacts/2/edit",
        "/contacts/2/merge",
        f"/growth?month={MONTH}",
        f"/growth?month={MONTH}&show=place",
        f"/growth?month={MONTH}&as_of={MONTH}-20",
        "/library",
        "/profile",
        "/profiles",
        "/account",
        "/what-is-kept",
    ),
    "manager": (
        f"/leaderboard?month={MONTH}",
        "/leaderboard?quarter=2026-Q4",
        "/leaderboard?year=2026",
        "/leaderboard?all=1",
        f"/leaderboard?month={MONTH}&page=3",
        f"/leaderboard?month={MONTH}&team=1",
        f"/leaderboard?month={CLOSED}",
        f"/leaderboard/2?month={MONTH}",
        f"/leaderboard/2?month={MONTH}&show=place",
        f"/leaderboard/2?month={MONTH}&as_of={MONTH}-20",
        "/leaderboard/3/ask/3",
        "/leaderboard/3/put-right/3",
        "/leaderboard/questions",
        f"/leaderboard/balance?month={MONTH}",
        f"/leaderboard/balance?month={MONTH}&team=1",
        f"/leaderboard/balance?month={MONTH}&show=alive",
        f"/leaderboard/balance?month={CLOSED}",
        "/leaderboard/balance?year=2026",
        "/recognition",
        f"/recognition/{CLOSED}",
        f"/recognition/{MONTHS[0]}/close",
        f"/recognition/{MONTH}/close",
        "/profiles?everybody=1",
        "/profiles?everybody=1&q=person+7",
        "/profiles?everybody=1&q=person+77",
        "/profiles/3",
        "/programme/rules",
    ),
    "administrator": (
        "/programme",
        "/programme/people",
        "/programme/people?q=person+7",
        "/programme/people?q=person+77",
        "/programme/people?q=77",
        "/programme/people?q=person000777",
        "/programme/people/2",
        "/programme/teams",
        "/programme/audit",
        "/programme/audit?who=person+7",
        "/programme/settings",
        "/programme/work",
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each page's time and queries in both programmes, the worst ratio last."""
    parser = argparse.ArgumentParser(description="Grow the crowd, and open every page.")
    parser.add_argument("--people", type=int, default=MANY)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args(arguments)
    with engines() as few, engines() as many, TemporaryDirectory() as data:
        for engine in given.engine or few:
            programmes = []
            for url, people in ((few[engine], FEW), (many[engine], given.people)):
                programmes.append(Database(url))
                load(programmes[-1], people, ENTRIES)
                live_through(programmes[-1], people)
            worst = 0.0
            for path, times, queries in compare(programmes, Path(data)):
                ratio = times[1] / times[0]
                worst = max(worst, ratio)
                print(
                    f"{engine:>10} {path}: {times[0]:.1f} ms, {times[1]:.1f} ms with "
                    f"{given.people:,} people: {ratio:.2f} times; "
                    f"{queries[0]} and {queries[1]} queries"
                )
            print(f"{engine}: at most {worst:.2f} times (limit {LIMIT})")
            for database in programmes:
                database.engine.dispose()


def compare(
    programmes: Sequence[Database], data: Path
) -> Iterator[tuple[str, list[float], list[int]]]:
    """Yield for every page what it takes in each programme: milliseconds, and queries."""
    apps = [_app(database, data) for database in programmes]
    for role, paths in PAGES.items():
        clients = [_signed_in(*both, role) for both in zip(apps, programmes, strict=True)]
        for path in paths:
            visits = [partial(client.get, path) for client in clients]
            queries = [_queries(*both) for both in zip(visits, programmes, strict=True)]
            yield path, side_by_side(*visits, times=15), queries


def _app(database: Database, data: Path) -> Flask:
    environ = {
        "ADVOCACY_DATA": str(data),
        "ADVOCACY_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ADVOCACY_SECRET_KEY": "only for measuring",
    }
    return create_app(Settings.from_environment(environ), database)


def _signed_in(app: Flask, database: Database, role: str) -> FlaskClient:
    with database.writing() as session:
        session.get_one(Person, 2).role = role
        token = begin_sign_in(session, 2, now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def _queries(visit: Callable[[], TestResponse], database: Database) -> int:
    asked: list[str] = []

    def hear(*call: object) -> None:
        asked.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", hear)
    answer = visit()
    event.remove(database.engine, "before_cursor_execute", hear)
    assert answer.status_code == 200, (answer.request.path, answer.status_code)
    return sum(not statement.startswith("BEGIN") for statement in asked)


def live_through(database: Database, people: int) -> None:
    """Let a month be closed, a team have its people, some show a profile; take checkpoints."""
    everybody = range(1, people + 1)
    with database.writing() as session:
        session.add(Team(id=1, name="Sales", name_key=team_key("Sales")))
        session.add(ClosedMonth(month=CLOSED, closed_at=NOW))
        get_programme(session).closed_through = CLOSED
        session.flush()
        session.execute(update(Person).where(Person.id <= TEAM).values(team_id=1))
        session.add_all(
            Membership(person_id=number, since=NOW.date(), team_id=1)
            for number in range(1, TEAM + 1)
        )
        session.add_all(ExportFile(month=CLOSED, format=kind, sha256="") for kind in Format)
        bulk(session, ClosedStanding.__table__, (_sealed(number) for number in everybody))
        bulk(session, ClosedBalance.__table__, (_balance(number) for number in everybody))
        keep_totals(session, CLOSED)
        bulk(session, ProfileVersion.__table__, (_profile(number) for number in everybody[::3]))
        bulk(session, Standing.__table__, (_standing(number) for number in everybody))
        tallies = Counter(_points(number) for number in everybody if number % 97)  # others left
        session.add_all(
            Tally(period=CLOSED, points=points, people=count) for points, count in tallies.items()
        )
    taken = PIECE
    while taken == PIECE:  # as the clock does every night
        with database.writing() as session:
            taken = take_checkpoint(session, NOW)
    tidy(database)


def _sealed(person: int) -> dict[str, Any]:
    return {
        "person_id": person,
        "month": CLOSED,
        "rank": person,
        "email": f"person{person:06d}@example.org",
        "name": f"Person {person}",
        "team": "",
        "points": _points(person),
        **dict.fromkeys(("begun", "alive", "conversations", "answered"), 1),
        **dict.fromkeys(("in_person", "shares"), 0),
    }


def _balance(person: int) -> dict[str, Any]:
    names = ("begun", "closing", "conversations")
    others = ("opening", "corrected", "revived", "drifted", "ended", "they_began")
    known = {**dict.fromkeys(names, 1), **dict.fromkeys(others, 0)}
    return {"person_id": person, "month": CLOSED, **known}


def _standing(person: int) -> dict[str, Any]:
    made = dict.fromkeys(("word", "shares", "answers", "in_person"), 0)
    sums = dict.fromkeys(("seen", "points", "conversations"), _points(person))
    return {"person_id": person, "period": CLOSED, **sums, **made}


def _profile(person: int) -> dict[str, Any]:
    texts = dict.fromkeys(("headline", "words"), f"What {person} says")
    moments = dict.fromkeys(("proposed_at", "agreed_at"), NOW)
    return {"person_id": person, "has_photo": False, **texts, **moments}


def _points(person: int) -> int:
    return 1 + person * 7919 % 499


if __name__ == "__main__":
    main()
