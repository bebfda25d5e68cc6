"""When a job is due, whatever the clock does."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from advocacy.jobs.rules import (
    LATE,
    Job,
    Seen,
    failure_words,
    first_due,
    is_claimed_too_far,
    is_due,
    is_late,
    next_due,
    pause_after,
)

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURLY = Job("hourly", lambda _: "", lease=MINUTE * 5, every=timedelta(hours=1))
DAILY = Job("daily", lambda _: "", lease=MINUTE * 5, daily_at=time(3, 30))
CALLED = Job("called", lambda _: "", lease=MINUTE, every=MINUTE, calls=lambda _: True)


def seen(due_in: timedelta = timedelta(), failures: int = 0) -> Seen:
    return Seen(NOON + due_in, None, None, failures)


def claimed(until: timedelta) -> Seen:
    return Seen(NOON - MINUTE, NOON + until, "somebody", 0)


def test_a_job_is_due_from_its_time_on() -> None:
    assert not is_due(HOURLY, seen(MINUTE), NOON)
    assert is_due(HOURLY, seen(), NOON)
    assert is_due(HOURLY, seen(-timedelta(days=40)), NOON)


def test_a_job_that_is_called_does_not_wait_for_its_time() -> None:
    assert is_due(CALLED, seen(MINUTE), NOON)
    assert not is_due(CALLED, seen(MINUTE, failures=1), NOON)  # it rests


def test_a_job_is_nobody_elses_until_its_lease_runs_out() -> None:
    assert not is_due(CALLED, claimed(timedelta(seconds=1)), NOON)
    assert is_due(CALLED, claimed(timedelta()), NOON)


def test_what_was_missed_is_done_once() -> None:
    assert next_due(HOURLY, NOON, "UTC") == NOON + timedelta(hours=1)
    assert next_due(DAILY, NOON, "UTC") == datetime(2026, 10, 6, 3, 30, tzinfo=UTC)


def test_daily_is_at_the_programmes_time_of_day() -> None:
    berlin = next_due(DAILY, datetime(2026, 10, 24, 22, tzinfo=UTC), "Europe/Berlin")
    assert berlin == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # the night that summer time ends
    assert next_due(DAILY, berlin, "Europe/Berlin") == berlin + timedelta(days=1)
    assert first_due(DAILY, NOON, "UTC") > NOON
    assert first_due(HOURLY, NOON, "UTC") == NOON


@given(
    minute=some.integers(0, 366 * 24 * 60),
    at=some.sampled_from([time(0), time(1, 45), time(2, 30), time(23, 59)]),
    zone=some.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Nuuk", "UTC"]),
)
def test_daily_is_once_a_day(minute: int, at: time, zone: str) -> None:
    daily = Job("daily", lambda _: "", lease=MINUTE, daily_at=at)
    now = NOON + MINUTE * minute
    due = next_due(daily, now, zone)
    assert now < due <= now + timedelta(hours=25)
    assert timedelta(hours=23) <= next_due(daily, due, zone) - due <= timedelta(hours=25)


def test_daily_in_the_hour_that_comes_twice() -> None:
    daily = Job("daily", lambda _: "", lease=MINUTE, daily_at=time(2, 30))
    second_time = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # a quarter past two, again
    assert next_due(daily, second_time, "Europe/Berlin").day == 26


def test_a_clock_that_was_ahead_holds_nothing_up() -> None:
    for days in (1, 40):
        assert is_due(HOURLY, seen(timedelta(days=days)), NOON)
    assert is_due(DAILY, seen(timedelta(days=40)), NOON)
    assert is_due(HOURLY, seen(timedelta(days=1), failures=9), NOON)
    assert not is_due(DAILY, seen(timedelta(hours=24)), NOON)
    assert not is_due(HOURLY, seen(pause_after(9), failures=9), NOON)
    assert is_claimed_too_far(HOURLY, claimed(timedelta(hours=1)), NOON)
    assert not is_claimed_too_far(HOURLY, claimed(HOURLY.lease), NOON)
    assert not is_due(HOURLY, claimed(timedelta(hours=1)), NOON)  # it may still be at work


def test_pauses_grow_from_a_minute_to_an_hour() -> None:
    pauses = [pause_after(failures) for failures in range(1, 40)]
    assert pauses[:3] == [MINUTE, MINUTE * 2, MINUTE * 4]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)


def test_a_job_that_waits_too_long_is_late() -> None:
    assert not is_late(NOON - LATE, None, NOON)
    assert is_late(NOON - LATE - MINUTE, None, NOON)
    assert not is_late(NOON - LATE - MINUTE, NOON, NOON)


def test_a_failure_is_told_without_personal_words() -> None:
    told = failure_words(ValueError("“Maria” has <maria@example.com> already\nand a second line"))
    assert told == "ValueError: … has … already"
    assert failure_words(KeyError()) == "KeyError"
    assert failure_words(ValueError("no\0\ud800 room")) == "ValueError: no room"
    assert len(failure_words(ValueError("x" * 1000))) == 200


def test_a_job_is_every_so_often_or_daily() -> None:
    with pytest.raises(ValueError, match="either"):
        Job("neither", lambda _: "", lease=MINUTE)
