"""The database session of a request: one, committed in one place when the answer is no error."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, abort, current_app, g, request
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.core.errors import Unavailable

_READS = ("GET", "HEAD", "OPTIONS")
_COMMITS_BELOW = 400


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


def init_app(app: Flask, opened: Database) -> None:
    """Give every request of an app its session."""
    app.extensions["advocacy_database"] = opened

    @app.before_request
    def read_first() -> None:
        """Read what is sent before anything is held: it may arrive slowly, or be no form."""
        try:
            _ = request.form
        except (AttributeError, LookupError, ValueError):
            abort(400)
        except OSError as error:  # what is large is set aside on the disk
            raise Unavailable("There is no room here for what you sent, just now.") from error
        if request.content_length is None and getattr(request.stream, "is_exhausted", False):
            abort(413)  # it came in pieces and was cut at the limit

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
