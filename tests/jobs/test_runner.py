"""Jobs are done when they are due, by one runner at a time, whatever happens to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.jobs import actions, runner
from advocacy.jobs.models import KeptJob
from advocacy.jobs.queries import is_a_job_in_trouble, jobs
from advocacy.jobs.rules import CUT_OFF, Job, Turn
from advocacy.jobs.runner import Done, Runner

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = MINUTE * 10


class Killed(BaseException):
    """What a process is at the moment of its death."""


class Clock:
    """A clock that tests put forward and back."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def job(
    run: Callable[[Turn], str], name: str = "count", calls: Callable[[datetime], bool] | None = None
) -> Job:
    return Job(name, run, lease=LEASE, every=MINUTE * 5, calls=calls)


def runs(database: Database, clock: Clock, *some: Job) -> Runner:
    return Runner(database, some, zone=lambda: "Europe/Berlin", clock=clock)


def kept(database: Database, name: str = "count") -> KeptJob:
    with database.reading() as session:
        return session.scalars(select(KeptJob).where(KeptJob.name == name)).one()


def test_a_job_is_done_when_it_is_due(fresh_database: Database, clock: Clock) -> None:
    work = runs(fresh_database, clock, job(lambda turn: f"at {turn.started_at:%H:%M}"))
    assert work.run_due() == [Done("count", "at 12:00")]
    assert work.run_due() == []
    row = kept(fresh_database)
    assert (row.last_started_at, row.last_ended_at, row.due_at) == (NOON, NOON, NOON + MINUTE * 5)
    assert (row.note, row.failures, row.claimed_by) == ("at 12:00", 0, None)
    clock.now += MINUTE * 5
    assert work.run_due() == [Done("count", "at 12:05")]


def test_a_daily_job_waits_for_its_time(fresh_database: Database, clock: Clock) -> None:
    daily = Job("count", lambda _: "done", lease=LEASE, daily_at=time(15))
    work = runs(fresh_database, clock, daily)
    assert work.run_due() == []
    clock.now += timedelta(hours=1)  # three in the afternoon in Berlin
    assert work.run_due() == [Done("count", "done")]
    assert kept(fresh_database).due_at == clock.now + timedelta(days=1)


def test_two_runners_at_once_do_a_job_once(fresh_database: Database, clock: Clock) -> None:
    gate = Barrier(4, timeout=60)
    done: list[datetime] = []

    def count(turn: Turn) -> str:
        done.append(turn.started_at)
        return ""

    runners = [runs(fresh_database, clock, job(count), job(count, "other")) for _ in range(4)]

    def work(number: int) -> int:
        ended = 0
        for _ in range(10):
            gate.wait()
            ended += len(runners[number].run_due())
            if gate.wait() == 0:
                clock.now += MINUTE * 5
        return ended

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 20
    assert len(done) == 20


def test_while_a_job_is_done_nobody_else_does_it(fresh_database: Database, clock: Clock) -> None:
    others: list[list[Done]] = []

    def look(_turn: Turn) -> str:
        clock.now += LEASE - timedelta(seconds=1)
        others.append(runs(fresh_database, clock, job(look)).run_due())
        return ""

    runs(fresh_database, clock, job(look)).run_due()
    assert others == [[]]


def test_the_lease_is_made_longer_while_a_job_is_done(
    fresh_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Event()
    hold = actions.hold

    def hear(session: Session, name: str, who: str, until: datetime) -> None:
        hold(session, name, who, until)
        if session.scalar(select(KeptJob.claimed_until)) == clock.now + lease:
            held.set()

    def be_long(_turn: Turn) -> str:
        clock.now += timedelta(hours=1)
        return str(held.wait(30))

    monkeypatch.setattr(actions, "hold", hear)
    lease = timedelta(milliseconds=60)
    long = Job("count", be_long, every=MINUTE, lease=lease)
    assert runs(fresh_database, clock, long).run_due() == [Done("count", "True")]


def test_a_job_that_dies_is_taken_up_again(fresh_database: Database, clock: Clock) -> None:
    def die(_turn: Turn) -> str:
        raise Killed

    with pytest.raises(Killed):
        runs(fresh_database, clock, job(die)).run_due()
    again = runs(fresh_database, clock, job(lambda _: "done"))
    clock.now += LEASE - timedelta(seconds=1)
    assert again.run_due() == []
    clock.now += timedelta(seconds=1)
    assert again.run_due() == [Done("count", "done")]
    row = kept(fresh_database)
    assert (row.failures, row.last_failure) == (0, CUT_OFF)


def test_who_comes_back_after_the_lease_writes_nothing_over(
    fresh_database: Database, clock: Clock
) -> None:
    def be_slow(_turn: Turn) -> str:
        clock.now += LEASE
        runs(fresh_database, clock, job(lambda _: "the other")).run_due()
        return "the slow one"

    runs(fresh_database, clock, job(be_slow)).run_due()
    assert kept(fresh_database).note == "the other"


def test_a_failing_job_rests_longer_and_longer(fresh_database: Database, clock: Clock) -> None:
    def fail(_turn: Turn) -> str:
        raise ValueError("“Maria” is not here\nand more")

    failing = runs(fresh_database, clock, job(fail, calls=lambda _: True))
    words = "ValueError: … is not here"
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert failing.run_due() == [Done("count", "", words)]
        assert failing.run_due() == []
        assert kept(fresh_database).due_at == clock.now + MINUTE * minutes
        clock.now += MINUTE * minutes
    with fresh_database.reading() as session:
        assert is_a_job_in_trouble(session, clock.now)
    assert runs(fresh_database, clock, job(lambda _: "well")).run_due() == [Done("count", "well")]
    row = kept(fresh_database)
    assert (row.failures, row.last_failure) == (0, words)  # it stays to be read
    with fresh_database.reading() as session:
        assert not is_a_job_in_trouble(session, clock.now)
        assert is_a_job_in_trouble(session, clock.now + timedelta(hours=1))  # nobody does it


def test_one_that_fails_does_not_hold_up_another(fresh_database: Database, clock: Clock) -> None:
    def fail(_turn: Turn) -> str:
        raise RuntimeError

    both = runs(fresh_database, clock, job(fail, "first"), job(lambda _: "done", "second"))
    assert both.run_due() == [Done("first", "", "RuntimeError"), Done("second", "done")]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-40)])
def test_a_clock_that_is_put_back_stalls_nothing(
    fresh_database: Database, clock: Clock, jump: timedelta
) -> None:
    work = runs(fresh_database, clock, job(lambda _: "done"))
    work.run_due()
    clock.now += jump
    assert work.run_due() == [Done("count", "done")]
    assert work.run_due() == []


def test_a_clock_that_jumps_on_brings_no_storm(fresh_database: Database, clock: Clock) -> None:
    work = runs(fresh_database, clock, job(lambda _: "done"))
    work.run_due()
    clock.now += timedelta(days=40)
    assert work.run_due() == [Done("count", "done")]
    assert work.run_due() == []


def test_a_clock_put_back_while_a_job_is_done(fresh_database: Database, clock: Clock) -> None:
    clock.now += timedelta(days=40)

    def die(_turn: Turn) -> str:
        raise Killed

    with pytest.raises(Killed):
        runs(fresh_database, clock, job(die)).run_due()
    clock.now = NOON
    again = runs(fresh_database, clock, job(lambda _: "done"))
    assert again.run_due() == []  # it might still be at work, for one lease
    assert kept(fresh_database).claimed_until == NOON + LEASE
    clock.now += LEASE
    assert again.run_due() == [Done("count", "done")]


def test_an_end_that_cannot_be_written_is_written_later(
    fresh_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = runs(fresh_database, clock, job(lambda _: "done"))

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("gone"))

    with monkeypatch.context() as broken:
        broken.setattr(actions, "end", refuse)
        with pytest.raises(OperationalError):
            work.run_due()
    assert kept(fresh_database).claimed_by is not None
    assert work.run_due() == []
    assert kept(fresh_database).note == "done"


def test_a_runner_outlives_a_missing_database(
    fresh_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "NO_DATABASE_SECONDS", 0)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0)
    done, stop = Event(), Event()

    def tell(_turn: Turn) -> str:
        done.set()
        return ""

    work = runs(fresh_database, clock, job(tell))
    refusals = iter(range(3))
    look = work._look

    def refuse() -> object:
        if next(refusals, None) is not None:
            raise OperationalError("SELECT", {}, Exception("gone"))
        return look()

    monkeypatch.setattr(work, "_look", refuse)
    thread = Thread(target=work.run_until, args=(stop,))
    thread.start()
    assert done.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_who_is_to_stop_begins_no_other_job(fresh_database: Database, clock: Clock) -> None:
    stop = Event()

    def tell(turn: Turn) -> str:
        stop.set()
        return str(turn.is_stopping())

    work = runs(fresh_database, clock, job(tell, "first"), job(tell, "second"))
    assert work.run_due(stop.is_set) == [Done("first", "True")]


def test_every_job_is_listed(fresh_database: Database, clock: Clock) -> None:
    work = runs(fresh_database, clock, job(lambda _: "", "second"), job(lambda _: "", "first"))
    work.run_due()
    with fresh_database.reading() as session:
        assert [one.name for one in jobs(session)] == ["first", "second"]


@pytest.mark.parametrize(
    "wrong", [{"failures": -1}, {"failures": 1}, {"claimed_by": "x"}, {"last_failure": "x"}]
)
def test_the_table_keeps_the_law(
    fresh_database: Database, clock: Clock, wrong: dict[str, object]
) -> None:
    runs(fresh_database, clock, job(lambda _: "")).run_due()
    with pytest.raises(IntegrityError), fresh_database.writing() as session:
        session.execute(update(KeptJob).values(**wrong))
