"""A clock that jumps: nothing is written into a closed month, nobody is shut out for long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.app.clock import runner
from advocacy.auth.actions import begin_attempt, make_link
from advocacy.auth.models import OneTimeLink, SignIn
from advocacy.auth.rules import LASTS, SIGN_IN_LASTS, SKEW, Throttled
from advocacy.config import Settings
from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.core.errors import TooMany
from advocacy.core.time import now
from advocacy.points.models import Entry
from advocacy.recognition.verify import verify
from tests.clock import SetClock
from tests.portal import Caller, settle_in

LAST_EVENING = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=40), timedelta(days=-40)]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(said: datetime) -> None:
        monkeypatch.setattr(SetClock, "said", said)

    monkeypatch.setattr("advocacy.core.time.datetime", SetClock)
    set_to(LAST_EVENING)
    return set_to


@pytest.fixture
def database(
    app: Flask, fresh_database: Database, set_clock: Callable[[datetime], None]
) -> Database:
    settle_in(fresh_database)
    return fresh_database


def log(avi: Caller, name: str) -> int:
    typed = {"contact": name, "kind": "called", "began": "advocate", "answered": "true"}
    return avi.send("/log", typed).status_code


def problems(database: Database) -> list[str]:
    with database.reading() as session:
        return verify(session).problems


def test_what_is_logged_and_closed_stays_right(
    app: Flask, database: Database, set_clock: Callable[[datetime], None]
) -> None:
    said = LAST_EVENING
    ada, ahead = Caller(app, "ada"), Caller(app, "avi")
    for number, jump in enumerate(JUMPS):
        avi = Caller(app, "avi")
        assert log(avi, f"Friend {number}") == 302
        said += jump
        set_clock(said)
        if avi.is_signed_in():  # forty days later one signs in again
            assert log(avi, "Sofia") == 302
        assert problems(database) == []
        if jump == JUMPS[2]:
            ada = Caller(app, "ada")
            assert ada.send("/recognition/2026-12/close").status_code == 302
            ahead = Caller(app, "avi")
            assert log(ahead, "Somebody of the future") == 302
    assert said == LAST_EVENING
    assert log(ahead, "Somebody of the present") == 302  # November and December are closed
    assert ada.get("/recognition/2027-01/close").status_code in {404, 409}
    with database.reading() as session:
        last = session.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert last is not None
        assert (last.month, last.day) == ("2027-01", LAST_EVENING.date())
    assert problems(database) == []


def test_no_page_breaks_when_a_month_ahead_is_closed(
    app: Flask, database: Database, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(LAST_EVENING + timedelta(days=40))
    ada = Caller(app, "ada")
    assert log(Caller(app, "avi"), "Sofia") == 302
    assert ada.send("/recognition/2026-12/close").status_code == 302
    set_clock(LAST_EVENING)
    plain = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments]
    for who in ("ada", "avi"):
        caller = Caller(app, who)
        for path in plain:
            assert caller.get(path).status_code < 500, path


def test_who_failed_by_a_clock_that_was_ahead_waits_no_longer(
    session: Session,
) -> None:
    keys = [(Throttled.ACCOUNT, "avi@example.com"), (Throttled.ADDRESS, "192.0.2.1")]
    ahead = LAST_EVENING + timedelta(days=40)
    for _ in range(6):
        begin_attempt(session, keys, ahead)
        ahead += timedelta(seconds=3)
    with pytest.raises(TooMany):
        begin_attempt(session, keys, ahead)
    begin_attempt(session, keys, LAST_EVENING)


def test_what_a_clock_that_was_ahead_has_let_in_lasts_no_longer(
    app: Flask,
    database: Database,
    settings: Settings,
    set_clock: Callable[[datetime], None],
) -> None:
    work = runner(settings, database)
    set_clock(LAST_EVENING + timedelta(days=400))
    avi = Caller(app, "avi")
    with database.writing() as session:
        make_link(session, None, now())
    work.run_due()
    set_clock(LAST_EVENING)
    done = {one.name: one.failure for one in work.run_due()}
    assert done["tidy up"] == ""  # it does not wait for the clock either
    assert avi.is_signed_in()
    with database.reading() as session:
        ends = session.scalars(select(SignIn.ends_at)).all()
        assert max(ends) <= LAST_EVENING + SIGN_IN_LASTS + SKEW
        invited = session.scalars(select(OneTimeLink.ends_at)).all()
        assert max(invited) <= LAST_EVENING + max(LASTS.values()) + SKEW


def test_a_clock_that_was_ahead_has_nothing_done_twice(
    app: Flask,
    database: Database,
    settings: Settings,
    set_clock: Callable[[datetime], None],
) -> None:
    avi = Caller(app, "avi")
    typed = {"contact": "Sofia", "kind": "called", "began": "advocate", "answered": "true"}
    sent = {**avi.form("/log"), **typed}
    assert avi.post("/log", sent).status_code == 302
    set_clock(LAST_EVENING + JUMPS[2])
    done = {one.name: one.failure for one in runner(settings, database).run_due()}
    assert done["tidy up"] == ""
    set_clock(LAST_EVENING)
    again = Caller(app, "avi")  # whoever is signed in anew sends it with a token of now
    token = again.form("/log")["csrf_token"]
    assert again.post("/log", {**sent, "csrf_token": token}).status_code == 302
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1
