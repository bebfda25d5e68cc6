"""The log: one line on standard error for each thing that happened, and nobody's words in it.

What is told goes into the message or, as facts, into ``extra={"facts": {…}}``.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_number: ContextVar[str] = ContextVar("request_number", default="")
"""The number of the request that is being answered: it stands in each line of it."""


def frames_of(error: BaseException) -> str:
    """Return where an error came from: files, lines and kinds.

    Its words are left out: a database names the very row that it refuses.
    """
    return "".join(
        "".join(traceback.format_tb(one.__traceback__)) + f"{type(one).__module__}."
        f"{type(one).__qualname__}\n"
        for one in _chain(error)
    ).rstrip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield what an error came of, the first cause first."""
    chain = [error]
    while True:
        last = chain[-1]
        before = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if before is None or before in chain:
            break
        chain.append(before)
    return reversed(chain)


def _line(record: logging.LogRecord) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line = {
        "time": at.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "request": request_number.get(),
        # The server goes on with the words of an error; a line is one line.
        "message": record.getMessage().partition("\n")[0],
        **getattr(record, "facts", {}),
    }
    if record.exc_info and record.exc_info[1]:
        line["traceback"] = frames_of(record.exc_info[1])
    return {name: value for name, value in line.items() if value != ""}


class JsonLines(logging.Formatter):
    """Each line is one JSON object: for what collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(_line(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Each line is text: for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and beneath it where an error came from."""
        line = _line(record)
        first = [str(line.pop(name, "")) for name in ("time", "level", "request", "message")]
        frames = line.pop("traceback", "")
        facts = [f"{name}={value}" for name, value in line.items()]
        return "\n".join(filter(None, (" ".join(filter(None, (*first, *facts))), frames)))


class Words(logging.Formatter):
    """Each line is the message alone: for a command that one waits for."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message."""
        return record.getMessage()


def lines() -> type[logging.Formatter]:
    """Return how a service writes its lines: as text in a terminal, else as JSON."""
    return TextLines if sys.stderr is not None and sys.stderr.isatty() else JsonLines


def configuration(
    formatter: type[logging.Formatter], *, tells_requests: bool = True
) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` takes.

    :param tells_requests: whether each request that went well has a line.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "advocacy": {"level": "INFO"},
            "advocacy.web.requests": {"level": "INFO" if tells_requests else "WARNING"},
        },
    }
