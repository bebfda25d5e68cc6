"""Reading what the administrator's pages show beside one another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.admin.rules import detail_in_words
from advocacy.audit.queries import latest_events
from advocacy.people.queries import names_of


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit trail with the names of today."""

    at: datetime
    action: str
    actor: str
    subject: str
    subject_id: int | None
    detail: str


def audit_lines(session: Session, *, limit: int, offset: int, action: str) -> list[Line]:
    """Return the audit trail, latest first, of one action when it is named."""
    events = latest_events(session, limit=limit, offset=offset, action=action)
    numbers = {event.actor_id for event in events} | {event.subject_id for event in events}
    names = names_of(session, {number for number in numbers if number is not None})
    return [
        Line(
            at=event.at,
            action=event.action,
            actor=_called(names, event.actor_id),
            subject=_called(names, event.subject_id),
            subject_id=event.subject_id if event.subject_id in names else None,
            detail=detail_in_words(event.detail),
        )
        for event in events
    ]


def _called(names: dict[int, str], number: int | None) -> str:
    if number is None:
        return ""
    return names.get(number, f"person {number}")
