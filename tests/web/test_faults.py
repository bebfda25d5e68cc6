"""What breaks behind a page, and what other sites and slow phones send: nothing is told wrongly."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from advocacy.config import Settings
from advocacy.contacts.models import Contact
from advocacy.core import database as core
from advocacy.core.database import Database
from advocacy.web.models import SentForm
from tests.portal import PASSWORD, Caller, read, settle_in
from tests.servers import LiveServer

LOGGED = {"contact": "Maria", "kind": "called", "began": "advocate", "answered": "true"}


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return found


@contextmanager
def refusing(database: Database, call: str) -> Iterator[None]:
    """Let the driver refuse every commit, or every statement, as it does on a full disk."""
    dialect = database.engine.dialect

    def refuse(asked: Any, *_call: object, **_more: object) -> None:
        if call == "do_commit":
            asked.rollback()  # a refused COMMIT ends the transaction too
        raise dialect.loaded_dbapi.OperationalError("disk I/O error")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, call, refuse)
        yield


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_was_not_kept_is_not_confirmed(
    app: Flask, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    avi = Caller(app, "avi")
    form = avi.form("/log")
    with refusing(database, "do_commit"):
        answer = avi.post("/log", {**form, **LOGGED})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    told = [one for one in caplog.records if one.name == "advocacy.web.errors"]
    assert [one.getMessage() for one in told] == ["the database refused: disk I/O error"]
    assert not any(one.exc_info for one in caplog.records)
    assert "Logged with" not in answer.text
    assert "Logged with" not in avi.get("/").text
    assert count(database, Contact) == 0
    assert avi.post("/log", {**form, **LOGGED}).status_code == 302  # the same form, once more
    assert "Logged with Maria" in avi.get("/").text


def test_a_lock_that_is_not_let_go_is_said_plainly(
    make_app: Callable[[Settings], Flask], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "BUSY_SECONDS", 0.05)
    app = make_app(settings)
    database: Database = app.extensions["advocacy_database"]
    settle_in(database)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    with database.writing() as busy:
        busy.execute(text("UPDATE programme SET name = name"))
        answer = avi.post("/log", {**form, **LOGGED})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert 'class="page' in answer.text
    assert count(database, Contact) == 0
    assert avi.post("/log", {**form, **LOGGED}).status_code == 302


def test_a_sign_in_that_was_not_kept_signs_nobody_in(app: Flask, database: Database) -> None:
    visitor = Caller(app)
    form = visitor.form("/sign-in")
    typed = {"email": "avi@example.com", "password": PASSWORD}
    with refusing(database, "do_commit"):
        assert visitor.post("/sign-in", {**form, **typed}).status_code == 503
    assert not visitor.is_signed_in()
    assert visitor.post("/sign-in", {**form, **typed}).status_code == 302


@pytest.mark.parametrize("path", ["/", "/contacts", "/leaderboard", "/nowhere"])
def test_a_database_that_is_gone_has_a_page_for_who_is_signed_in(
    app: Flask, database: Database, path: str
) -> None:
    mina = Caller(app, "mina")
    with refusing(database, "do_execute"):
        answer = mina.get(path)
    assert answer.status_code == 503
    assert 'class="page' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert mina.is_signed_in()  # by the cookie of before


def test_a_table_that_is_gone_has_a_number_to_quote(app: Flask, database: Database) -> None:
    avi = Caller(app, "avi")
    with database.writing() as session:
        session.execute(text("ALTER TABLE programme RENAME TO elsewhere"))
    answer = avi.get("/contacts")
    with database.writing() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO programme"))
    assert answer.status_code in {500, 503}  # SQLite calls it an operational error
    assert 'class="page' in answer.text
    if answer.status_code == 500:
        assert read(answer).select_one("[data-error-number]")


def test_no_password_lies_about_as_a_quick_hash(app: Flask, database: Database) -> None:
    """What tells two sendings apart is the same whatever the password: it is not in it."""
    digests = set()
    for password in (PASSWORD, "another phrase"):
        avi = Caller(app, "avi")
        form = {**avi.form("/password"), "form_key": f"key of {password}"}
        avi.post(
            "/password", {**form, "current": PASSWORD, "password": password, "repeated": password}
        )
        with database.reading() as session:
            digests.add(session.get_one(SentForm, f"key of {password}").digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_another_site_sends_no_form_and_signs_nobody_out(
    app: Flask, database: Database, headers: dict[str, str]
) -> None:
    avi = Caller(app, "avi")
    stranger = app.test_client()
    answer = stranger.post("/log", data=LOGGED, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert (
        avi.client.post("/log", data={**avi.form("/log"), **LOGGED}, headers=headers).status_code
        == 403
    )
    assert avi.is_signed_in()
    assert count(database, Contact) == 0
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert (
        avi.client.post("/log", data={**avi.form("/log"), **LOGGED}, headers=ours).status_code
        == 302
    )


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=", "multipart/form-data", "x"])
def test_what_is_no_form_is_a_bad_request(app: Flask, database: Database, kind: str) -> None:
    answer = Caller(app, "avi").client.post("/log", data=b"--\r\n\r\n", content_type=kind)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "path",
    [
        "/growth?month=0001-01",
        "/growth?month=%D9%A2%D9%A0%D9%A2%D9%A5-01",
        "/leaderboard?month=%D9%A0%D9%A0%D9%A0%D9%A0-10",
        "/leaderboard?quarter=9999-Q4",
        "/leaderboard?year=%D9%A0%D9%A0%D9%A0%D9%A0",
        "/leaderboard/1?month=0001-01",
        "/recognition/2026-10%0A",
        "/recognition/%D9%A2%D9%A0%D9%A2%D9%A5-01/close",
        "/recognition/%D9%A0%D9%A0%D9%A0%D9%A0-10.csv",
    ],
)
def test_a_month_that_is_none_is_refused(app: Flask, database: Database, path: str) -> None:
    assert Caller(app, "ada").get(path).status_code == 422


def test_a_month_that_is_none_is_not_closed(app: Flask, database: Database) -> None:
    ada = Caller(app, "ada")
    token = ada.form("/password")
    for month in ("%D9%A2%D9%A0%D9%A2%D9%A5-01", "9999-12", "0001-01"):
        assert ada.post(f"/recognition/{month}/close", token).status_code in {404, 422}


SLOW_SENDERS = 200


def test_slow_senders_keep_nobody_waiting(serve: Callable[..., LiveServer], fresh_url: str) -> None:
    """Half a form on its way holds nothing, two hundred of them neither: others write meanwhile."""
    server = serve(database_url=fresh_url)
    server.add_people()
    slow, quick = server.signed_in("advocate"), server.signed_in("manager")
    half = (
        b"POST /log HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Cookie: advocacy=" + slow.cookies["advocacy"].encode() + b"\r\n\r\ncontact=Mar"
    )
    with ExitStack() as lines, closing(slow), closing(quick):
        for _ in range(SLOW_SENDERS):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.sendall(half)
        form = server.form(quick, "/log")
        assert quick.post("/log", data={**form, **LOGGED}).status_code == 302
        assert quick.get("/healthz").json() == {"status": "ok"}


def test_whoever_finds_no_connection_free_is_told_to_come_back(
    app: Flask, database: Database
) -> None:
    avi = Caller(app, "avi")
    pool: Any = database.engine.pool
    pool._timeout = 0  # nobody waits for one
    with ExitStack() as others:
        with suppress(NoConnectionFree):
            while True:
                others.enter_context(database.engine.connect())
        answer = avi.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert avi.get("/").status_code == 200


NEXT = b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
IN_DOUBT = {
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(NEXT)): b"200",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n": b"200",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n": b"400",
    b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n": b"400",
    b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n": b"400",
    b"Content-Length: +5\r\n\r\n12345": b"400",
    b"Content-Length : 5\r\n\r\n12345": b"400",
}


def test_nothing_is_smuggled_behind_a_request(serve: Callable[..., LiveServer]) -> None:
    """Where it is in doubt where a request ends, what follows is not answered: the line closes."""
    server = serve()

    def said(first: bytes) -> list[bytes]:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + first)
            answers = b"".join(iter(lambda: line.recv(65536), b""))
        return [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]]

    ended = NEXT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert said(b"\r\n" + ended) == [b"200", b"404"]
    assert {first: said(first + NEXT) for first in IN_DOUBT} == {
        first: [status] for first, status in IN_DOUBT.items()
    }
