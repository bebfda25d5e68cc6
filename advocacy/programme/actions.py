"""Writing the programme."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from advocacy.core.errors import Conflict, Invalid
from advocacy.core.text import check_letters
from advocacy.core.time import day_of, time_zone_called
from advocacy.programme.models import Programme
from advocacy.programme.rules import DEFAULT_NAME, NAME_LENGTH, check_time_zone


def start(session: Session, *, time_zone: str, now: datetime, is_sample: bool = False) -> Programme:
    """Make the programme's row, unless it is there, with today as its first day.

    :raises Invalid: when the time zone is not one of the IANA's.
    """
    programme = session.get(Programme, 1)
    if programme is None:
        check_time_zone(time_zone)
        programme = Programme(
            name=DEFAULT_NAME,
            time_zone=time_zone,
            first_day=day_of(now, time_zone),
            is_sample=is_sample,
            created_at=now,
        )
        session.add(programme)
        session.flush()
    return programme


def describe(programme: Programme, *, name: str, time_zone: str) -> None:
    """Set the name and the time zone. Days already written keep their date.

    :raises Invalid: naming the field.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(f"A name has 1 to {NAME_LENGTH} letters.", field="name")
    check_letters(name, field="name")
    zone = time_zone_called(time_zone) or time_zone
    check_time_zone(zone)
    programme.name = name
    programme.time_zone = zone


def set_first_day(programme: Programme, day: date, *, today: date) -> None:
    """Set the day from which what people log counts. The caller settles every tie again.

    :raises Conflict: when a month is closed.
    :raises Invalid: when it is later than the first day so far or still to come.
    """
    if programme.closed_through is not None:
        raise Conflict(
            "A month is closed: the first day stays as it is from now on.", field="first_day"
        )
    if day > programme.first_day or day > today:
        raise Invalid(
            f"The first day can only move back from {programme.first_day:%-d %B %Y}.",
            field="first_day",
        )
    programme.first_day = day
