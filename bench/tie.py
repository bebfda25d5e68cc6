"""One more conversation of a tie with 1, 100 and 1,000 earlier ones.

    python -m bench.tie

A posting brings the ledger to what a tie's whole record is worth, so the record's length counts.
Each posting is a transaction of its own, as the sheet sends it: held, checked, written, settled,
committed. The earlier conversations are of one a day; the three kinds of tie take turns. Goal: with
1,000 earlier ones at most five times as long as with one.
"""

from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.migrate import upgrade
from advocacy.people.actions import add_person
from advocacy.programme.actions import start
from bench.crowd import engines

EARLIER = (1, 100, 1_000)
TIES = 30
LIMIT = 5.0
TODAY = date(2026, 10, 30)
NOW = datetime(2026, 10, 30, 12, tzinfo=UTC)


def main() -> None:
    """Print how long one more conversation takes, and the ratios, on both engines."""
    with engines() as urls:
        for engine, url in urls.items():
            database = Database(url)
            person, ties = _settle_in(database)
            taken: dict[int, list[float]] = {earlier: [] for earlier in EARLIER}
            for at in range(TIES):
                for earlier in EARLIER:
                    began = perf_counter()
                    _post(database, person, ties[earlier][at])
                    taken[earlier].append((perf_counter() - began) * 1000)
            database.engine.dispose()
            alone, *longer = (median(taken[earlier]) for earlier in EARLIER)
            print(
                f"{engine:>10}, one more conversation with {EARLIER[0]} earlier: {alone:.2f} ms"
                + "".join(
                    f"; with {earlier:,}: {each:.2f} ms ({each / alone:.2f} times)"
                    for earlier, each in zip(EARLIER[1:], longer, strict=True)
                )
                + f" (limit {LIMIT:.0f})"
            )


def _post(database: Database, person: int, tie: int) -> None:
    said = Said(TODAY, "called", "advocate", [True])
    with database.writing() as session:
        hold(session, person)
        record(session, [NewConversation(person, [tie], said)], NOW)


def _settle_in(database: Database) -> tuple[int, dict[int, list[int]]]:
    """Return a person and ties with so many conversations each, by their number."""
    upgrade(database)
    with database.writing() as session:
        start(session, time_zone="UTC", now=NOW).first_day = date(2020, 1, 1)
        session.flush()
        person = add_person(
            session, email="ada@example.org", name="Ada", joined=date(2020, 1, 1), now=NOW
        ).id
        ties = {}
        for earlier in EARLIER:
            names = [f"Contact {earlier} {number}" for number in range(TIES)]
            ties[earlier] = find_or_add(session, person, names, NOW)
            record(
                session,
                [
                    NewConversation(
                        person,
                        [tie],
                        Said(TODAY - timedelta(days=day + 1), "wrote", "advocate", [True]),
                        reported=True,
                    )
                    for tie in ties[earlier]
                    for day in range(earlier)
                ],
                NOW,
            )
    return person, ties


if __name__ == "__main__":
    main()
