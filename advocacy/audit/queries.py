"""Reading the audit trail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.core.statements import built_once


def events_about(
    session: Session, subject_id: int, action: str, *, limit: int, offset: int = 0
) -> list[Event]:
    """Return what was done to a person, latest first."""
    return list(session.scalars(*_about(subject_id, action, limit, offset)))


@built_once
def _about(subject_id: int, action: str, limit: int, offset: int) -> Select[Event]:
    return (
        select(Event)
        .where(Event.subject_id == subject_id, Event.action == action)
        .order_by(Event.id.desc())
        .limit(limit)
        .offset(offset)
    )


def trail(
    *,
    action: str = "",
    person: Callable[[Any], ColumnElement[bool]] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Select[Event]:
    """Return the query for the trail, latest first.

    :param person: only what such a person did, or what was done to one: the condition on a column.
    :param since: the earliest moment; ``until``: the first that is too late.
    """
    query = select(Event).order_by(Event.id.desc())
    if action:
        query = query.where(Event.action == action)
    if person is not None:
        query = query.where(or_(person(Event.actor_id), person(Event.subject_id)))
    if since is not None:
        query = query.where(Event.at >= since)
    if until is not None:
        query = query.where(Event.at < until)
    return query
