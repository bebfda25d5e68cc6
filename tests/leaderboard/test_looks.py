"""Whoever looks at what somebody did is seen by that person, on whichever page it was."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select

from advocacy.audit.models import Event
from advocacy.core.database import Database
from advocacy.core.time import month_of
from tests.portal import Caller, said, talk_first

MONTH = month_of(datetime.now(UTC).date())


def test_each_page_with_somebodys_entries_is_a_look(app: Flask, fresh_database: Database) -> None:
    ids = talk_first(fresh_database)
    mina, avi = Caller(app, "mina"), f"/leaderboard/{ids['avi']}"
    ask = f"{avi}/ask/{ids['call']}"
    for path in (f"{avi}?month={MONTH}", f"{avi}/put-right/{ids['call']}", ask):
        mina.page(path)
    question = mina.send(ask, {"text": "What was it about?"})  # sending shows nothing new
    assert question.status_code == 302
    mina.page("/leaderboard/questions/1")
    Caller(app, "ada").page(f"/leaderboard/{ids['ada']}/put-right/{ids['hers']}")  # her own
    with fresh_database.reading() as session:
        looks = select(Event.actor_id, Event.subject_id, Event.detail)
        noted = session.execute(looks.where(Event.action == "looked at entries")).all()
    # `send` opens the form of the question once more
    assert [tuple(one) for one in noted] == [(ids["mina"], ids["avi"], MONTH)] * 5
    assert "Mina Somebody looked at your" in said(Caller(app, "avi"), "/growth")


def test_a_form_that_is_refused_shows_entries_too(app: Flask, fresh_database: Database) -> None:
    ids = talk_first(fresh_database)
    mina, avi = Caller(app, "mina"), f"/leaderboard/{ids['avi']}"
    ask, put_right = f"{avi}/ask/{ids['call']}", f"{avi}/put-right/{ids['call']}"
    mina.send(ask, {"text": "What was it about?"})
    question = "/leaderboard/questions/1"
    token = {"csrf_token": mina.form("/password")["csrf_token"]}  # no page of entries was opened
    with fresh_database.writing() as session:
        before = session.scalar(select(func.max(Event.id)))
    for path in (ask, put_right, question, f"{question}/restore"):
        refused = mina.post(path, token)
        assert refused.status_code == 422
        assert "alled" in refused.text  # that he called
    with fresh_database.reading() as session:
        looks = select(Event.action, Event.subject_id, Event.detail).where(Event.id > before)
        noted = [tuple(one) for one in session.execute(looks)]
    assert noted == [("looked at entries", ids["avi"], MONTH)] * 4
