"""Real servers and commands whose database is shared, goes and comes back, or is full."""

import resource
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlalchemy import select

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Participant
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.recognition.actions import close_months
from advocacy.recognition.verify import verify
from tests.cli.test_jobs import until, workers_of
from tests.command import environment
from tests.databases import Databases, PostgresqlDatabases
from tests.imports.files import STUDY
from tests.portal import PASSWORD, PEOPLE, settle_in
from tests.servers import COMMAND, LiveServer, Login

CALLED = {"kind": "called", "began": "advocate", "answered": "true"}
EACH = 6
"""How many conversations each of those who log has."""


class Logger:
    """Somebody who logs, and sends a form again that was not taken."""

    def __init__(self, server: LiveServer, role: str) -> None:
        self.server, self.role = server, role
        self.done = 0
        self.refusals: list[httpx.Response] = []

    def names(self) -> set[str]:
        return {f"{self.role} {number} at {self.server.port}" for number in range(EACH)}

    def log_all(self) -> None:
        with closing(self.server.signed_in(self.role)) as browser:
            token = self.server.form(browser, "/log")
            for name in sorted(self.names()):
                sent = {**token, "form_key": f"form of {name}", "contact": name, **CALLED}
                while (answer := browser.post("/log", data=sent)).status_code != 302:
                    self.refusals.append(answer)
                    Event().wait(0.05)
                self.done += 1


def kept(database: Database) -> list[str]:
    with database.reading() as session:
        assert verify(session).problems == []
        names = select(Contact.name).join(Participant).order_by(Contact.name)
        return list(session.scalars(names))


def two_servers(serve: Callable[..., LiveServer], url: str) -> list[LiveServer]:
    let_people_in(url)
    return [serve_people(serve, url) for _ in range(2)]


def let_people_in(url: str) -> None:
    database = Database(url)
    settle_in(database)
    database.engine.dispose()


def serve_people(serve: Callable[..., LiveServer], url: str) -> LiveServer:
    server = serve(database_url=url, secret_key="only for tests")
    server.people = {role: Login(f"{who}@example.com", PASSWORD) for who, role in PEOPLE.items()}
    return server


def healths(servers: list[LiveServer]) -> set[int]:
    return {httpx.get(f"{one.url}/healthz", trust_env=False).status_code for one in servers}


def test_two_servers_side_by_side_on_one_file(
    serve: Callable[..., LiveServer], databases_on: Callable[[str], Databases]
) -> None:
    url = databases_on("sqlite").migrated()
    servers = two_servers(serve, url)
    loggers = [Logger(server, role) for server in servers for role in servers[0].people]
    with ThreadPoolExecutor(len(loggers)) as pool:
        for logged in [pool.submit(logger.log_all) for logger in loggers]:
            logged.result()
    database = Database(url)
    assert kept(database) == sorted(name for one in loggers for name in one.names())
    assert {answer.status_code for one in loggers for answer in one.refusals} <= {503}
    database.engine.dispose()


def test_postgresql_goes_and_comes_back(serve: Callable[..., LiveServer]) -> None:
    """Two servers side by side, of which neither is started again."""
    cluster = PostgresqlDatabases(keeps=True)
    try:
        url = cluster.migrated()
        servers = two_servers(serve, url)
        loggers = [Logger(server, role) for server in servers for role in servers[0].people]
        with ThreadPoolExecutor(len(loggers)) as pool:
            logged = [pool.submit(logger.log_all) for logger in loggers]
            until(lambda: all(one.done for one in loggers))
            cluster.crash()
            try:
                until(lambda: all(one.refusals or one.done == EACH for one in loggers))
                assert healths(servers) == {503}
            finally:
                cluster.start()  # else they knock for ever
            for one in logged:
                one.result()
        assert healths(servers) == {200}
        refusals = [answer for one in loggers for answer in one.refusals]
        assert {answer.status_code for answer in refusals} == {503}  # some were refused
        assert all(answer.headers["Retry-After"] for answer in refusals)
        database = Database(url)
        assert kept(database) == sorted(name for one in loggers for name in one.names())
        database.engine.dispose()
        for server in servers:
            assert "Traceback" not in server.log
            server.stop()
    finally:
        cluster.close()


def allow_bytes(server: LiveServer, most: int) -> None:
    """Let the workers write no file beyond a size, as on a disk that is full."""
    for worker in workers_of(server):
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_a_disk_that_fills_while_serving(
    serve: Callable[..., LiveServer], databases_on: Callable[[str], Databases]
) -> None:
    url = databases_on("sqlite").migrated()
    let_people_in(url)
    server = serve_people(serve, url)
    with closing(server.signed_in("advocate")) as browser:
        forms = [
            {**server.form(browser, "/log"), "contact": name, **CALLED}
            for name in ("Before", "Then")
        ]
        assert browser.post("/log", data=forms[0]).status_code == 302
        allow_bytes(server, 0)
        large = {"photo": ("me.jpg", b"\xff" * 1_000_000, "image/jpeg")}
        for refused in (
            browser.post("/log", data=forms[1]),
            browser.post("/log", data=forms[1], files=large),  # is set aside on the disk
        ):
            assert refused.status_code == 503
            assert refused.headers["Retry-After"]
            assert 'class="page' in refused.text
        assert healths([server]) == {503}
        for path in ("/", "/contacts", "/log", "/growth"):
            assert browser.get(path).status_code == 200
        allow_bytes(server, resource.RLIM_INFINITY)
        assert healths([server]) == {200}
        assert browser.post("/log", data=forms[1]).status_code == 302
        assert browser.post("/log", data=forms[0]).status_code == 302  # once more: nothing doubled
    database = Database(url)
    assert kept(database) == ["Before", "Then"]
    database.engine.dispose()
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "db upgrade",
        "db backup {folder}/all.zip",
        "ledger rebuild",
        "month close 2026-01",
        "export recognition 2026-01 --output {folder}/january.csv",
        "import people {people}",
    ],
)
def test_a_command_on_a_full_disk_says_one_line(
    command: str, databases_on: Callable[[str], Databases], tmp_path: Path
) -> None:
    """Nothing can be written but the screen; what was there before is there afterwards."""
    makers = databases_on("sqlite")
    url = makers.empty() if command == "db upgrade" else makers.migrated()
    data = tmp_path / "data"
    data.mkdir()
    if command != "db upgrade":
        let_people_in(url)
    if command.startswith("export"):
        database = Database(url)
        with database.writing() as session:
            close_months(session, "2026-01", closed_by=None, now=now(), data=data)
        database.engine.dispose()
    people = STUDY / "people.csv"
    arguments = command.format(folder=tmp_path, people=people).split()
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$0" "$@"', COMMAND, *arguments],
        env=environment(data, database_url=url, secret_key="only for tests"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr
    assert [path for path in tmp_path.iterdir() if path != data] == []
    if command != "db upgrade":
        database = Database(url)
        assert kept(database) == []
        database.engine.dispose()
