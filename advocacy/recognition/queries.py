"""Reading months: which count, which are closed, and what was sealed of them."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.core import time
from advocacy.core.errors import NotFound
from advocacy.points.models import ClosedMonth
from advocacy.points.queries import earliest_entry_month, last_closed_month
from advocacy.points.seals import closed_months
from advocacy.programme.queries import get_programme
from advocacy.recognition.models import ClosedStanding, ExportFile
from advocacy.recognition.rules import Format, MonthState
from advocacy.shares.models import Share

_ONE: Any = bindparam("one", 1, literal_execute=True)
"""Told to PostgreSQL's planner, which takes a limit that it cannot see for a tenth of all."""

# The first of all days, along its index: a minimum would be taken of them all.
_FIRST_SPOKEN = (
    select(Conversation.day)
    .where(
        Conversation.taken_back_at.is_(None),
        select(Participant.contact_id)
        .where(Participant.conversation_id == Conversation.id, Participant.counted.is_(True))
        .exists(),
    )
    .order_by(Conversation.day)
    .limit(_ONE)
)
_FIRST_SHARED = (
    select(Share.day)
    .where(Share.counted.is_(True), Share.taken_back_at.is_(None))
    .order_by(Share.day)
    .limit(_ONE)
)


def earliest_month(session: Session, today: date) -> str:
    """Return the first month that counts: of the first day, the first entry or conversation."""
    first = min(get_programme(session).first_day, today)
    spoken = session.scalar(_FIRST_SPOKEN)
    shared = session.scalar(_FIRST_SHARED)
    days = [time.month_of(day) for day in (first, spoken, shared) if day]
    closed = session.scalar(select(func.min(ClosedMonth.month)))
    entry = earliest_entry_month(session)
    return closed or min(days + ([entry] if entry else []))


def has_begun(session: Session, period: str, today: date) -> bool:
    """Tell whether any month of a period counts: it is not all before the first one.

    What the programme's first day says already costs no query.
    """
    last = time.month_of(time.last_day(period))
    if last >= time.month_of(min(get_programme(session).first_day, today)):
        return True
    return last >= earliest_month(session, today)


def check_period(session: Session, period: str, today: date) -> None:
    """Refuse a period that is still to come, or all before the first month that counts.

    :raises NotFound: saying which.
    """
    if time.first_day(period) > today:
        raise NotFound(f"{time.words_for_period(period)} is still to come.", field="period")
    if not has_begun(session, period, today):
        raise NotFound(
            f"The programme had not begun in {time.words_for_period(period)}.", field="period"
        )


def period_before(session: Session, period: str, today: date) -> str | None:
    """Return the period before this one, unless nothing counts in it."""
    before = time.previous_period(period)
    return before if before and has_begun(session, before, today) else None


def month_to_close(session: Session, today: date) -> str | None:
    """Return the last month that is over, unless it is closed or nothing counts in it."""
    month = time.shift_month(time.month_of(today), -1)
    if month <= (last_closed_month(session) or "") or not has_begun(session, month, today):
        return None
    return month


def months(session: Session, today: date) -> list[MonthState]:
    """Return the programme's months without a gap, from the earliest that counts to today's."""
    closed = closed_months(session)
    hashes: dict[str, dict[str, str | None]] = {}
    for file in session.scalars(select(ExportFile)):
        known = hashes.setdefault(file.month, dict.fromkeys([str(kind) for kind in Format]))
        known[file.format] = file.sha256
    return [
        MonthState(month, closed[month][0], hashes[month], closed[month][1])
        if month in closed
        else MonthState(month)
        for month in time.months_between(earliest_month(session, today), time.month_of(today))
    ]


def get_closed_month(session: Session, month: str) -> ClosedMonth:
    """Return a closed month.

    :raises NotFound: when it is not closed.
    """
    closed = session.get(ClosedMonth, month)
    if closed is None:
        raise NotFound(f"{time.words_for_period(month)} is not closed.", field="month")
    return closed


def get_closed_rows(session: Session, month: str) -> list[ClosedStanding]:
    """Return the sealed rows of a closed month, who left the ranking last.

    :raises NotFound: when the month is not closed.
    """
    get_closed_month(session, month)
    return list(
        session.scalars(
            select(ClosedStanding)
            .where(ClosedStanding.month == month)
            .order_by(ClosedStanding.rank.is_(None), ClosedStanding.rank, ClosedStanding.email)
        )
    )


def first_closed_rows(session: Session, month: str, limit: int) -> list[ClosedStanding]:
    """Return the best rows with a rank of a closed month, without reading all the others."""
    return list(
        session.scalars(
            select(ClosedStanding)
            .where(ClosedStanding.month == month, ClosedStanding.rank.is_not(None))
            .order_by(ClosedStanding.rank, ClosedStanding.email)
            .limit(limit)
        )
    )


def get_hash(session: Session, month: str, format: str) -> str | None:
    """Return the hash of a file of a closed month, or None when there is none."""
    file = session.get(ExportFile, (month, format))
    return file.sha256 if file else None
