"""Replaying a month of 100,000 people: one person's points, place and entries at a moment.

    python -m bench.replay [--people N]

The moment is the last one, so that all entries of the month had been recorded by then: no replay
has more to read. It is held against the plain sum of the same entries by person, of which nothing
is asked but that; the place of now, which is kept, is told beside. Each engine is measured in a
process of its own, which says how far its memory grew. Goals: within two seconds, and at most
six times as long as the plain sum.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.people.queries import get_person
from advocacy.points.models import Entry
from advocacy.recognition.ranking import place_of
from advocacy.recognition.replay import replay
from bench.crowd import MONTH, NOW, engines, load
from bench.timing import megabytes, milliseconds, side_by_side

PEOPLE = 100_000
SECONDS_LIMIT = 2.0
LIMIT = 6.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how long a replay takes, against its peers, on both engines."""
    parser = argparse.ArgumentParser(description="Replay a month of many people.")
    parser.add_argument("--people", type=int, default=PEOPLE)
    people = parser.parse_args(arguments).people
    with engines() as urls:
        for engine, url in urls.items():
            database = Database(url)
            load(database, people)
            database.engine.dispose()
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                replayed, summed, now, grown = pool.submit(_measured, url, people).result()
            print(
                f"{engine:>10}, {MONTH} of {people:,} people at a moment: {replayed:.0f} ms (limit "
                f"{SECONDS_LIMIT * 1000:.0f}), the plain sum {summed:.0f} ms: "
                f"{replayed / summed:.2f} times (limit {LIMIT}); the place of now {now:.1f} ms; "
                f"memory grew by {grown:.0f} MB"
            )


def _measured(url: str, people: int) -> tuple[float, float, float, float]:
    with Database(url).reading() as session:
        person = get_person(session, people // 2)
        before = megabytes("VmRSS")
        replayed, summed = side_by_side(
            lambda: replay(session, person, MONTH, NOW, for_manager=True),
            partial(_sum, session),
            times=5,
        )
        now = milliseconds(lambda: place_of(session, person, MONTH))
        return replayed, summed, now, megabytes("VmHWM") - before


def _sum(session: Session) -> None:
    """Add up the same entries by person, and read one sum."""
    sums = (
        select(Entry.person_id, func.sum(Entry.points).label("points"))
        .where(Entry.month == MONTH, Entry.recorded_at <= NOW)
        .group_by(Entry.person_id)
        .subquery()
    )
    session.scalar(select(func.max(sums.c.points)))


if __name__ == "__main__":
    main()
