"""Control totals: what a month's entries and its standings add up to, to be held together.

A total alone stays the same when one person's points stand with another, so each is added up once
more with all points multiplied by the person's number: a hash total, as bookkeepers call it.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, case, cast, func, select
from sqlalchemy.orm import Session

from advocacy.core.counts import Counts
from advocacy.points.models import Checkpoint, Entry, Standing, StandingCount
from advocacy.points.rules import Evidence


class Totals(NamedTuple):
    """What some entries add up to; ``word`` is the part on people's word, before the limit."""

    points: int = 0
    word: int = 0
    points_by_person: int = 0
    word_by_person: int = 0


Counted = tuple[int, Totals]
"""How many there are, and what they add up to."""


class OnWord(NamedTuple):
    """What the standings of a month add up to that have so much on people's word."""

    word: int
    people: int
    numbers: int
    points: int
    points_by_person: int
    entered: int
    entered_by_person: int


def totals_of_ledger(
    session: Session, months: Collection[str], *, through: int | None = None
) -> dict[str, Counted]:
    """Return how many entries some months have and what they add up to, by month.

    What checkpoints have read is not read again: entries never change.

    :param through: the last number; without it, to the end.
    """
    taken = totals_at_checkpoints(session, months)
    after = session.scalar(select(func.max(Checkpoint.through))) or 0
    if None in taken.values():  # of the time before there were totals
        taken, after = {}, 0
    word = case((Entry.evidence == Evidence.WORD, Entry.points), else_=0)
    since = (
        select(Entry.month, func.count(), *sums_of(Entry.person_id, Entry.points, word))
        .where(Entry.id > after, Entry.month.in_(sorted(months)))
        .group_by(Entry.month)
    )
    if through is not None:
        since = since.where(Entry.id <= through)
    found = {month: one for month, one in taken.items() if one}
    for month, count, *sums in session.execute(since):
        before, totals = found.get(month, (0, Totals()))
        added = (one + int(more) for one, more in zip(totals, sums, strict=True))
        found[month] = before + count, Totals(*added)
    return found


def totals_of_standings(
    session: Session, limits: Mapping[str, int]
) -> tuple[dict[str, Counted], set[str]]:
    """Return how many standings some months have and what they add up to, by month.

    :param limits: what one's word can bring at most, by month.
    :returns: that, and the months in which points are not what `rules.month_points` says of it.
    """
    found: dict[str, Counted] = {}
    wrong = set()
    for month, limit in limits.items():
        rows = standings_on_word(session, month)
        if not rows:
            continue
        totals = Totals(
            sum(row.entered for row in rows),
            sum(row.word * row.people for row in rows),
            sum(row.entered_by_person for row in rows),
            sum(row.word * row.numbers for row in rows),
        )
        found[month] = sum(row.people for row in rows), totals
        over = [(row.word - limit, row) for row in rows if row.word > limit]
        due = totals.points - sum(more * row.people for more, row in over)
        due_by_person = totals.points_by_person - sum(more * row.numbers for more, row in over)
        points, by_person = (
            sum(getattr(row, name) for row in rows) for name in ("points", "points_by_person")
        )
        if (points, by_person) != (due, due_by_person):
            wrong.add(month)
    return found, wrong


def standings_on_word(session: Session, month: str) -> list[OnWord]:
    """Return what a month's standings add up to, by how much of them is on people's word."""
    rows = session.execute(STANDINGS.kept().where(StandingCount.month == month))
    return [OnWord(*map(int, row[1:])) for row in rows]


def standing_problems(session: Session) -> Iterator[str]:
    """Yield, in words, what is counted of standings and is not what they add up to."""
    for (month, word), name, says, is_worth in STANDINGS.differences(session):
        yield (
            f"{month}: of the standings with {word} on word, {name} is counted as {says}, they "
            f"add up to {is_worth}"
        )


def totals_at_checkpoints(session: Session, months: Collection[str]) -> dict[str, Counted | None]:
    """Return how many entries months had at their last checkpoint, and their totals, by month.

    A month without a checkpoint is left out; None where there were no totals yet.
    """
    last = (
        select(Checkpoint.month, func.max(Checkpoint.through).label("through"))
        .where(Checkpoint.month.in_(sorted(months)))
        .group_by(Checkpoint.month)
        .subquery()
    )
    rows = session.execute(
        select(
            Checkpoint.month,
            Checkpoint.entries,
            *(getattr(Checkpoint, name) for name in Totals._fields),
        ).join(last, (Checkpoint.month == last.c.month) & (Checkpoint.through == last.c.through))
    )
    return {
        month: None if None in sums else (entries, Totals(*sums)) for month, entries, *sums in rows
    }


def sums_of(person: Any, points: Any, word: Any) -> list[Any]:
    """Return the columns of `Totals`."""
    number = cast(person, BigInteger)
    return [
        func.sum(points),
        func.sum(word),
        func.sum(points * number),
        func.sum(word * number),
    ]


def _of_standings() -> Select[*tuple[Any, ...]]:
    period, number = Standing.period, cast(Standing.person_id, BigInteger)
    entered = Standing.seen + Standing.word + Standing.shares
    return (
        select(
            period.label("month"),
            Standing.word,
            func.count(),
            func.sum(number),
            func.sum(Standing.points),
            func.sum(Standing.points * number),
            func.sum(entered),
            func.sum(entered * number),
        )
        .where(func.length(period) == len("2026-11"), func.substr(period, 6, 1) != "Q")
        .group_by(period, Standing.word)
    )


STANDINGS = Counts(StandingCount, ("month", "word"), OnWord._fields[1:], _of_standings)
