"""When a job is due, how long it rests after a failure, and what may be said of one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from advocacy.core.time import day_of

NAME_LENGTH = 40
NOTE_LENGTH = 200
FAILURE_LENGTH = 200
WHO_LENGTH = 80
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
SKEW = timedelta(minutes=2)
"""What clocks may differ by. What lies further in the future was written by a wrong one."""
LATE = timedelta(minutes=15)
"""What has been due for so long and is nobody's: the clock's work is not being done."""
CUT_OFF = "It was cut off before its end."
_DAY = timedelta(hours=25)  # the longest there is, when summer time ends
_PERSONAL = re.compile(r"\S+@\S+|“[^”]*”")


@dataclass(frozen=True, slots=True)
class Turn:
    """What a job is told when it is its turn."""

    started_at: datetime
    is_stopping: Callable[[], bool]
    """Whether to come to an end soon; what is left is done another time."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done again and again.

    :param run: does it and returns a short note without personal words.
    :param every: how long after its end it is due again.
    :param daily_at: or at which time of the programme's day.
    :param calls: whether there is something to do already; cheap, asked every few seconds.
    :param lease: how soon it is taken up again when whoever did it has died; made longer while
        it is done.
    :param longest: after how long it counts as stuck, and its lease is made longer no more.
    """

    name: str
    run: Callable[[Turn], str]
    every: timedelta | None = None
    daily_at: time | None = None
    calls: Callable[[datetime], bool] | None = None
    lease: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError(f"{self.name}: either every so often or daily")


@dataclass(frozen=True, slots=True)
class Seen:
    """How a job stood when it was looked at."""

    due_at: datetime
    claimed_until: datetime | None
    claimed_by: str | None
    failures: int


def next_due(job: Job, now: datetime, zone: str) -> datetime:
    """Return when a job is due after now. What was missed meanwhile is done once, not often."""
    if job.every is not None:
        return now + job.every
    today = day_of(now, zone)
    days = (today + timedelta(days=more) for more in range(3))
    times = (datetime.combine(day, job.daily_at or time(), ZoneInfo(zone)) for day in days)
    # As instants: by the clock on the wall, the hour that comes twice would have no end.
    return next(due for due in (one.astimezone(UTC) for one in times) if due > now)


def first_due(job: Job, now: datetime, zone: str) -> datetime:
    """Return when a job is due that was never done: at once, or at its time of the day."""
    return now if job.every is not None else next_due(job, now, zone)


def pause_after(failures: int) -> timedelta:
    """Return how long a job rests after failing so many times in a row."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LONGEST_PAUSE)


def is_due(job: Job, seen: Seen, now: datetime) -> bool:
    """Tell whether a job is to be done now and is nobody's."""
    if seen.claimed_until is not None:
        return seen.claimed_until <= now
    if seen.due_at <= now or seen.due_at > now + _longest_wait(job, seen.failures) + SKEW:
        return True
    return seen.failures == 0 and job.calls is not None and job.calls(now)


def _longest_wait(job: Job, failures: int) -> timedelta:
    return max(job.every or _DAY, pause_after(failures) if failures else timedelta())


def is_claimed_too_far(job: Job, seen: Seen, now: datetime) -> bool:
    """Tell whether a claim reaches further than any can: the clock was put back under it."""
    return seen.claimed_until is not None and seen.claimed_until > now + job.lease + SKEW


def is_late(due_at: datetime, claimed_until: datetime | None, now: datetime) -> bool:
    """Tell whether a job waits for somebody to do it, longer than it should."""
    return max(due_at, claimed_until or due_at) < now - LATE


def failure_words(error: Exception) -> str:
    """Return what is kept of a failure: its class and first line, personal words left out."""
    first = next(iter(str(error).strip().splitlines()), "")
    words = f"{type(error).__name__}: {_PERSONAL.sub('…', first)}" if first else ""
    shown = "".join(letter for letter in words if letter.isprintable())
    return (shown or type(error).__name__)[:FAILURE_LENGTH]
