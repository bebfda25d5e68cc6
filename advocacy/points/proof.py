"""Proving that entries, checkpoints and seals are as they were, in pieces of flat size."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from advocacy.core.time import day_of
from advocacy.points.models import Checkpoint, Entry
from advocacy.points.rules import Evidence
from advocacy.points.seals import closed_months, hashed_entries
from advocacy.points.totals import Totals, sums_of, totals_at_checkpoints
from advocacy.points.tree import BEFORE_THE_FIRST, Tree, chained, packed, unpacked

_BEFORE_ALL = -(2**31)


@dataclass(slots=True)
class _Seen:
    """How far the proof has come: the trees of the months, and which checkpoints are altered."""

    trees: dict[str, Tree] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)
    through: int = _BEFORE_ALL


def tamper_problems(session: Session, zone: str) -> Iterator[str]:
    """Yield, in words, whatever is not as it was checkpointed or sealed.

    :param zone: the programme's time zone, for the days of checkpoints.
    """
    found = [*_hash_problems(session, zone)]
    yield from found
    if not found:
        yield from _total_problems(session)


def _hash_problems(session: Session, zone: str) -> Iterator[str]:
    seen = _Seen()
    for through in session.scalars(
        select(Checkpoint.through).distinct().order_by(Checkpoint.through)
    ).all():
        yield from _problems_up_to(session, seen, through, zone)
    yield from _seal_problems(session, seen)


def _problems_up_to(session: Session, seen: _Seen, through: int, zone: str) -> Iterator[str]:
    """Hold the entries of one reading against the checkpoints that it left."""
    kept: dict[int, tuple[str, bytes]] = {}
    day = ""
    for one in session.execute(
        select(*Checkpoint.__table__.columns)
        .where(Checkpoint.through == through)
        .order_by(Checkpoint.month)
    ).all():
        day = f"{day_of(one.taken_at, zone):%-d %B %Y}"
        leaves = list(unpacked(one.leaves))
        if not _is_sound(seen, one, leaves):
            seen.altered.add(one.month)
            yield (
                f"checkpoint of {day}, {one.month} with {one.entries} entries: it is not as it was "
                "taken, or one before it is gone"
            )
        kept |= {number: (one.month, leaf) for number, leaf in leaves}
    found = _found(session, seen.through, through)
    for number in sorted({*kept, *found}):
        month = (kept.get(number) or found[number])[0]
        if kept.get(number) == found.get(number):
            continue
        if month in seen.altered:
            yield f"entry {number}: it is not what the checkpoint of {day} has of it"
        elif number not in found:
            yield f"entry {number}: it is missing; it stood in {month} at the checkpoint of {day}"
        elif number not in kept:
            yield f"entry {number}: it was added to {month} behind the checkpoint of {day}"
        else:
            yield f"entry {number}: it was changed after the checkpoint of {day}"
    seen.through = through


def _found(session: Session, after: int, through: int) -> dict[int, tuple[str, bytes]]:
    """Return month and hash of the entries as they stand; of one that cannot be read, nothing."""
    try:
        rows = hashed_entries(session, after, through)
    except (TypeError, ValueError):  # SQLite keeps what is no day in the place of a day
        if through - after == 1:
            return {through: ("", b"")}
        middle = (after + through) // 2
        return _found(session, after, middle) | _found(session, middle, through)
    return {number: (month, leaf) for number, month, leaf in rows}


def _is_sound(seen: _Seen, one: Any, leaves: list[tuple[int, bytes]]) -> bool:
    """Let a month's tree grow by a checkpoint's leaves, and tell whether it says the same."""
    tree = seen.trees.setdefault(one.month, Tree())
    for _, leaf in leaves:
        tree.add(leaf)
    numbers = [number for number, _ in leaves]
    is_sound = (
        (tree.size, tree.root, tree.peaks) == (one.entries, one.root, one.peaks)
        and packed(leaves) == one.leaves
        and bool(numbers)
        and numbers == sorted(set(numbers))
        and seen.through < numbers[0]
        and numbers[-1] <= one.through
    )
    if not is_sound:
        with suppress(ValueError):  # what comes after it is held against what it says itself
            seen.trees[one.month] = Tree(one.entries, one.peaks)
    return is_sound


def _seal_problems(session: Session, seen: _Seen) -> Iterator[str]:
    closed = {month: seal for month, (_, seal) in closed_months(session).items()}
    known = {month: seal for month, seal in closed.items() if seal}
    chain = BEFORE_THE_FIRST
    for month, seal in known.items():
        tree = seen.trees.get(month, Tree())
        if (seal.entries, seal.root) != (tree.size, tree.root):
            yield f"closed month {month}: its seal is not the root of its entries"
        if seal.chain != chained(chain, month, seal.entries, seal.root):
            yield f"closed month {month}: its seal does not follow from the one before"
        chain = seal.chain
    if known:
        for month in sorted({*closed} - {*known}):
            yield f"closed month {month}: its seal is missing"
    late = session.execute(
        select(Entry.id, Entry.month)
        .where(Entry.id > seen.through, Entry.month.in_(sorted(known)))
        .order_by(Entry.id)
    )
    for number, month in late:
        yield f"entry {number}: it was added to {month} after that was sealed"


def _total_problems(session: Session) -> Iterator[str]:
    """Hold the totals of every month's last checkpoint against its entries, in one pass of them."""
    last = (
        select(Checkpoint.month, func.max(Checkpoint.through).label("through"))
        .group_by(Checkpoint.month)
        .subquery()
    )
    word = case((Entry.evidence == Evidence.WORD, Entry.points), else_=0)
    rows = session.execute(
        select(Entry.month, *sums_of(Entry.person_id, Entry.points, word))
        .join(last, and_(last.c.month == Entry.month, Entry.id <= last.c.through))
        .group_by(Entry.month)
        .order_by(Entry.month)
    )
    added_up = {month: Totals(*map(int, sums)) for month, *sums in rows}
    for month, kept in sorted(totals_at_checkpoints(session, added_up).items()):
        if kept and kept[1] != added_up[month]:
            yield (
                f"the last checkpoint of {month} with {kept[0]} entries: its totals are not what "
                "they add up to"
            )
