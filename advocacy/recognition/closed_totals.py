"""What the rows of a closed month add up to: kept at its close, as they never change."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from advocacy.recognition.models import ClosedBalance, ClosedStanding, ClosedTotal

SEALED = ("opening", "corrected", "begun", "revived", "drifted", "ended", "closing")
"""The figures of a balance that are sealed; the rest is of teams."""


class Rows(StrEnum):
    """The rows of a closed month."""

    STANDINGS = "standings"
    BALANCES = "balances"


_FIGURES: Mapping[Rows, tuple[type[ClosedStanding | ClosedBalance], Mapping[str, Any]]]
_FIGURES = MappingProxyType(
    {
        Rows.STANDINGS: (
            ClosedStanding,
            {
                "people": func.count(),
                "left": func.count() - func.count(ClosedStanding.rank),
                **{
                    name: func.coalesce(func.sum(getattr(ClosedStanding, name)), 0)
                    for name in ("alive", "begun", "conversations")
                },
            },
        ),
        Rows.BALANCES: (
            ClosedBalance,
            {
                name: func.coalesce(func.sum(getattr(ClosedBalance, name)), 0)
                for name in (*SEALED, "conversations", "they_began")
            },
        ),
    }
)


def keep_totals(session: Session, month: str) -> None:
    """Write what the rows of a month that is being closed add up to."""
    found = [
        {"month": month, "rows": str(rows), "figure": name, "count": count}
        for rows in Rows
        for name, count in _added_up(session, rows, month).items()
    ]
    session.execute(insert(ClosedTotal), found)


def kept_totals(session: Session, rows: Rows, months: Collection[str]) -> dict[str, dict[str, int]]:
    """Return what rows of closed months add up to: by month, by the name of the figure.

    ``left`` are those without a rank.
    """
    found: dict[str, dict[str, int]] = {}
    if not months:
        return found
    for month, figure, count in session.execute(
        select(ClosedTotal.month, ClosedTotal.figure, ClosedTotal.count).where(
            ClosedTotal.month.in_(sorted(months)), ClosedTotal.rows == str(rows)
        )
    ):
        found.setdefault(month, {})[figure] = count
    return found


def closing_of_all(month: str) -> Select[int]:
    """Return the query for how many relationships were sealed as alive at a month's end."""
    return select(ClosedTotal.count).where(
        ClosedTotal.month == month,
        ClosedTotal.rows == str(Rows.BALANCES),
        ClosedTotal.figure == "closing",
    )


def total_problems(session: Session, month: str) -> Iterator[str]:
    """Yield, in words, where a closed month's rows add up to something else than was kept."""
    for rows in Rows:
        kept = kept_totals(session, rows, [month]).get(month, {})
        for name, count in _added_up(session, rows, month).items():
            if kept.get(name, 0) != count:
                yield (
                    f"closed month {month}: {name} of all {rows} was kept as "
                    f"{kept.get(name, 0)}, the rows add up to {count}"
                )


def _added_up(session: Session, rows: Rows, month: str) -> dict[str, int]:
    table, figures = _FIGURES[rows]
    sums = (column.label(name) for name, column in figures.items())
    found = session.execute(select(*sums).where(table.month == month)).one()
    return {name: int(count) for name, count in found._mapping.items()}
