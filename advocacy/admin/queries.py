"""Reading the audit trail with the names of today."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from advocacy.admin.rules import detail_in_words
from advocacy.audit.models import Event
from advocacy.audit.queries import trail
from advocacy.core.time import start_of_day
from advocacy.people.queries import names_of
from advocacy.people.searching import Search
from advocacy.programme.queries import get_programme

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the trail is asked for: an action, somebody by name or address, some days."""

    action: str = ""
    who: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit trail."""

    at: datetime
    action: str
    actor_id: int | None
    actor: str
    subject_id: int | None
    subject: str
    is_subject_here: bool
    detail: str


def audit_lines(session: Session, asked: Asked, *, limit: int, offset: int) -> list[Line]:
    """Return a page of the audit trail, latest first."""
    found = session.scalars(_asked(session, asked).limit(limit).offset(offset))
    return list(_with_names(session, found))


def every_audit_line(session: Session, asked: Asked) -> Iterator[Line]:
    """Yield all that is asked for of the audit trail, latest first, some at a time."""
    query = _asked(session, asked).execution_options(yield_per=BATCH)
    for some in session.scalars(query).partitions(BATCH):
        yield from _with_names(session, some)


def _asked(session: Session, asked: Asked) -> Any:
    zone = get_programme(session).time_zone
    return trail(
        action=asked.action,
        person=Search(session, asked.who).finds if asked.who else None,
        since=start_of_day(asked.since, zone) if asked.since else None,
        until=start_of_day(asked.until + timedelta(days=1), zone) if asked.until else None,
    )


def _with_names(session: Session, events: Iterable[Event]) -> Iterator[Line]:
    known = list(events)
    numbers = {event.actor_id for event in known} | {event.subject_id for event in known}
    names = names_of(session, {number for number in numbers if number is not None})
    for event in known:
        yield Line(
            at=event.at,
            action=event.action,
            actor_id=event.actor_id,
            actor=_called(names, event.actor_id),
            subject_id=event.subject_id,
            subject=_called(names, event.subject_id),
            is_subject_here=event.subject_id in names,
            detail=detail_in_words(event.detail),
        )


def _called(names: dict[int, str], number: int | None) -> str:
    if number is None:
        return ""
    return names.get(number, f"person {number}")
