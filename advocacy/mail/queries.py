"""Reading the queue of letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from advocacy.mail.models import Letter
from advocacy.mail.rules import LATELY, LEASE, SKEW, TOLD_EVERY, State

UNDELIVERED = (State.BOUNCED, State.GIVEN_UP)
GIVEN_UP = "given_up"
"""The letter that tells of letters which were given up."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter as a list shows it: without its bodies."""

    name: str
    address: str
    subject: str
    state: str
    attempts: int
    written_at: datetime
    due_at: datetime
    ended_at: datetime | None
    failure: str


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return what is true of letters to be tried now, also when the clock was put back."""
    ahead = now + SKEW
    return and_(
        Letter.state == State.WAITING,
        or_(
            Letter.claimed_until.is_(None),
            Letter.claimed_until <= now,
            Letter.claimed_until > ahead + LEASE,
        ),
        or_(Letter.due_at <= now, func.coalesce(Letter.tried_at, Letter.written_at) > ahead),
    )


def is_any_due(session: Session, now: datetime) -> bool:
    """Tell whether a letter is to be tried now."""
    return bool(session.scalar(select(exists().where(is_due(now)))))


def letters_by_state(session: Session) -> dict[State, int]:
    """Return how many letters there are in each state."""
    query = select(Letter.state, func.count()).group_by(Letter.state)
    counted = {State(state): count for state, count in session.execute(query)}
    return {state: counted.get(state, 0) for state in State}


def are_letters_in_trouble(session: Session, now: datetime) -> bool:
    """Tell whether letters were lately given up or sent back, or cannot go just now."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    or_(
                        and_(Letter.state.in_(UNDELIVERED), Letter.ended_at > now - LATELY),
                        and_(Letter.state == State.WAITING, Letter.failure != ""),
                    )
                )
            )
        )
    )


def is_any_untold(session: Session, now: datetime) -> bool:
    """Tell whether letters were given up since the administrators were last told of any.

    They are told once a day at the most, and not that a letter which told them was given up.
    """
    told_at = session.scalar(select(func.max(Letter.written_at)).where(Letter.name == GIVEN_UP))
    if told_at is not None and now - TOLD_EVERY < told_at <= now:
        return False
    untold = exists().where(Letter.state == State.GIVEN_UP, Letter.name != GIVEN_UP)
    if told_at is not None:
        untold = untold.where(Letter.ended_at > told_at)
    return bool(session.scalar(select(untold)))


def letters(
    session: Session, states: Sequence[State], *, limit: int, offset: int = 0
) -> list[Listed]:
    """Return the letters in some states, latest first."""
    query = (
        select(
            Letter.name,
            Letter.address,
            Letter.subject,
            Letter.state,
            Letter.attempts,
            Letter.written_at,
            Letter.due_at,
            Letter.ended_at,
            Letter.failure,
        )
        .where(Letter.state.in_(states))
        .order_by(Letter.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Listed(*row) for row in session.execute(query)]
