"""Reading the audit trail."""

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event


def events_about(
    session: Session, subject_id: int, action: str, *, limit: int, offset: int = 0
) -> list[Event]:
    """Return what was done to a person, latest first."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.subject_id == subject_id, Event.action == action)
            .order_by(Event.id.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def trail(
    *,
    action: str = "",
    people: Select[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Select[Event]:
    """Return the query for the trail, latest first.

    :param people: only what these did, or what was done to them.
    :param since: the earliest moment; ``until``: the first that is too late.
    """
    query = select(Event).order_by(Event.id.desc())
    if action:
        query = query.where(Event.action == action)
    if people is not None:
        query = query.where(or_(Event.actor_id.in_(people), Event.subject_id.in_(people)))
    if since is not None:
        query = query.where(Event.at >= since)
    if until is not None:
        query = query.where(Event.at < until)
    return query
