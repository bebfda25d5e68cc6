"""Doing what is due: as many runners as one likes, each job by one of them at a time."""

import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.core.time import now as this_instant
from advocacy.jobs import actions, queries, rules
from advocacy.jobs.rules import Job, Seen, Turn, failure_words

log = logging.getLogger(__name__)

LOOK_SECONDS = 2
"""How long a runner waits before it looks again. The wait knows no wall clock, which may jump."""
NO_DATABASE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Done:
    """A job that was done now, or failed."""

    name: str
    note: str
    failure: str = ""


class Runner:
    """Does jobs when they are due.

    :param jobs: all of them.
    :param zone: tells the programme's time zone, for what is due daily.
    """

    def __init__(
        self,
        database: Database,
        jobs: Sequence[Job],
        *,
        zone: Callable[[], str],
        clock: Callable[[], datetime] = this_instant,
    ) -> None:
        self._database, self._jobs, self._zone, self._clock = database, jobs, zone, clock
        self._ends: list[Callable[[Session], None]] = []

    def run_until(self, stop: Event) -> None:
        """Do what is due, again and again, until told to stop; outlive a missing database."""
        is_well = True
        while not stop.is_set():
            try:
                self.run_due(stop.is_set)
            except Exception as error:  # noqa: BLE001 (whatever it is, the clock goes on)
                if is_well:
                    log.warning("the clock waits: %s", failure_words(error))
                is_well = False
                stop.wait(NO_DATABASE_SECONDS)
            else:
                is_well = True
                stop.wait(LOOK_SECONDS)

    def run_due(self, is_stopping: Callable[[], bool] = lambda: False) -> list[Done]:
        """Do each job that is due and nobody else's, once, and return those."""
        self._write_ends()
        seen = self._look()
        done = []
        for job in self._jobs:
            if is_stopping():
                break
            at = self._clock()
            state = seen[job.name]
            if rules.is_claimed_too_far(job, state, at):
                with self._database.writing() as session:
                    actions.pull_back(session, job, state, at)
            elif rules.is_due(job, state, at) and (ended := self._do(job, state, at, is_stopping)):
                done.append(ended)
        return done

    def _look(self) -> dict[str, Seen]:
        with self._database.reading() as session:
            seen = queries.seen_jobs(session)
        at = self._clock()
        due = {
            job.name: rules.first_due(job, at, self._zone_for(job))
            for job in self._jobs
            if job.name not in seen
        }
        if not due:
            return seen
        with self._database.writing() as session:
            actions.add_jobs(session, due)
            return queries.seen_jobs(session)

    def _zone_for(self, job: Job) -> str:
        return self._zone() if job.daily_at is not None else "UTC"

    def _do(
        self, job: Job, seen: Seen, at: datetime, is_stopping: Callable[[], bool]
    ) -> Done | None:
        who = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        with self._database.writing() as session:
            if not actions.claim(session, job, seen, who, at):
                return None
        try:
            with self._held(job, who):
                done = Done(job.name, job.run(Turn(at, is_stopping)))
        except Exception as error:  # whatever it is, the other jobs go on
            done = Done(job.name, "", failure_words(error))
            log.error("the job “%s” failed: %s", job.name, done.failure, exc_info=error)
        self._ends.append(partial(self._end, job, who, done, self._clock()))
        self._write_ends()
        return done

    @contextmanager
    def _held(self, job: Job, who: str) -> Iterator[None]:
        """Make the lease longer again and again while a job is done."""
        ended = Event()
        between = job.lease / 3

        def hold() -> None:
            for _ in range(job.longest // between):
                if ended.wait(between.total_seconds()):
                    return
                with suppress(SQLAlchemyError), self._database.writing() as session:
                    actions.hold(session, job.name, who, self._clock() + job.lease)

        thread = Thread(target=hold, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _end(self, job: Job, who: str, done: Done, at: datetime, session: Session) -> None:
        if done.failure:
            actions.fail(session, job.name, who, failure=done.failure, now=at)
        else:
            due = rules.next_due(job, at, self._zone_for(job))
            actions.end(session, job.name, who, due_at=due, note=done.note, now=at)

    def _write_ends(self) -> None:
        """Write down how jobs ended; what the database refuses now is written another time."""
        while self._ends:
            with self._database.writing() as session:
                self._ends[0](session)
            del self._ends[0]
