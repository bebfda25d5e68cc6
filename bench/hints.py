"""What looks unusual in a month of 100,000 people, against a tenth of them.

    python -m bench.hints [--people N]

Hints are looked for among the best fifty; whether several colleagues log the same contact is asked
of everybody's conversations. Here the address of every contact is known to five people, who all
spoke with them. Each engine and size is measured in a process of its own, which says how far its
memory grew. Goal: within two seconds.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from sqlalchemy import String, cast, text, update

from advocacy.contacts.models import Contact
from advocacy.core.database import Database
from advocacy.recognition.boards import board
from advocacy.recognition.unusual import LOOKED_AT, hints_in
from bench.crowd import MONTH, TODAY, engines, load
from bench.timing import megabytes, milliseconds

PEOPLE = 100_000
KNOWN_TO = 5
LIMIT = 2_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how long the hints of a month take, and the ratio, on both engines."""
    parser = argparse.ArgumentParser(description="Look for what is unusual among many people.")
    parser.add_argument("--people", type=int, default=PEOPLE)
    people = parser.parse_args(arguments).people
    with engines() as few, engines() as many:
        for engine in few:
            taken = []
            for url, count in ((few[engine], people // 10), (many[engine], people)):
                _fill(url, count)
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    spent, grown, found = pool.submit(_measured, url).result()
                taken.append(spent)
                print(
                    f"{engine:>10}, {MONTH} of {count:,} people: {spent:.0f} ms (limit {LIMIT:,}), "
                    f"{found} hints, memory grew by {grown:.0f} MB"
                )
            print(f"{engine}: ten times the people take {taken[1] / taken[0]:.1f} times as long")


def _fill(url: str, people: int) -> None:
    database = Database(url)
    load(database, people)
    address = cast(Contact.id % (people // KNOWN_TO), String) + "@example.org"
    with database.writing() as session:
        session.execute(update(Contact).values(email=address, email_key=address))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    database.engine.dispose()


def _measured(url: str) -> tuple[float, float, int]:
    with Database(url).reading() as session:
        best = [row.person_id for row in board(session, MONTH, today=TODAY, limit=LOOKED_AT).rows]
        before = megabytes("VmRSS")
        spent = milliseconds(lambda: hints_in(session, MONTH, best), times=5)
        found = hints_in(session, MONTH, best)
        return spent, megabytes("VmHWM") - before, sum(map(len, found.values()))


if __name__ == "__main__":
    main()
