"""Days, weeks, months and longer periods."""

from datetime import UTC, date, datetime

import pytest

from advocacy.core import time
from advocacy.core.errors import Invalid


def test_a_day_is_that_of_the_zone() -> None:
    instant = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert time.day_of(instant, "UTC") == date(2026, 10, 31)
    assert time.day_of(instant, "Europe/Lisbon") == date(2026, 10, 31)
    assert time.day_of(instant, "Europe/Berlin") == date(2026, 11, 1)
    assert time.day_of(instant, "America/New_York") == date(2026, 10, 31)


def test_weeks_run_from_monday_to_sunday() -> None:
    assert time.monday_of(date(2026, 10, 5)) == date(2026, 10, 5)
    assert time.monday_of(date(2026, 10, 11)) == date(2026, 10, 5)
    assert time.monday_of(date(2027, 1, 3)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("period", "first", "last", "before"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("all", date.min, date.max, None),
    ],
)
def test_a_period_has_a_first_day_a_last_day_and_one_before(
    period: str, first: date, last: date, before: str | None
) -> None:
    assert time.parse_period(period) == period
    assert (time.first_day(period), time.last_day(period)) == (first, last)
    assert time.previous_period(period) == before


@pytest.mark.parametrize(
    "text",
    [
        "2026-1",
        "2026-00",
        "2026-13",
        "2026-Q5",
        "20260",
        "0000",
        "x",
        "2026-10\n",
        "٢٠٢٥-01",
        "9999-12",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        time.parse_period(text)


def test_months_are_counted_across_years() -> None:
    assert time.shift_month("2026-11", 3) == "2027-02"
    assert time.shift_month("2026-01", -13) == "2024-12"
    assert time.months_between("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]
    assert time.months_between("2026-02", "2026-01") == []


def test_a_month_is_part_of_a_quarter_a_year_and_all_time() -> None:
    assert time.periods_of("2026-09") == ("2026-09", "2026-Q3", "2026", "all")
    assert time.periods_of("2026-10") == ("2026-10", "2026-Q4", "2026", "all")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-10", "October 2026"),
        ("2026-Q3", "July to September 2026"),
        ("2026", "2026"),
        ("all", "all time"),
    ],
)
def test_a_period_in_words(period: str, words: str) -> None:
    assert time.words_for_period(period) == words


def test_zones_are_the_ianas() -> None:
    assert time.is_time_zone("Europe/Lisbon")
    assert not time.is_time_zone("Middle/Earth")
    assert not time.is_time_zone("")
