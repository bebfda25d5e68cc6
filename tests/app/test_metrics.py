"""What a monitoring system reads, of the house and of every worker."""

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from advocacy.app.metrics import registry
from advocacy.cli.metrics import metrics_served
from advocacy.config import Settings, SettingsError
from advocacy.core.database import Database
from advocacy.core.errors import Unavailable
from advocacy.core.time import now
from advocacy.jobs.actions import add_jobs
from advocacy.jobs.models import KeptJob
from advocacy.mail.actions import post
from advocacy.mail.models import Letter
from advocacy.mail.rules import State
from tests.servers import LiveServer, free_port

VALUES = {"programme": "Fernhill", "called": "Ada", "link": "https://example.com"}
GUIDE = Path(__file__).parents[2] / "docs" / "running.md"
Read = dict[str, dict[tuple[str, ...], float]]


def in_figures(text: str) -> Read:
    """Return each figure by its name and the values of its labels."""
    read: Read = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            read.setdefault(sample.name, {})[labels] = sample.value
    return read


def in_the_guide() -> set[str]:
    """Return the figures that the administrators' guide names in its table."""
    return set(re.findall(r"^\| `(advocacy_\w+)` \|", GUIDE.read_text(), re.MULTILINE))


@pytest.fixture
def look(settings: Settings, tmp_path: Path) -> Callable[[], Read]:
    return lambda: in_figures(generate_latest(registry(settings, str(tmp_path))).decode())


def test_jobs_letters_and_the_last_backup_are_told(
    settings: Settings, fresh_database: Database, look: Callable[[], Read]
) -> None:
    at = now().replace(microsecond=0)
    with fresh_database.writing() as session:
        add_jobs(session, {"tidy up": at, "back up": at})
        session.execute(
            update(KeptJob)
            .where(KeptJob.name == "tidy up")
            .values(last_ended_at=at, last_failed_at=at, last_failure="it broke", failures=3)
        )
        for n in range(3):
            post(session, "trial", to=f"person{n}@example.org", values=VALUES, now=at)
        session.flush()
        session.execute(
            update(Letter)
            .where(Letter.address == "person0@example.org")
            .values(state=State.GIVEN_UP, ended_at=at, text="", html="")
        )
    read = look()
    assert read["advocacy_database_up"] == {(): 1}
    assert read["advocacy_job_failures"] == {("tidy up",): 3, ("back up",): 0}
    assert read["advocacy_job_last_run_timestamp_seconds"] == {
        ("tidy up",): at.timestamp(),
        ("back up",): 0,
    }
    assert read["advocacy_letters"] == {("waiting",): 2, ("bounced",): 0, ("given_up",): 1}
    assert read["advocacy_last_backup_timestamp_seconds"] == {(): 0}
    folder = settings.data / "backups"
    folder.mkdir(parents=True)
    for day, taken in (("20261004", 2000), ("20261005", 1000)):  # its name says which is newest
        path = folder / f"advocacy-{day}-033000.zip"
        path.touch()
        os.utime(path, (taken, taken))
    assert look()["advocacy_last_backup_timestamp_seconds"] == {(): 1000}


def test_a_database_that_is_gone_is_told(
    fresh_database: Database, look: Callable[[], Read]
) -> None:
    with fresh_database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE letter")
    read = look()
    assert read["advocacy_database_up"] == {(): 0}
    assert "advocacy_letters" not in read
    assert "advocacy_last_backup_timestamp_seconds" in read


def test_the_requests_of_all_workers_are_added_up(
    serve: Callable[..., LiveServer],
) -> None:
    metrics = f"127.0.0.1:{free_port()}"
    server = serve("--workers", "2", metrics=metrics)
    url = f"http://{metrics}/metrics"
    before = in_figures(httpx.get(url, trust_env=False).text)
    asked = 12
    for n in range(asked):  # a connection each: now this worker takes one, now that one
        httpx.get(f"{server.url}/sign-in?n={n}", trust_env=False)
        httpx.get(f"{server.url}/nobody/{n}", trust_env=False)
    read = in_figures(httpx.get(url, trust_env=False).text)
    counted = read["advocacy_http_requests_total"]
    assert {labels: counted[labels] for labels in counted if "health" not in labels[0]} == {
        ("auth.sign_in_page", "GET", "200"): asked,
        ("unknown", "GET", "404"): asked,
    }
    assert read["advocacy_http_request_duration_seconds_count"]["unknown",] == asked
    assert before["advocacy_info"] == read["advocacy_info"]
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in read} == in_the_guide()
    server.stop()
    assert server.log.count('"endpoint": "unknown"') == asked
    assert "Traceback" not in server.log
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_an_address_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        metrics = f"127.0.0.1:{taken.getsockname()[1]}"
        environ = {"ADVOCACY_DATA": str(tmp_path), "ADVOCACY_METRICS": metrics}
        with (
            pytest.raises(
                Unavailable, match=f"^The metrics cannot be served at {metrics}: Address"
            ),
            metrics_served(Settings.from_environment(environ)),
        ):
            raise AssertionError("it is taken")


@pytest.mark.parametrize(
    "given", ["9464", "127.0.0.1", ":9464", "a:b", "http://a:1", "a:0", "u@a:1"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match=r"^ADVOCACY_METRICS must be host:port"):
        Settings.from_environment({"ADVOCACY_DATA": str(tmp_path), "ADVOCACY_METRICS": given})


def test_an_address_is_a_host_and_a_port(tmp_path: Path) -> None:
    environ = {"ADVOCACY_DATA": str(tmp_path), "ADVOCACY_METRICS": "[::1]:9464"}
    settings = Settings.from_environment(environ)
    assert settings.metrics_address == ("::1", 9464)
    assert Settings.from_environment({"ADVOCACY_DATA": str(tmp_path)}).metrics_address is None
