"""The figures of a board other than points: of closed months as sealed, of open ones as they are.

The statements are built once: a board is asked for often, and building them takes longer than
answering them.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import is_a_conversation_of_boards
from advocacy.core import time
from advocacy.points.models import Life
from advocacy.points.rules import Kind
from advocacy.recognition.models import ClosedStanding
from advocacy.recognition.rules import Figures
from advocacy.shares.models import Share

_START: Any = bindparam("start")
_END: Any = bindparam("end")
_AT: Any = bindparam("at")
_FIRST: Any = bindparam("first")
_LAST: Any = bindparam("last")
_NONE = literal(0)


def figures_of(
    session: Session,
    people: Collection[int],
    days: tuple[date, date],
    first_open: str | None,
    today: date,
) -> dict[int, Figures]:
    """Return the figures of some people in a period, by person; who has none is left out.

    :param days: the first and the last day of the period.
    :param first_open: the first month that is open, None while all are.
    """
    first, last = days
    start = max(first, time.first_day(first_open)) if first_open else first
    is_open, has_sealed = start <= last, time.month_of(first) < (first_open or "")
    if not people or not (is_open or has_sealed):
        return {}
    dialect = session.get_bind().dialect.name
    values = {
        "people": sorted(people),
        "start": start,
        "end": last,
        "at": min(last, today),
        "first": time.month_of(first),
        "last": time.month_of(last),
    }
    sums: dict[int, list[int]] = {}
    for columns in session.execute(_figures(dialect, is_open, has_sealed), values).all():
        row = sums.setdefault(columns[0], [0] * (len(columns) - 1))
        for at, value in enumerate(columns[1:]):
            row[at] += int(value or 0)
    return {person: Figures(*row) for person, row in sums.items()}


@cache
def _figures(dialect: str, is_open: bool, has_sealed: bool) -> Any:
    live = [_conversations(dialect), _shares(dialect), _relationships(dialect)] if is_open else []
    return union_all(*live, *([_sealed(dialect)] if has_sealed else []))


def _chosen(column: Any, dialect: str) -> Any:
    """Return that a number is one of some people's: on PostgreSQL one list to send, not fifty."""
    if dialect == "postgresql":
        return column == any_(bindparam("people", type_=ARRAY(Integer)))
    return column.in_(bindparam("people", expanding=True))


def _conversations(dialect: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Conversation.person_id,
            _NONE.label("begun"),
            _NONE.label("alive"),
            func.count().label("conversations"),
            func.sum(case((Participant.answered, 1), else_=0)).label("answered"),
            func.sum(case((Conversation.kind == Kind.MET, 1), else_=0)).label("in_person"),
            _NONE.label("shares"),
        )
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(
            _chosen(Conversation.person_id, dialect),
            Conversation.day.between(_START, _END),
            is_a_conversation_of_boards(),
        )
        .group_by(Conversation.person_id)
    )


def _shares(dialect: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Share.person_id, _NONE, _NONE, _NONE, _NONE, _NONE, func.count())
        .where(
            _chosen(Share.person_id, dialect),
            Share.day.between(_START, _END),
            Share.counted.is_(True),
            Share.taken_back_at.is_(None),
        )
        .group_by(Share.person_id)
    )


def _relationships(dialect: str) -> Select[*tuple[Any, ...]]:
    begun = and_(Life.revived.is_(False), Life.starts_on.between(_START, _END))
    alive = and_(Life.starts_on <= _AT, Life.ends_on >= _AT)
    return (
        select(
            Life.person_id,
            func.sum(case((begun, 1), else_=0)),
            func.sum(case((alive, 1), else_=0)),
            _NONE,
            _NONE,
            _NONE,
            _NONE,
        )
        .where(_chosen(Life.person_id, dialect), or_(begun, alive))
        .group_by(Life.person_id)
    )


def _sealed(dialect: str) -> Select[*tuple[Any, ...]]:
    at_end = ClosedStanding.month == _LAST
    return (
        select(
            ClosedStanding.person_id,
            func.sum(ClosedStanding.begun),
            func.sum(case((at_end, ClosedStanding.alive), else_=0)),
            func.sum(ClosedStanding.conversations),
            func.sum(ClosedStanding.answered),
            func.sum(ClosedStanding.in_person),
            func.sum(ClosedStanding.shares),
        )
        .where(
            _chosen(ClosedStanding.person_id, dialect), ClosedStanding.month.between(_FIRST, _LAST)
        )
        .group_by(ClosedStanding.person_id)
    )
