"""Reading the audit trail."""

from sqlalchemy import select
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


def latest_events(
    session: Session, *, limit: int, offset: int = 0, action: str = ""
) -> list[Event]:
    """Return the trail, latest first, of one action when it is named."""
    query = select(Event).order_by(Event.id.desc()).limit(limit).offset(offset)
    if action:
        query = query.where(Event.action == action)
    return list(session.scalars(query))
