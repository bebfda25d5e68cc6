"""What waited for its turn to write is looked at again: its sender may be gone by then."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.actions import deactivate
from advocacy.people.queries import get_person
from tests.portal import Caller, settle_in


def test_a_form_that_waited_is_refused_when_its_sender_was_deactivated_meanwhile(
    app: Flask, fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    other = Database(fresh_url)
    began: list[bool] = []

    def come_first(*, writes: bool) -> Session:
        """Let an administrator of another process have the turn before the form."""
        if writes and not began:
            began.append(True)
            with other.writing() as session:
                deactivate(session, get_person(session, ids["avi"]), now())
        return opened(writes=writes)

    opened = database.session
    monkeypatch.setattr(database, "session", come_first)
    logged = {"contact": "Maria", "kind": "wrote", "began": "advocate", "answered": "true"}
    answer = avi.post("/log", {**form, **logged})
    other.engine.dispose()
    assert began
    assert answer.status_code == 400  # the form is kept for whoever can sign in again
    assert not avi.is_signed_in()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
