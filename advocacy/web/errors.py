"""Errors as pages: in the product's own look, or as a problem document for scripts."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from flask import (
    Flask,
    Response,
    g,
    jsonify,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

from advocacy.core.database import is_refusal, reason_in_the_log
from advocacy.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    TooMany,
    Unavailable,
)
from advocacy.core.logs import request_number
from advocacy.web.user import current_user

log = logging.getLogger(__name__)

RETRY_SECONDS = 10
_STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
_WORDS = {
    400: ("This did not arrive whole", "Something was missing in what was sent. Try it again."),
    401: ("Please sign in", "Sign in first; then this page opens."),
    403: ("Not for you", "This page is for somebody with another role in the programme."),
    404: ("Nothing here", "The page has moved, or it never was. Your people are where they were."),
    405: ("Not this way", "This address does not take what was sent to it."),
    409: ("This changed meanwhile", "Somebody was here before you."),
    413: ("Too large", "What you sent is larger than fits here. Pictures: up to 5 MB."),
    415: ("Not a form", "This address takes what a form sends, and nothing else."),
    422: ("This cannot be so", "Look at what was sent and try again."),
    429: ("A moment, please", "That was a lot at once. Try again in a little while."),
    500: ("This did not work", "Nothing is lost. We have a note of it."),
    503: ("Back in a moment", "The database does not answer just now. Nothing is lost."),
}


def wants_json() -> bool:
    """Tell whether a script asks, which reads no pages."""
    return request.accept_mimetypes.best == "application/json"


def page(
    status: int,
    text: str | None = None,
    number: str | None = None,
    *,
    title: str | None = None,
    typed: Sequence[tuple[str, str]] = (),
    back: tuple[str, str] = ("/", ""),
) -> Response:
    """Return an error as a page, or as a problem document where JSON was asked for.

    :param typed: what the person had sent, as labels and values, for the page to keep.
    :param back: the address to go on from, and what leads there is called.
    """
    usual, words = _WORDS.get(status, _WORDS[400])
    title = title or usual
    if wants_json():
        problem = {"title": title, "status": status, "detail": text or words, "number": number}
        answer = jsonify(problem)
        answer.content_type = "application/problem+json"
    else:
        answer = Response(
            render_template(
                "errors/error.html",
                title=title,
                text=text or words,
                number=number,
                code=status,
                typed=typed,
                action={"href": back[0], "label": back[1] or _home()},
            )
        )
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _home() -> str:
    return "To Today" if current_user and current_user.is_authenticated else "To the sign-in"


def init_app(app: Flask) -> None:
    """Answer every error that can happen."""
    app.log_exception = _say_nothing  # type: ignore[method-assign]

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> ResponseReturnValue:
        status = _STATUS.get(type(error), _status_of(error))
        answer = page(status, error.message, back=error.back)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.seconds)
        return answer

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400:
            return error.get_response()
        if isinstance(error, BadHost):  # no page of ours has an address there
            return Response("There is no host of that name.", 400, mimetype="text/plain")
        if isinstance(error, InternalServerError):  # what broke after the answer was made
            cause = error.original_exception or error
            return unexpected(cause)
        answer = page(status)
        if status == 405:
            answer.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
        return answer

    @app.errorhandler(Exception)
    def unexpected(error: BaseException) -> ResponseReturnValue:
        if is_refusal(error):
            log.warning("the database refused: %s", reason_in_the_log(error))
            _undo()
            return _unsaid(page(503))
        log.error("unexpected error", exc_info=error)
        _undo()
        return _unsaid(page(500, number=request_number.get()))


def _say_nothing(exc_info: object) -> None:
    """Flask would log what breaks after the answer was made; it is told where it is answered."""


def _undo() -> None:
    """Undo what the request did, and let the page ask the database nothing more."""
    opened = g.pop("db", None)
    if opened is not None:
        with suppress(SQLAlchemyError):
            opened.close()
    g.around = {}
    g._login_user = AnonymousUserMixin()  # where Flask-Login looks before it asks
    session.pop("_flashes", None)  # it was not done, so nothing says that it was


def _unsaid(answer: Response) -> Response:
    """Leave the visitor's cookie as it came: it may name a sign-in that was not kept."""
    session.modified = False
    return answer


def _status_of(error: DomainError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
