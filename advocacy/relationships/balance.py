"""Reading the balance of relationships: what began, came back, came to rest, and ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from advocacy.core.time import first_day, last_day, shift_month
from advocacy.points.models import Life


@dataclass(frozen=True, slots=True)
class Balance:
    """Relationships alive before, begun, revived, drifted, ended, and alive now or at the end."""

    before: int
    begun: Sequence[int]
    revived: Sequence[int]
    drifted: Sequence[int]
    ended: Sequence[int]
    alive: int


def balance_of(session: Session, person_id: int, month: str, today: date) -> Balance:
    """Return a person's balance of relationships in a month, up to today.

    Alive before + begun + revived - drifted - ended = alive.
    """
    start, end = first_day(month), min(last_day(month), today)
    before = start - timedelta(days=1)
    lives = session.execute(
        select(Life.tie_id, Life.starts_on, Life.ends_on, Life.revived, Life.ended).where(
            Life.person_id == person_id, Life.starts_on <= end, Life.ends_on >= before
        )
    ).all()
    begun = [life.tie_id for life in lives if life.starts_on >= start and not life.revived]
    revived = [life.tie_id for life in lives if life.starts_on >= start and life.revived]
    return Balance(
        before=sum(1 for life in lives if life.starts_on <= before),
        begun=begun,
        revived=revived,
        drifted=[life.tie_id for life in lives if life.ends_on < end and not life.ended],
        ended=[life.tie_id for life in lives if life.ends_on < end and life.ended],
        alive=sum(1 for life in lives if life.ends_on >= end),
    )


def alive_by_month(
    session: Session, person_id: int, month: str, today: date, *, months: int
) -> list[int]:
    """Return how many relationships were alive at the end of each of the latest months."""
    wanted = [shift_month(month, -back) for back in range(months - 1, -1, -1)]
    lives = session.execute(
        select(Life.starts_on, Life.ends_on).where(
            Life.person_id == person_id,
            and_(Life.starts_on <= today, Life.ends_on >= first_day(wanted[0])),
        )
    ).all()
    ends = [min(last_day(each), today) for each in wanted]
    return [sum(1 for life in lives if life.starts_on <= end <= life.ends_on) for end in ends]
