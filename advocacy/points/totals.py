"""Control totals: what a month's entries add up to, to be held against its standings.

A total alone stays the same when one person's points stand with another, so each is added up once
more with all points multiplied by the person's number: a hash total, as bookkeepers call it.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, case, cast, func, select
from sqlalchemy.orm import Session

from advocacy.points.models import Checkpoint, Entry
from advocacy.points.rules import Evidence


class Totals(NamedTuple):
    """What some entries add up to; ``word`` is the part on people's word, before the limit."""

    points: int = 0
    word: int = 0
    points_by_person: int = 0
    word_by_person: int = 0


Counted = tuple[int, Totals]
"""How many there are, and what they add up to."""


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
