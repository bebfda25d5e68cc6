"""Few pages are drawn at once beside SQLite.

Python does one thing at a time: drawing more makes none ready sooner, but each slows down who
holds the write lock, which all others that write wait for.
"""

from threading import Semaphore

from flask import Flask, g, request

from advocacy.core.database import Database
from advocacy.web.session import end_turn, is_reading

AT_ONCE = 2
PATIENCE_SECONDS = 0.5
"""How long a page waits for its turn; then it is drawn all the same."""
NOT_DRAWN = frozenset({None, "static", "health.healthz"})


def init_app(app: Flask, opened: Database) -> None:
    """Let the pages of an app on SQLite take turns; what they were sent has been read by now."""
    if not opened.is_sqlite:
        return
    turns = Semaphore(AT_ONCE)

    @app.before_request
    def take_a_turn() -> None:
        is_a_page = is_reading() and request.endpoint not in NOT_DRAWN
        if is_a_page and turns.acquire(timeout=PATIENCE_SECONDS):
            g.end_turn = turns.release

    @app.teardown_appcontext
    def end_it(_error: BaseException | None) -> None:
        end_turn()
