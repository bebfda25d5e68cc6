"""What a monitoring system reads, in the format of Prometheus, at an address of its own.

Each worker counts its requests in files of a folder that all of them share; the process that
started them adds these up. How jobs, letters and backups stand is looked up when it is asked for.
Import this late: the library looks only then whether the environment names such a folder.
"""

from collections.abc import Iterator
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

import advocacy
from advocacy.app.clock import BACKUPS
from advocacy.backups.actions import newest_in
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.jobs.models import KeptJob
from advocacy.jobs.queries import jobs
from advocacy.mail.queries import letters_by_state
from advocacy.mail.rules import State
from advocacy.web.requests import Answered

_NOT_SENT = (State.WAITING, State.BOUNCED, State.GIVEN_UP)


class Requests:
    """Counts requests: how many, and how long they took."""

    def __init__(self) -> None:
        mine = CollectorRegistry()
        self._count = Counter(
            "advocacy_http_requests",
            "Requests that were answered.",
            ["endpoint", "method", "status"],
            registry=mine,
        )
        self._seconds = Histogram(
            "advocacy_http_request_duration_seconds",
            "How long answering a request took.",
            ["endpoint"],
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=mine,
        )

    def count(self, one: Answered) -> None:
        """Count a request; where there is no room to, it was answered all the same."""
        with suppress(OSError):
            self._count.labels(one.endpoint, one.method, str(one.status)).inc()
            self._seconds.labels(one.endpoint).observe(one.seconds)


class _House(Collector):
    """How the house stands when one asks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "advocacy", "The version that runs.", value={"version": advocacy.__version__}
        )
        if self._settings.keep_backups:
            newest = newest_in(self._settings.data / BACKUPS)
            yield GaugeMetricFamily(
                "advocacy_last_backup_timestamp_seconds",
                "When the newest daily backup was taken, 0 without one.",
                value=newest.stat().st_mtime if newest else 0,
            )
        # Opened for this alone: a worker that is started meanwhile inherits no connection.
        database = Database(self._settings.database_url)
        try:
            with database.reading() as session:
                found = [*_jobs(jobs(session)), _letters(letters_by_state(session))]
        except SQLAlchemyError:
            found = []
        finally:
            database.engine.dispose()
        yield GaugeMetricFamily(
            "advocacy_database_up", "Whether the database answers.", value=bool(found)
        )
        yield from found


def _jobs(kept: list[KeptJob]) -> Iterator[Metric]:
    ended = GaugeMetricFamily(
        "advocacy_job_last_run_timestamp_seconds",
        "When a job ended last, well or not; 0 when it never did.",
        labels=["job"],
    )
    failures = GaugeMetricFamily(
        "advocacy_job_failures",
        "How many times in a row a job has failed; 0 when its last run was good.",
        labels=["job"],
    )
    for job in kept:
        ended.add_metric([job.name], job.last_ended_at.timestamp() if job.last_ended_at else 0)
        failures.add_metric([job.name], job.failures)
    yield ended
    yield failures


def _letters(counted: dict[State, int]) -> Metric:
    letters = GaugeMetricFamily(
        "advocacy_letters", "Letters that were not sent, or not yet.", labels=["state"]
    )
    for state in _NOT_SENT:
        letters.add_metric([state.replace(" ", "_")], counted[state])
    return letters


def registry(settings: Settings, folder: str) -> CollectorRegistry:
    """Return all that there is to read.

    :param folder: where the workers count.
    """
    everything = CollectorRegistry()
    MultiProcessCollector(everything, folder)  # type: ignore[no-untyped-call]
    everything.register(_House(settings))
    return everything
