"""The database session of a request: one, committed in one place when the answer is no error."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, abort, current_app, g, request
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.core.errors import Unavailable

_READS = ("GET", "HEAD", "OPTIONS")
_COMMITS_BELOW = 400
_PLAIN_FORM = "application/x-www-form-urlencoded"
_FIELDS = 1000
"""How many fields a form has at most: of one with files Werkzeug takes no more than that."""


def database() -> Database:
    """Return the database of the app that answers."""
    found: Database = current_app.extensions["advocacy_database"]
    return found


def is_reading() -> bool:
    """Tell whether the request may only read."""
    return request.method in _READS


def db() -> Session:
    """Return this request's session, begun at first use; for a request that may write, to write."""
    if "db" not in g:
        g.db = database().session(writes=not is_reading())
    session: Session = g.db
    return session


def let_go() -> None:
    """End this request's session undone; the next use begins another.

    For what takes its time, as checking a password does, and must not hold the write lock.
    """
    session = g.pop("db", None)
    if session is not None:
        session.close()


def end_turn() -> None:
    """Let another page be drawn, if this request has a turn at that (`web.drawing`)."""
    release = g.pop("end_turn", None)
    if release is not None:
        release()


@contextmanager
def short_write() -> Iterator[Session]:
    """Yield a session that commits by itself: for what must stay whatever the answer is."""
    end_turn()  # it may wait for others that write
    with database().writing() as session:
        yield session


def _has_few_fields() -> bool:
    """Tell it before they are taken apart: that takes a hundred times their memory."""
    return request.get_data().count(b"&") < _FIELDS


def init_app(app: Flask, opened: Database) -> None:
    """Give every request of an app its session."""
    app.extensions["advocacy_database"] = opened

    @app.before_request
    def read_first() -> None:
        """Read what is sent before anything is held: it may arrive slowly, or be no form."""
        stream = request.stream
        try:
            has_room = request.mimetype != _PLAIN_FORM or _has_few_fields()
            _ = request.form if has_room else None
        except (AttributeError, LookupError, ValueError):
            abort(400)
        except OSError as error:  # what is large is set aside on the disk
            raise Unavailable("There is no room here for what you sent, just now.") from error
        is_cut = request.content_length is None and getattr(stream, "is_exhausted", False)
        if is_cut or not has_room:  # what comes in pieces is cut at the limit
            abort(413)

    @app.after_request
    def commit(response: Response) -> Response:
        session = g.get("db")
        if session is not None and not is_reading():
            if response.status_code < _COMMITS_BELOW:
                session.commit()
            else:
                session.rollback()
        return response

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        session = g.pop("db", None)
        if session is not None:
            session.close()
