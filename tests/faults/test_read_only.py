"""A database that can only be read is read, and whoever writes is told so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from advocacy.auth.models import SignIn
from advocacy.core.database import Database
from advocacy.core.time import now
from tests.portal import Caller, settle_in

CALLED = {"kind": "called", "began": "advocate", "answered": "true"}


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return found


def only_read(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA query_only = ON")


def let_read_only(database: Database) -> None:
    if database.is_sqlite:
        event.listen(database.engine, "connect", only_read)
    else:
        switch(database, "SET default_transaction_read_only = on")
    database.engine.dispose()


def let_write(database: Database) -> None:
    """Connections that were opened before do not hear of it."""
    if database.is_sqlite:
        event.remove(database.engine, "connect", only_read)
    else:
        switch(database, "RESET default_transaction_read_only")


def switch(database: Database, how: str) -> None:
    with database.writing() as session:
        session.execute(text("SET TRANSACTION READ WRITE"))
        name = session.scalar(text("SELECT quote_ident(current_database())"))
        session.execute(text(f"ALTER DATABASE {name} {how}"))


def test_what_can_only_be_read_is_read_until_it_can_be_written(
    app: Flask, database: Database
) -> None:
    avi = Caller(app, "avi")
    form = avi.form("/log")
    with database.writing() as session:  # so that it would be written down
        session.execute(update(SignIn).values(seen_at=now() - timedelta(hours=2)))
    let_read_only(database)
    for path in ("/", "/contacts", "/log", "/growth"):
        assert avi.get(path).status_code == 200
    sent = {**form, "contact": "Maria", **CALLED}
    answer = avi.post("/log", sent)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert 'class="page' in answer.text
    assert avi.get("/contacts").status_code == 200
    let_write(database)
    answers = [avi.post("/log", sent).status_code for _ in range(4)]
    assert sorted(answers)[:3] == [302] * 3  # one at most meets a connection of before


def test_health_says_what_a_write_meets(app: Flask, database: Database) -> None:
    """Root may write what nobody may: then a write is taken, and all is well."""
    avi = Caller(app, "avi")
    form = avi.form("/log")
    if not database.is_sqlite:
        let_read_only(database)
    else:
        database.engine.dispose()
        Path(str(database.url.database)).chmod(0o400)
    health = app.test_client().get("/healthz").status_code
    answer = avi.post("/log", {**form, "contact": "Maria", **CALLED})
    assert (health, answer.status_code) in {(503, 503), (200, 302)}
