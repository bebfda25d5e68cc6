"""The clock's work as people run it: alone, and beside the pages of several processes."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from select import select as wait_for
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import select, update

from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.jobs.models import KeptJob
from advocacy.mail.actions import post
from advocacy.mail.queries import letters_by_state
from advocacy.mail.rules import State
from tests.command import Command
from tests.mailserver import MailServer
from tests.servers import COMMAND, LiveServer, free_port

SECONDS = 60
VALUES = {"programme": "Fernhill", "called": "Ada", "link": "https://example.com"}


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    with server.running():
        yield server


def write(database: Database, count: int, start: int = 0) -> list[str]:
    addresses = [f"person{n}@example.org" for n in range(start, start + count)]
    with database.writing() as session:
        for address in addresses:
            post(session, "trial", to=address, values=VALUES, now=now())
    return addresses


def arrived(server: MailServer, count: int) -> list[str]:
    """Wait for so many letters."""
    return [server.arrivals.get(timeout=SECONDS).rcpt_tos[0] for _ in range(count)]


def until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + SECONDS
    while not is_so():
        assert monotonic() < deadline, "it did not come to be"
        Event().wait(0.05)


def counted(database: Database) -> dict[State, int]:
    with database.reading() as session:
        return letters_by_state(session)


def is_nobody_at_work(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(KeptJob.name).where(KeptJob.claimed_by.is_not(None))) is None


@contextmanager
def watched(*processes: int) -> Iterator[Callable[[], None]]:
    """Give what waits until processes, which are not ours, are gone."""
    watches = [os.pidfd_open(process) for process in processes]

    def wait() -> None:
        for watch in watches:
            assert wait_for([watch], [], [], SECONDS)[0], "it is still there"

    yield wait
    for watch in watches:
        os.close(watch)


def workers_of(server: LiveServer) -> list[int]:
    assert server._process is not None
    number = server._process.pid
    return [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def begun_anew(server: LiveServer) -> None:
    """Kill a worker, and wait for the one in its place."""
    stays, killed = workers_of(server)  # the younger one
    os.kill(killed, signal.SIGKILL)
    until(lambda: len({*workers_of(server)} - {killed, stays}) == 1)
    until(lambda: killed not in workers_of(server))


def test_once_does_what_is_due(tmp_path: Path, fresh_database: Database, fresh_url: str) -> None:
    run = Command(tmp_path, database_url=fresh_url)
    done = run("jobs", "--once")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "deliver letters: nothing was due",
        "tidy up: nothing was old enough",
    ]
    assert run("jobs", "--once").stdout == "Nothing was due.\n"
    write(fresh_database, 25)
    assert run("jobs", "--once").stdout.splitlines() == [
        "deliver letters: 20 filed",
        "deliver letters: 5 filed",
    ]
    files = list((tmp_path / "data" / "letters").iterdir())
    assert len(files) == 25
    message = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert message["From"].endswith("<advocacy@[127.0.0.1]>")


def test_once_says_what_failed(tmp_path: Path, fresh_database: Database, fresh_url: str) -> None:
    run = Command(tmp_path, database_url=fresh_url, mail_url="smtp://127.0.0.1:1")
    run("jobs", "--once")
    with fresh_database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE sent_form")
        session.execute(update(KeptJob).values(due_at=now()).where(KeptJob.name != "back up"))
    done = run("jobs", "--once")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "deliver letters: nothing was due",
        "take a checkpoint: nothing was entered",
    ]
    assert done.stderr.startswith("the job “tidy up” failed: ")
    assert done.stderr.count("\n") == 1
    assert "sent_form" in done.stderr


def test_alone_it_writes_a_failure_to_the_log(
    tmp_path: Path, fresh_database: Database, fresh_url: str
) -> None:
    run = Command(tmp_path, database_url=fresh_url)
    with fresh_database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE sent_form")
    process = subprocess.Popen(
        [COMMAND, "jobs"],
        env=run.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    line = json.loads(process.stderr.readline())
    process.terminate()
    process.communicate(timeout=SECONDS)
    assert line["level"] == "error"
    assert line["message"].startswith("the job “tidy up” failed: ")
    assert "forget_sent_forms" in line["traceback"]
    assert "no such table" not in line["traceback"]
    assert "does not exist" not in line["traceback"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_alone_until_stopped(
    tmp_path: Path,
    fresh_database: Database,
    fresh_url: str,
    mail_server: MailServer,
    how: signal.Signals,
) -> None:
    run = Command(tmp_path, database_url=fresh_url, mail_url=mail_server.url)
    process = subprocess.Popen(
        [COMMAND, "jobs"],
        env=run.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("The clock's work is being done.")
    wanted = write(fresh_database, 3)
    assert sorted(arrived(mail_server, 3)) == wanted
    process.send_signal(how)
    _, complaints = process.communicate(timeout=SECONDS)
    assert (process.returncode, complaints) == (0, "")
    assert counted(fresh_database)[State.SENT] == 3


def test_all_the_workers_deliver_each_letter_once(
    serve: Callable[..., LiveServer],
    fresh_database: Database,
    fresh_url: str,
    mail_server: MailServer,
) -> None:
    """Two servers with two workers each on one database, one of which is killed."""
    servers = [serve("--workers", "2", database_url=fresh_url, mail_url=mail_server.url)]
    servers.append(serve("--workers", "2", database_url=fresh_url, mail_url=mail_server.url))
    wanted = write(fresh_database, 30)
    seen = arrived(mail_server, 30)
    until(lambda: is_nobody_at_work(fresh_database))  # a letter that is just going would go twice
    os.kill(workers_of(servers[0])[0], signal.SIGKILL)
    wanted += write(fresh_database, 10, start=30)
    seen += arrived(mail_server, 10)
    for server in servers:
        server.stop()
        assert "Traceback" not in server.log
    assert mail_server.arrivals.empty()
    assert sorted(seen) == sorted(wanted)
    assert counted(fresh_database)[State.SENT] == 40


def test_the_demo_sends_nothing(tmp_path: Path, mail_server: MailServer) -> None:
    run = Command(tmp_path, mail_url=mail_server.url)
    process = subprocess.Popen(
        [COMMAND, "demo", "--port", str(free_port())],
        env=run.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("A sample programme is at")
    folder = tmp_path / "data" / "demo"
    database = Database(f"sqlite:///{folder / 'advocacy.sqlite3'}")
    write(database, 1)
    until(lambda: counted(database)[State.FILED] == 1)
    process.terminate()
    process.communicate()
    database.engine.dispose()
    assert mail_server.taken == []
    assert len(list((folder / "letters").iterdir())) == 1


def test_who_serves_ends_with_the_server(serve: Callable[..., LiveServer], fresh_url: str) -> None:
    server = serve("--workers", "2", database_url=fresh_url)
    assert server._process is not None
    for _ in range(3):  # one after the other, at once
        begun_anew(server)
    workers = workers_of(server)
    assert len(workers) == 2
    with watched(*workers) as wait:
        server._process.kill()
        server._process.wait()
        wait()
    server.start()  # the port is free again


def test_a_worker_that_is_still_starting_ends_when_it_is_told(tmp_path: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "serve", "--port", str(free_port())],
        env=Command(tmp_path).environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:
        try:
            assert server.stdout
            server.stdout.readline()
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
            until(lambda: children.read_text() != "")
            worker = int(children.read_text())
            until(lambda: not catches(worker, signal.SIGTERM))
            with watched(worker) as wait:
                os.kill(worker, signal.SIGTERM)
                wait()
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def catches(process: int, told: signal.Signals) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (told - 1) & 1)
