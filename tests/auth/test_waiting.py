"""What waited for its turn to write is looked at again: its sender may be gone by then."""

from flask import Flask
from sqlalchemy import Connection, event, func, select

from advocacy.contacts.models import Contact
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.actions import deactivate
from advocacy.people.queries import get_person
from tests.portal import Caller, settle_in


def test_a_form_that_waited_is_refused_when_its_sender_was_deactivated_meanwhile(
    app: Flask, fresh_url: str
) -> None:
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    other = Database(fresh_url)
    began: list[bool] = []

    def come_first(connection: Connection) -> None:
        """Somebody has the turn before the form: an administrator, in another process."""
        if not began and connection.get_execution_options().get("advocacy_writes"):
            began.append(True)
            with other.writing() as session:
                deactivate(session, get_person(session, ids["avi"]), now())

    event.listen(database.engine, "begin", come_first, insert=True)
    logged = {"contact": "Maria", "kind": "wrote", "began": "advocate", "answered": "true"}
    answer = avi.post("/log", {**form, **logged})
    event.remove(database.engine, "begin", come_first)
    other.engine.dispose()
    assert began
    assert answer.status_code == 400  # the form is kept for whoever can sign in again
    assert not avi.is_signed_in()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
