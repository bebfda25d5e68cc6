"""The top 50 of a month and the own rank in it, from standings and by adding up the ledger.

Goals: the top 50 at most 1.5 times between 1,000 and 100,000 people; the own rank under 10 ms on
SQLite and 20 ms on PostgreSQL.
"""

from contextlib import ExitStack
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.models import Entry
from advocacy.recognition.boards import board
from advocacy.recognition.ranking import place_of
from bench.crowd import MONTH, TODAY, engines, load
from bench.timing import milliseconds, side_by_side

PEOPLE = (1_000, 100_000)
RANK_LIMIT = {"sqlite": 10.0, "postgresql": 20.0}
GROWTH_LIMIT = 1.5


def _sums(session: Session) -> None:
    total = func.sum(Entry.points)
    session.execute(
        select(Person.name, total)
        .join(Entry, Entry.person_id == Person.id)
        .where(Entry.month == MONTH, Person.left_ranking.is_(False))
        .group_by(Person.id)
        .order_by(total.desc(), Person.email)
        .limit(50)
    ).all()


def _own_rank_from_ledger(session: Session, person_id: int) -> None:
    sums = (
        select(Entry.person_id, func.sum(Entry.points).label("points"))
        .where(Entry.month == MONTH)
        .group_by(Entry.person_id)
        .subquery()
    )
    mine = select(sums.c.points).where(sums.c.person_id == person_id).scalar_subquery()
    session.execute(select(func.count()).select_from(sums).where(sums.c.points > mine)).all()


def main() -> None:
    """Print every figure, each with its limit."""
    with ExitStack() as held:
        opened: dict[tuple[str, int], Session] = {}
        for people in PEOPLE:
            for engine, url in held.enter_context(engines()).items():
                database = Database(url)
                held.callback(database.engine.dispose)
                load(database, people)
                opened[engine, people] = held.enter_context(database.reading())
        for engine in RANK_LIMIT:
            few, many = (opened[engine, people] for people in PEOPLE)
            top = side_by_side(partial(_top, few), partial(_top, many))
            for people, taken in zip(PEOPLE, top, strict=True):
                _figures(opened[engine, people], engine, people, taken)
            print(
                f"{engine:>10}: top 50 at {PEOPLE[1]:,} against {PEOPLE[0]:,} people: "
                f"{top[1] / top[0]:.2f} times (limit {GROWTH_LIMIT})"
            )


def _top(session: Session) -> None:
    board(session, MONTH, today=TODAY, limit=50)


def _figures(session: Session, engine: str, people: int, top: float) -> None:
    person = get_person(session, people // 2)
    ledger = milliseconds(lambda: _sums(session), times=5)
    rank = milliseconds(lambda: place_of(session, person, MONTH))
    ledger_rank = milliseconds(lambda: _own_rank_from_ledger(session, person.id), times=5)
    print(
        f"{engine:>10}, {people:>7,} people: top 50 {top:.2f} ms, adding up the ledger "
        f"{ledger:.1f} ms ({ledger / top:.1f} times); own rank {rank:.2f} ms "
        f"(limit {RANK_LIMIT[engine]:.0f}), from the ledger {ledger_rank:.1f} ms "
        f"({ledger_rank / rank:.1f} times)"
    )


if __name__ == "__main__":
    main()
