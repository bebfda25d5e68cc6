"""Writing the audit trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.audit.rules import Action


def note(
    session: Session,
    action: Action,
    *,
    actor_id: int | None,
    subject_id: int | None = None,
    detail: str = "",
    now: datetime,
) -> None:
    """Write down that somebody did something; ``detail`` holds no personal word."""
    session.add(
        Event(at=now, actor_id=actor_id, action=action, subject_id=subject_id, detail=detail[:200])
    )
