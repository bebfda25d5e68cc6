"""Each request leaves a line in the log that tells nothing of anybody, and has a number."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response

from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.logs import JsonLines
from tests.portal import PASSWORD, Caller, read, settle_in

SECRET = "maria-secret"


class Log:
    """What was logged, as a service writes it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonLines())

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        """Return the last line without what differs from one time to the next."""
        line = self.lines[-1]
        assert line.pop("time").endswith("Z")
        assert 0 < line.pop("ms") < 60_000
        return line


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log()
    logging.getLogger().addHandler(made.handler)
    yield made
    logging.getLogger().removeHandler(made.handler)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return found


def test_a_line_names_what_was_asked_and_not_by_whom(app: Flask, log: Log) -> None:
    visitor = app.test_client()
    asked = {"X-Request-ID": SECRET, "X-Forwarded-For": "192.0.2.7"}
    answer = visitor.get(f"/welcome/{SECRET}?email={SECRET}", headers=asked)
    assert log.last() == {
        "level": "info",
        "request": answer.headers["X-Request-ID"],
        "message": "answered",
        "method": "GET",
        "endpoint": "auth.welcome",
        "status": 404,
    }
    again = visitor.get("/healthz")
    assert again.headers["X-Request-ID"] != answer.headers["X-Request-ID"]
    assert len(log.lines) == 2


def test_what_is_none_of_ours_has_one_name(app: Flask, log: Log) -> None:
    app.test_client().open(f"/{SECRET}", method=SECRET.upper())
    assert (log.last()["method"], log.lines[-1]["endpoint"]) == ("unknown", "unknown")
    assert SECRET not in log.stream.getvalue().lower()


def test_nothing_of_who_signs_in_is_written(app: Flask, database: Database, log: Log) -> None:
    avi = Caller(app, "avi")
    Caller(app).sign_in("avi@example.com", "not my phrase")
    avi.client.get(f"/contacts?search={SECRET}")
    assert {line["endpoint"] for line in log.lines} >= {"auth.sign_in", "relationships.people"}
    for word in ("avi", PASSWORD, "my phrase", "127.0.0.1", SECRET, "/sign-in"):
        assert word not in log.stream.getvalue().replace("relationships", "")


def test_an_error_is_found_by_the_number_on_its_page(
    app: Flask, database: Database, log: Log
) -> None:
    def fail() -> str:
        name = SECRET
        raise RuntimeError(name)

    app.view_functions["home.kept"] = fail
    answer = Caller(app, "avi").get("/what-is-kept")
    quoted = read(answer).select_one("[data-error-number]")
    assert quoted
    told = [line for line in log.lines if line["request"] == quoted.text]
    assert [line["level"] for line in told] == ["error", "warning"]
    assert told[0]["traceback"].endswith(
        "in fail\n    raise RuntimeError(name)\nbuiltins.RuntimeError"
    )
    assert (told[1]["endpoint"], told[1]["status"]) == ("home.kept", 500)
    assert answer.headers["X-Request-ID"] == quoted.text
    assert SECRET not in log.stream.getvalue()


def test_what_breaks_after_the_answer_was_made_names_no_address(
    make_app: Callable[[Settings], Flask], settings: Settings, log: Log
) -> None:
    app = make_app(settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    is_first = iter([True])

    @app.after_request
    def fail(answer: Response) -> Response:
        if next(is_first, False):
            raise RuntimeError(SECRET)
        return answer

    answer = app.test_client().get(f"/welcome/{SECRET}")
    assert answer.status_code == 500
    assert [line["level"] for line in log.lines] == ["error", "warning"]
    assert SECRET not in log.stream.getvalue().replace("RuntimeError(SECRET)", "")


def test_an_error_page_that_breaks_too_is_an_answer_with_a_number(
    app: Flask, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_asked: object) -> Response:
        raise RuntimeError(SECRET)

    app.testing = False
    monkeypatch.setattr(app, "full_dispatch_request", fail)
    monkeypatch.setattr(app, "handle_exception", fail)
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.text) == (500, "This did not work.")
    assert {line["request"] for line in log.lines} == {answer.headers["X-Request-ID"]}
    assert SECRET not in log.stream.getvalue().replace("RuntimeError(SECRET)", "")
