"""Checkpoints of the ledger, and the seals of closed months: taken here, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.core.errors import Conflict
from advocacy.core.time import words_for_period
from advocacy.points.models import Checkpoint, ClosedMonth, Entry, Seal
from advocacy.points.totals import totals_of_ledger
from advocacy.points.tree import (
    BEFORE_THE_FIRST,
    FIELDS,
    Sealed,
    Tree,
    chained,
    entry_bytes,
    leaf_hash,
    packed,
)
from advocacy.programme.queries import hold_for_closing

PIECE = 10_000
"""How many entries one checkpoint takes at most, so that nobody waits long for it."""

_HASHED = select(*(getattr(Entry, name) for name in FIELDS)).order_by(Entry.id)


def hashed_entries(
    session: Session, after: int, through: int | None = None, *, limit: int | None = None
) -> list[tuple[int, str, bytes]]:
    """Return entries as number, month and hash, in the order of their numbers.

    :param after: the number after which they begin.
    :param through: the last number; without it, to the end.
    """
    query = _HASHED.where(Entry.id > after).limit(limit)
    if through is not None:
        query = query.where(Entry.id <= through)
    rows: Any = session.execute(query)
    return [(row.id, row.month, leaf_hash(entry_bytes(row))) for row in rows]


def take_checkpoint(session: Session, now: datetime, *, limit: int = PIECE) -> int:
    """Take into the trees of their months what was entered since the last checkpoint.

    Whoever posts waits meanwhile, so that no entry with a lower number is still to come. When
    nothing is left to be taken, months that were closed before there were seals are sealed.

    :param limit: how many entries are taken at most; what is left is for the next call.
    :returns: how many were taken; fewer than the limit when nothing is left.
    """
    hold_for_closing(session)
    after = session.scalar(select(func.max(Checkpoint.through))) or 0
    taken = hashed_entries(session, after, limit=limit)
    by_month: dict[str, list[tuple[int, bytes]]] = {}
    for number, month, leaf in taken:
        by_month.setdefault(month, []).append((number, leaf))
    totals = totals_of_ledger(session, by_month, through=taken[-1][0]) if taken else {}
    for month, leaves in by_month.items():
        tree = _tree(session, month)
        for _, leaf in leaves:
            tree.add(leaf)
        session.add(
            Checkpoint(
                through=taken[-1][0],
                month=month,
                taken_at=now,
                entries=tree.size,
                root=tree.root,
                peaks=tree.peaks,
                leaves=packed(leaves),
                **totals[month][1]._asdict(),
            )
        )
    session.flush()
    if len(taken) < limit:
        seal_closed_months(session)
    return len(taken)


def seal_closed_months(session: Session) -> None:
    """Seal every closed month that is not sealed, earliest first; all entries are taken before."""
    last = session.scalar(select(Seal).order_by(Seal.month.desc()).limit(1))
    chain = last.chain if last else BEFORE_THE_FIRST
    for month in session.scalars(
        select(ClosedMonth.month)
        .where(ClosedMonth.month > (last.month if last else ""))
        .order_by(ClosedMonth.month)
    ).all():
        tree = _tree(session, month)
        chain = chained(chain, month, tree.size, tree.root)
        session.add(Seal(month=month, entries=tree.size, root=tree.root, chain=chain))
    session.flush()


def _tree(session: Session, month: str) -> Tree:
    """Return the tree of a month as its last checkpoint left it."""
    last = session.execute(
        select(Checkpoint.entries, Checkpoint.peaks)
        .where(Checkpoint.month == month)
        .order_by(Checkpoint.through.desc())
        .limit(1)
    ).first()
    try:
        return Tree(*last) if last else Tree()
    except ValueError as error:
        raise Conflict(
            f"The last checkpoint of {words_for_period(month)} is not as it was taken. "
            "Run: advocacy ledger verify",
            field="month",
        ) from error


def closed_months(
    session: Session,
) -> dict[str, tuple[datetime, Sealed | None]]:
    """Return when each month was closed, and its seal (if it has one yet), earliest first."""
    rows = session.execute(
        select(ClosedMonth.month, ClosedMonth.closed_at, Seal)
        .outerjoin(Seal, Seal.month == ClosedMonth.month)
        .order_by(ClosedMonth.month)
    )
    return {month: (closed_at, _plain(seal)) for month, closed_at, seal in rows}


def find_seal(session: Session, month: str) -> Sealed | None:
    """Return the seal of a month, None when it has none (yet)."""
    return _plain(session.get(Seal, month))


def _plain(seal: Seal | None) -> Sealed | None:
    return Sealed(seal.entries, seal.root, seal.chain) if seal else None
