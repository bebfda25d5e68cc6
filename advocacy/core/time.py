"""Days, weeks and months of the programme.

A month is written ``YYYY-MM``, a quarter ``YYYY-QN``, a year ``YYYY`` and all time ``all``:
text that sorts as time does. Instants are aware and in UTC; days belong to the programme's zone.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from advocacy.core.errors import Invalid

ALL_TIME = "all"
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
_YEAR = re.compile(r"[0-9]{4}")
_YEARS = range(1900, 9999)
"""The years that a person can name: there is always a period before and one after."""
EARLIEST = date(_YEARS.start, 1, 1)
"""Before this day nothing can have happened: such a year is a slip."""


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime, zone: str) -> date:
    """Return the calendar day of an aware instant in an IANA time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Return the moment that a day begins at in an IANA time zone."""
    return datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)


@cache
def time_zones() -> tuple[str, ...]:
    """Return the IANA time zones that this machine knows, sorted: it reads hundreds of files."""
    return tuple(sorted(available_timezones()))


def is_time_zone(name: str) -> bool:
    """Tell whether ``name`` is an IANA time zone that this machine knows."""
    return name in time_zones()


def time_zone_called(text: str) -> str | None:
    """Return the IANA time zone that a name means: as it is written, or by its city alone."""
    wanted = "_".join(text.split()).casefold()
    zones = time_zones()
    fit = [zone for zone in zones if zone.casefold() == wanted] or [
        zone for zone in zones if "/" in zone and zone.rpartition("/")[2].casefold() == wanted
    ]
    return fit[0] if len(fit) == 1 else None


def month_of(day: date) -> str:
    """Return the month of a day, ``YYYY-MM``."""
    return f"{day.year:04d}-{day.month:02d}"


def monday_of(day: date) -> date:
    """Return the Monday of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def parse_month(text: str) -> str:
    """Return ``text`` when it is a month.

    :raises Invalid: when it is not written ``YYYY-MM``.
    """
    if not _MONTH.fullmatch(text) or int(text[:4]) not in _YEARS:
        raise Invalid(f"“{text[:20]}” is not a month; write it like 2026-10.", field="month")
    return text


def parse_moment(text: str, zone: str, latest: datetime) -> datetime:
    """Return the instant that ``text`` names: ISO 8601 with an offset, or the end of a day.

    :param zone: the IANA time zone that a bare day is of.
    :param latest: a later one has not been; a day that has begun by then is taken up to it.
    :raises Invalid: when it is neither, or still to come.
    """
    if not text:
        raise Invalid("Say which day: its day, month and year.", field="as_of")
    try:
        if len(text) == len("2026-10-03"):
            start = start_of_day(date.fromisoformat(text), zone)
            end = start_of_day(date.fromisoformat(text) + timedelta(days=1), zone)
            found = min(end, latest) if start <= latest else end
        else:
            found = datetime.fromisoformat(text)
        if found.tzinfo is None or found.year not in _YEARS:
            raise ValueError
    except (OverflowError, ValueError) as error:
        raise Invalid(
            f"“{text[:40]}” is no moment; write it like 2026-10-03 or 2026-10-03T12:00:00+02:00.",
            field="as_of",
        ) from error
    if found > latest:
        raise Invalid("That is still to come.", field="as_of")
    return found.astimezone(UTC)


def parse_period(text: str) -> str:
    """Return ``text`` when it is a month, a quarter, a year or ``all``.

    :raises Invalid: when it is none of them.
    """
    if text == ALL_TIME:
        return text
    known = _MONTH.fullmatch(text) or _QUARTER.fullmatch(text) or _YEAR.fullmatch(text)
    if not known or int(text[:4]) not in _YEARS:
        raise Invalid(
            f"“{text[:20]}” is not a period; write 2026-10, 2026-Q4, 2026 or all.", field="period"
        )
    return text


def shift_month(month: str, by: int) -> str:
    """Return the month that lies ``by`` months after (before, when negative) a month."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def months_between(first: str, last: str) -> list[str]:
    """Return the months from ``first`` to ``last``, both included; none when they cross."""
    months = []
    while first <= last:
        months.append(first)
        first = shift_month(first, 1)
    return months


def quarter_of(month: str) -> str:
    """Return the quarter of a month, ``YYYY-QN``."""
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def periods_of(month: str) -> tuple[str, str, str, str]:
    """Return the month and the quarter, year and all time that it is part of."""
    return month, quarter_of(month), month[:4], ALL_TIME


def first_day(period: str) -> date:
    """Return the first day of a period; of all time, the first day there is."""
    if period == ALL_TIME:
        return date.min
    if quarter := _QUARTER.fullmatch(period):
        return date(int(quarter[1]), int(quarter[2]) * 3 - 2, 1)
    if _YEAR.fullmatch(period):
        return date(int(period), 1, 1)
    return date(int(period[:4]), int(period[5:]), 1)


def last_day(period: str) -> date:
    """Return the last day of a period; of all time, the last day there is."""
    if period == ALL_TIME:
        return date.max
    if quarter := _QUARTER.fullmatch(period):
        return last_day(f"{quarter[1]}-{int(quarter[2]) * 3:02d}")
    if _YEAR.fullmatch(period):
        return date(int(period), 12, 31)
    year, month = int(period[:4]), int(period[5:])
    return date(year, month, monthrange(year, month)[1])


def ends_with(period: str, month: str) -> bool:
    """Tell whether a month is the last of a period."""
    return period != ALL_TIME and month_of(last_day(period)) == month


def previous_period(period: str) -> str | None:
    """Return the period of the same length before this one; none for all time."""
    if period == ALL_TIME or first_day(period) <= date(1, 12, 31):
        return None
    before = month_of(first_day(period) - timedelta(days=1))
    if _QUARTER.fullmatch(period):
        return quarter_of(before)
    return before[:4] if _YEAR.fullmatch(period) else before


def next_period(period: str) -> str | None:
    """Return the period of the same length after this one; none for all time."""
    if period == ALL_TIME:
        return None
    after = shift_month(month_of(last_day(period)), 1)
    if _QUARTER.fullmatch(period):
        return quarter_of(after)
    return after[:4] if _YEAR.fullmatch(period) else after


def is_month(period: str) -> bool:
    """Tell whether a period is a month."""
    return _MONTH.fullmatch(period) is not None


def words_for_period(period: str) -> str:
    """Return a period as people say it: October 2026, July to September 2026, 2026, all time."""
    if period == ALL_TIME:
        return "all time"
    if _QUARTER.fullmatch(period):
        return f"{first_day(period):%B} to {last_day(period):%B %Y}"
    return period if _YEAR.fullmatch(period) else f"{first_day(period):%B %Y}"
