"""Proving the balance of relationships: what was sealed, and what the record is now."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from advocacy.core.time import day_of, first_day, last_day, month_of, months_between, now
from advocacy.points.models import ClosedMonth, Life
from advocacy.points.queries import first_open_month
from advocacy.programme.queries import get_programme
from advocacy.recognition.models import ClosedBalance, ClosedStanding
from advocacy.recognition.queries import earliest_month
from advocacy.relationships.balance import balance_of_all
from advocacy.relationships.days import day_problems


def balance_problems(session: Session) -> Iterator[str]:
    """Yield where opening and changes are not the closing, in words.

    Sealed rows are held each against itself, against the month before and against the row of the
    month's files; of open months the programme's balance; then each stretch, and each day's count.
    """
    months = list(
        session.scalars(
            select(ClosedMonth.month)
            .where(ClosedMonth.has_balances.is_(True))
            .order_by(ClosedMonth.month)
        )
    )
    for month in months:
        yield from _sealed_problems(session, month)
        yield from _figure_problems(session, month)
    for before, month in pairwise(months):
        yield from _chain_problems(session, before, month)
    yield from _stretch_problems(session)
    yield from day_problems(session)
    yield from _open_problems(session)


def _sealed_problems(session: Session, month: str) -> Iterator[str]:
    sealed = ClosedBalance
    came = sealed.opening + sealed.corrected + sealed.begun + sealed.revived
    rows = session.execute(
        select(sealed.person_id, sealed.closing)
        .where(sealed.month == month, came - sealed.drifted - sealed.ended != sealed.closing)
        .order_by(sealed.person_id)
    )
    for person, closing in rows:
        yield (
            f"closed month {month}: the balance of person {person} does not add up to the "
            f"{closing} sealed as alive"
        )


def _figure_problems(session: Session, month: str) -> Iterator[str]:
    """Hold sealed balances against the rows of the month's files, which have a hash."""
    names = (("begun", "begun"), ("closing", "alive"), ("conversations", "conversations"))
    kept: Any = [func.coalesce(getattr(ClosedBalance, name), 0) for name, _ in names]
    printed: Any = [getattr(ClosedStanding, name) for _, name in names]
    rows = session.execute(
        select(ClosedStanding.person_id, *kept, *printed)
        .outerjoin(
            ClosedBalance,
            and_(
                ClosedBalance.person_id == ClosedStanding.person_id,
                ClosedBalance.month == ClosedStanding.month,
            ),
        )
        .where(
            ClosedStanding.month == month,
            or_(*(mine != theirs for mine, theirs in zip(kept, printed, strict=True))),
        )
        .order_by(ClosedStanding.person_id)
    )
    for person, *figures in rows:
        yield (
            f"closed month {month}: the balance of person {person} says begun, alive and "
            f"conversations {figures[:3]}, the row that was printed {figures[3:]}"
        )


def _chain_problems(session: Session, before: str, month: str) -> Iterator[str]:
    """Hold what a month opened with against what the month before closed with."""
    was, then = aliased(ClosedBalance), aliased(ClosedBalance)
    closing, opening = func.coalesce(was.closing, 0), func.coalesce(then.opening, 0)
    same = and_(was.person_id == then.person_id, was.month == before, then.month == month)
    other_team = and_(closing != 0, was.team_id.is_distinct_from(then.team_before))
    opened = (
        select(then.person_id, closing, opening)
        .outerjoin(was, same)
        .where(then.month == month, or_(opening != closing, other_team))
    )
    vanished = (
        select(was.person_id, closing, opening)
        .outerjoin(then, same)
        .where(was.month == before, then.person_id.is_(None), closing != 0)
    )
    for person, left, found in (*session.execute(opened), *session.execute(vanished)):
        yield (
            f"closed month {month}: person {person} opens with {found} relationships, or in "
            f"another team, than {before} closed with: {left}"
        )


def _stretch_problems(session: Session) -> Iterator[str]:
    """A stretch has days, or ended on the day it began: so whatever days are asked of add up."""
    rows = session.execute(
        select(Life.tie_id, Life.starts_on, Life.ends_on, Life.ended)
        .where(Life.starts_on > Life.ends_on)
        .order_by(Life.tie_id)
    )
    for tie, starts_on, ends_on, ended in rows:
        if not ended or starts_on - ends_on != timedelta(days=1):
            yield f"tie {tie}: a relationship began on {starts_on} and was over after {ends_on}"


def _open_problems(session: Session) -> Iterator[str]:
    today = day_of(now(), get_programme(session).time_zone)
    first = first_open_month(session) or earliest_month(session, today)
    for month in months_between(first, month_of(today)):
        balance = balance_of_all(session, first_day(month), min(last_day(month), today))
        if not balance.adds_up:
            yield (
                f"{month}: the programme's relationships do not add up to the "
                f"{balance.closing} that are alive"
            )
