"""Each request has a number, which its answer carries too, and leaves one line in the log."""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPMethod
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from advocacy.core.logs import request_number

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
UNKNOWN = "unknown"
"""Stands for every address that is none of ours: what was asked for is not kept."""
_METHODS = frozenset(HTTPMethod)
_ENDPOINT = "advocacy.endpoint"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered, without a word of who asked or for whom."""

    method: str
    endpoint: str
    status: int
    seconds: float
    """Until its answer was made; handing it over is not in it."""


def init_app(app: Flask, tell: Callable[[Answered], None]) -> None:
    """Watch every request of an app. Comes before whatever may refuse one.

    :param tell: is told of each request, besides the log.
    """

    @app.before_request
    def name() -> None:
        request.environ[_ENDPOINT] = request.endpoint

    answer = app.wsgi_app

    def watched(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = perf_counter()
        number = secrets.token_hex(4)
        request_number.set(number)
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *more: Any) -> Callable[..., object]:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, (HEADER, number)], *more)

        try:
            body = answer(environ, start)
        except Exception as error:
            if app.testing:
                raise
            log.error("the page for an error failed too", exc_info=error)
            body = Response("This did not work.", 500, mimetype="text/plain")(environ, start)
        method = environ["REQUEST_METHOD"]
        answered = Answered(
            method if method in _METHODS else UNKNOWN,
            environ.get(_ENDPOINT) or UNKNOWN,
            status,
            perf_counter() - began,
        )
        _tell_log(answered)
        tell(answered)
        return body

    app.wsgi_app = watched  # type: ignore[method-assign]


def _tell_log(answered: Answered) -> None:
    facts = {
        "method": answered.method,
        "endpoint": answered.endpoint,
        "status": answered.status,
        "ms": round(answered.seconds * 1000, 1),
    }
    level = logging.WARNING if answered.status >= 500 else logging.INFO
    log.log(level, "answered", extra={"facts": facts})
