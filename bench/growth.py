"""Every page of the three faces with 100,000 people and 10 million entries, against 1,000 people.

    python -m bench.growth [--people N] [--engine sqlite|postgresql]

Everybody has as many entries, conversations and contacts in both programmes: only the crowd grows.
Goals: each page within twice its time, and the same number of queries.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import event

from advocacy.app import create_app
from advocacy.auth.actions import begin_sign_in
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.models import Person
from bench.crowd import MONTH, engines, load
from bench.timing import milliseconds

FEW, MANY = 1_000, 100_000
ENTRIES = 50
"""Of everybody in each of two months: 10 million in all."""
LIMIT = 2.0
PAGES = {
    "advocate": ("/", "/log", "/contacts", "/contacts/2", f"/growth?month={MONTH}", "/library"),
    "manager": (
        f"/leaderboard?month={MONTH}",
        "/leaderboard?quarter=2026-Q4",
        "/leaderboard?year=2026",
        "/leaderboard?all=1",
        f"/leaderboard?month={MONTH}&page=3",
        f"/leaderboard/2?month={MONTH}",
        "/recognition",
        "/profiles",
    ),
    "administrator": (
        "/programme",
        "/programme/people",
        "/programme/people?q=person+77",
        "/programme/people/2",
        "/programme/teams",
        "/programme/audit",
        "/programme/work",
    ),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page takes."""

    milliseconds: float
    queries: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each page's time and queries in both programmes, the worst ratio last."""
    parser = argparse.ArgumentParser(description="Grow the crowd, and open every page.")
    parser.add_argument("--people", type=int, default=MANY)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args(arguments)
    few = _costs(FEW, given.engine)
    many = _costs(given.people, given.engine)
    for engine, pages in many.items():
        worst = 0.0
        for path, cost in pages.items():
            before = few[engine][path]
            ratio = cost.milliseconds / before.milliseconds
            worst = max(worst, ratio)
            print(
                f"{engine:>10} {path}: {before.milliseconds:.1f} ms, {cost.milliseconds:.1f} ms "
                f"with {given.people:,} people: {ratio:.2f} times; "
                f"{before.queries} and {cost.queries} queries"
            )
        print(f"{engine}: at most {worst:.2f} times (limit {LIMIT})")


def _costs(people: int, chosen: Sequence[str] | None) -> dict[str, dict[str, Cost]]:
    found: dict[str, dict[str, Cost]] = {}
    with engines() as urls, TemporaryDirectory() as data:
        for engine in chosen or urls:
            database = Database(urls[engine])
            load(database, people, ENTRIES)
            environ = {
                "ADVOCACY_DATA": str(Path(data) / engine),
                "ADVOCACY_DATABASE_URL": urls[engine],
                "ADVOCACY_SECRET_KEY": "only for measuring",
            }
            app = create_app(Settings.from_environment(environ), database)
            found[engine] = {}
            for role, paths in PAGES.items():
                with database.writing() as session:
                    session.get_one(Person, 2).role = role
                    token = begin_sign_in(session, 2, now())
                with app.test_client() as client:
                    with client.session_transaction() as cookie:
                        cookie["_user_id"] = token
                    for path in paths:
                        found[engine][path] = _cost(client, database, path)
            database.engine.dispose()
    return found


def _cost(client: FlaskClient, database: Database, path: str) -> Cost:
    asked: list[str] = []

    def hear(*call: object) -> None:
        asked.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", hear)
    answer = client.get(path)
    event.remove(database.engine, "before_cursor_execute", hear)
    assert answer.status_code == 200, (path, answer.status_code)
    queries = sum(not statement.startswith("BEGIN") for statement in asked)
    return Cost(milliseconds(lambda: client.get(path), times=15), queries)


if __name__ == "__main__":
    main()
