"""Pages take turns beside SQLite, and a page is drawn however long the others take."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from flask import Flask

from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.web import drawing
from tests.portal import Caller, settle_in


class Slow:
    """A page that takes until it is let go, and counts how many are drawn beside it."""

    def __init__(self) -> None:
        self.let_go = Event()
        self.full = Event()
        self.most = self._now = 0
        self._lock = Lock()

    def drawn(self) -> str:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == drawing.AT_ONCE:
                self.full.set()
        assert self.let_go.wait(30)
        with self._lock:
            self._now -= 1
        return ""


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def served(
    make_app: Callable[[Settings], Flask], settings: Settings, slow: Slow
) -> tuple[Flask, Database]:
    app = make_app(settings)
    app.view_functions["auth.forgotten_page"] = slow.drawn
    database: Database = app.extensions["advocacy_database"]
    settle_in(database)
    return app, database


def test_few_pages_are_drawn_at_once_beside_sqlite(
    served: tuple[Flask, Database], slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, database = served
    monkeypatch.setattr(drawing, "PATIENCE_SECONDS", 30)
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(app.test_client().get, "/forgotten") for _ in range(5)]
        assert slow.full.wait(30)
        slow.let_go.set()
        assert {one.result().status_code for one in asked} == {200}
    assert slow.most <= drawing.AT_ONCE or not database.is_sqlite


def test_however_long_they_take_others_are_answered_and_may_write(
    served: tuple[Flask, Database], slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = served
    monkeypatch.setattr(drawing, "PATIENCE_SECONDS", 0.01)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(app.test_client().get, "/forgotten") for _ in range(2)]
        assert slow.full.wait(30)
        assert avi.get("/contacts").status_code == 200
        logged = {**form, "contact": "Maria", "kind": "called", "began": "advocate"}
        assert avi.post("/log", {**logged, "answered": "true"}).status_code == 302
        slow.let_go.set()
        assert {one.result().status_code for one in asked} == {200}
