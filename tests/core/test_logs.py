"""The log: one line for each thing, and nobody's words in it."""

import json
import logging
from datetime import UTC, datetime

import pytest

from advocacy.core.logs import JsonLines, TextLines, Words, request_number

AT = datetime(2026, 10, 5, 12, 0, 0, 250_000, UTC)


def record(error: BaseException | None = None) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {
            "msg": "the job “%s” failed",
            "args": ("tidy up",),
            "levelname": "ERROR",
            "facts": {"job": "tidy up", "tries": 2},
            "exc_info": error and (type(error), error, error.__traceback__),
        }
    )
    made.created = AT.timestamp()
    return made


def failed() -> Exception:
    try:
        try:
            raise KeyError("maria@example.com")
        except KeyError as cause:
            raise ValueError("Maria Somebody") from cause
    except ValueError as error:
        error.add_note("her note")
        return error


@pytest.fixture(autouse=True)
def number() -> None:
    request_number.set("1a2b3c4d")


def test_json_holds_the_time_the_number_and_the_facts() -> None:
    assert json.loads(JsonLines().format(record())) == {
        "time": "2026-10-05T12:00:00.250Z",
        "level": "error",
        "request": "1a2b3c4d",
        "message": "the job “tidy up” failed",
        "job": "tidy up",
        "tries": 2,
    }


def test_text_holds_the_same() -> None:
    line = "2026-10-05T12:00:00.250Z error 1a2b3c4d the job “tidy up” failed job=tidy up tries=2"
    assert TextLines().format(record()) == line
    assert Words().format(record(failed())) == "the job “tidy up” failed"


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_an_error_leaves_its_way_here_without_its_words(formatter: logging.Formatter) -> None:
    written = formatter.format(record(failed()))
    shown = json.loads(written)["traceback"] if isinstance(formatter, JsonLines) else written
    assert "test_logs.py" in shown
    assert "in failed" in shown
    assert shown.index("builtins.KeyError") < shown.index("builtins.ValueError")
    # The lines of our own code are shown; what was in it is not.
    for line in shown.splitlines():
        assert "raise" in line or ("aria" not in line and "note" not in line)
    assert written.count("\n") == (0 if isinstance(formatter, JsonLines) else shown.count("\n"))


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_a_message_is_one_line(formatter: logging.Formatter) -> None:
    """The server's own one goes on with the words of an error."""
    made = logging.makeLogRecord({"msg": "it raised an error\nRuntimeError: Maria Somebody"})
    written = formatter.format(made)
    assert "it raised an error" in written
    assert "Maria" not in written


def test_outside_a_request_there_is_no_number() -> None:
    request_number.set("")
    assert "request" not in json.loads(JsonLines().format(record()))
