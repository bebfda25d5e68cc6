"""Few pages are drawn at once beside SQLite.

Python does one thing at a time: drawing more makes none ready sooner, but each slows down who
holds the write lock, which all others that write wait for.
"""

from threading import Semaphore

from flask import Flask, g

from advocacy.core.database import Database
from advocacy.web.session import is_reading

AT_ONCE = 2
PATIENCE_SECONDS = 0.5
"""How long a page waits for its turn; then it is drawn all the same."""


def init_app(app: Flask, opened: Database) -> None:
    """Let the pages of an app on SQLite take turns; what they were sent has been read by now."""
    if not opened.is_sqlite:
        return
    turns = Semaphore(AT_ONCE)

    @app.before_request
    def take_a_turn() -> None:
        if is_reading():
            g.has_a_turn = turns.acquire(timeout=PATIENCE_SECONDS)

    @app.teardown_appcontext
    def end_it(_error: BaseException | None) -> None:
        if g.pop("has_a_turn", False):
            turns.release()
