"""Figures of a board, ranks, and when a month can be closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from advocacy.core.errors import Conflict
from advocacy.core.time import first_day, last_day, next_period, words_for_period
from advocacy.points.tree import Sealed


class Format(StrEnum):
    """The formats that a closed month is handed on in."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


COLUMNS = (
    "period",
    "rank",
    "email",
    "name",
    "team",
    "points",
    "begun",
    "alive",
    "conversations",
    "answered",
    "in_person",
    "shares",
    "median_hours_to_answer",
    "award",
    "citation",
)
"""The columns of the recognition export; the last three are empty until they exist."""


class Figures(NamedTuple):
    """What a person did in a period, other than points."""

    begun: int = 0
    alive: int = 0
    conversations: int = 0
    answered: int = 0
    in_person: int = 0
    shares: int = 0


class MadeOf(NamedTuple):
    """The points that each kind of deed brought, before the limit on one's word."""

    conversations: int = 0
    answers: int = 0
    in_person: int = 0
    shares: int = 0


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month of the programme: open, or closed with the hashes of its files and its seal."""

    month: str
    closed_at: datetime | None = None
    sha256: Mapping[str, str | None] = field(
        default_factory=lambda: dict.fromkeys([str(kind) for kind in Format])
    )
    seal: Sealed | None = None

    @property
    def state(self) -> str:
        """Return ``open`` or ``closed``."""
        return "closed" if self.closed_at else "open"


def ranks(points: Sequence[int]) -> list[int]:
    """Return the rank of each of some points that fall: equal ones share it (1, 2, 2, 4)."""
    found: list[int] = []
    for place, value in enumerate(points, start=1):
        same = place > 1 and value == points[place - 2]
        found.append(found[-1] if same else place)
    return found


def is_over(month: str, today: date) -> bool:
    """Tell whether a month is over on a day of the programme."""
    return today > last_day(month)


def period_after(period: str, today: date) -> str | None:
    """Return the period after this one, unless it is still to come."""
    after = next_period(period)
    return after if after and first_day(after) <= today else None


def can_be_closed(month: str, *, earliest: str, last_closed: str | None, today: date) -> None:
    """Refuse to close what is closed, not over, or before anything counts.

    :raises Conflict: saying which.
    """
    name = words_for_period(month)
    if month < earliest:
        raise Conflict(
            f"There is nothing in {name} to close: nothing counts before "
            f"{words_for_period(earliest)}.",
            field="month",
        )
    if last_closed is not None and month <= last_closed:
        raise Conflict(f"{name} is closed already.", field="month")
    if not is_over(month, today):
        after = last_day(month) + timedelta(days=1)
        raise Conflict(
            f"{name} is not over: it can be closed from {after:%-d %B %Y}.",
            field="month",
        )


def passed_by_one_in_ten(people: Mapping[int, int]) -> int | None:
    """Return the mark that one in ten of some people passed; None where they are fewer than ten.

    :param people: how many of them are at each value.
    """
    tenth = sum(people.values()) // 10
    above = 0
    for value in sorted(people, reverse=True):
        above += people[value]
        if 0 < tenth < above:
            return value
    return None


def words_for_movement(places: int | None) -> str | None:
    """Return places gained (negative: lost) with their sign: +3, −1, 0."""
    if places is None:
        return None
    return f"+{places}" if places > 0 else f"−{-places}" if places else "0"


def ordinal(number: int) -> str:
    """Return a place in words up to ten, then in figures: seventh, 11th, 22nd."""
    words = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
    if 1 <= number <= len(words):
        return words[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number:,}{ending or 'th'}"
