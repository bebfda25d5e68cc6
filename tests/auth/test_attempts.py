"""Signing in while somebody else changes the same account."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from advocacy.auth import actions
from advocacy.auth.actions import begin_attempt
from advocacy.auth.models import Attempts
from advocacy.auth.rules import Purpose, Throttled
from advocacy.core.database import Database
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from tests.account.letters import letters_to
from tests.portal import PASSWORD, Caller, read, settle_in

KEYS = [(Throttled.ACCOUNT, "avi@example.com")]


def test_an_attempt_is_counted_though_another_is_forgiven_meanwhile(
    fresh_database: Database,
) -> None:
    now = datetime.now(UTC)
    impatient = "PRAGMA busy_timeout = 20" if fresh_database.is_sqlite else "SET lock_timeout = 20"

    def forgive(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO attempts"):
            with suppress(OperationalError), fresh_database.reading() as other:
                other.execute(text(impatient))
                other.execute(delete(Attempts))
                other.commit()

    with fresh_database.writing() as session:
        begin_attempt(session, KEYS, now)
    event.listen(fresh_database.engine, "after_cursor_execute", forgive)
    with fresh_database.writing() as session:
        begin_attempt(session, KEYS, now)
    event.remove(fresh_database.engine, "after_cursor_execute", forgive)
    with fresh_database.reading() as session:
        assert session.query(Attempts).one().failures == 2


def test_a_password_changed_while_it_was_checked_lets_nobody_in(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, stranger = settle_in(fresh_database), Caller(app)
    typed = {**stranger.form("/sign-in"), "email": "avi@example.com", "password": PASSWORD}
    check = actions.check_credentials

    def check_slowly(session: Session, email: str, password: str) -> Person | None:
        found = check(session, email, password)
        with fresh_database.writing() as other:
            actions.set_password(other, ids["avi"], "another phrase", datetime.now(UTC))
        return found

    monkeypatch.setattr(actions, "check_credentials", check_slowly)
    assert stranger.post("/sign-in", typed).status_code == 422
    assert not stranger.is_signed_in()


TYPED = {"email": "new@example.com", "current": PASSWORD}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Give a list of what is done when the next passwords are checked and nothing is decided."""
    check, waiting = actions.check_credentials, list[Callable[[], None]]()

    def check_slowly(session: Session, email: str, password: str) -> Person | None:
        found = check(session, email, password)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(actions, "check_credentials", check_slowly)
    return waiting


def test_ones_own_password_is_counted_before_it_is_checked_and_nothing_is_held(
    app: Flask, fresh_database: Database, meanwhile: list[Callable[[], None]]
) -> None:
    settle_in(fresh_database)
    failures = []

    def look() -> None:
        with fresh_database.writing() as other:
            failures.append(other.query(Attempts).one().failures)

    meanwhile.append(look)
    visitor = Caller(app, "avi")
    answer = visitor.send("/account", {**TYPED, "current": "guess"}, "/account/email")
    assert "not your password" in read(answer).text
    look()
    assert failures == [1, 1]


def test_a_form_with_a_password_sent_twice_is_carried_out_once(
    app: Flask, fresh_database: Database, meanwhile: list[Callable[[], None]]
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    form = {**visitor.form("/account", "/account/email"), **TYPED}
    meanwhile.append(lambda: answers.append(visitor.post("/account/email", form)))
    answers: list[TestResponse] = []
    answers.append(visitor.post("/account/email", form))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    assert len(letters_to(fresh_database, "new@example.com")) == 1


def test_a_password_changed_while_it_was_checked_proves_nothing(
    app: Flask, fresh_database: Database, meanwhile: list[Callable[[], None]]
) -> None:
    ids = settle_in(fresh_database)

    def change() -> None:
        with fresh_database.writing() as other:
            actions.set_password(other, ids["avi"], "another phrase", datetime.now(UTC))

    visitor = Caller(app, "avi")
    meanwhile.append(change)
    answer = visitor.send("/account", TYPED, "/account/email")
    assert answer.status_code == 422
    assert letters_to(fresh_database, "new@example.com") == []


CHOSEN = {"password": "quite another phrase", "repeated": "quite another phrase"}


@pytest.mark.parametrize("page", ["welcome", "password"])
def test_nobody_waits_while_a_new_password_is_hashed(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    ids, hash_slowly, written = settle_in(fresh_database), actions.hash_slowly, list[str]()
    with fresh_database.writing() as session:
        code = actions.make_link(session, ids["avi"], datetime.now(UTC), purpose=Purpose.FORGOTTEN)

    def hash_while_another_writes(password: str) -> str:
        with fresh_database.writing() as other:
            get_person(other, ids["avi"]).title = "Written meanwhile"
        written.append(password)
        return hash_slowly(password)

    monkeypatch.setattr(actions, "hash_slowly", hash_while_another_writes)
    if page == "welcome":
        answer = Caller(app).send(f"/welcome/{code}", CHOSEN)
    else:
        answer = Caller(app, "avi").send("/password", {**CHOSEN, "current": PASSWORD})
    assert answer.status_code == 302
    assert written == [CHOSEN["password"]]
    with fresh_database.reading() as session:
        assert actions.check_credentials(session, "avi@example.com", CHOSEN["password"])
        assert get_person(session, ids["avi"]).title == "Written meanwhile"
