"""Days that cannot be and letters that no line holds: refused beside their field, the text kept."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.core.tables import Base
from advocacy.people.queries import get_person
from tests.builders import add_contacts, add_item, log
from tests.portal import Caller, kept, settle_in, wrong

TALK = {"contact": "Kwame", "kind": "called", "began": "advocate", "answered": "true"}
ITEM = {"title": "A story", "text": "Words"}
ZOE = {"email": "zoe@example.com", "name": "Zoe", "joined": "2026-02-01"}
PROGRAMME = {"name": "Voices", "time_zone": "UTC", "first_day": "2026-01-05"}
PROFILE = {"headline": "Sings", "words": "Alto"}

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
NO_DAYS = ("yesterday", "in May", "٢٠٢٦-١١-٠٢", "２０２６-11-02", "10000-01-01", "0000-00-00")
DAYS = [
    ("/log", TALK, "occurred_on", "lies before 1900", "still to come"),
    ("/library/1/posted", {"channel": "x"}, "occurred_on", "lies before 1900", "still to come"),
    ("/conversations/1/answered/1", {}, "replied_on", "cannot come before", "still to come"),
    ("/library/new", ITEM, "expires_on", "", "very far away"),
    ("/programme/people/new", ZOE, "joined", "from 1 January 1990", "to 31 December 2199"),
    ("/programme/settings", PROGRAMME, "first_day", "from 1 January 1990", "to 31 December 2199"),
]
LINES = [
    ("/log", TALK, "channel"),
    ("/library/1/posted", {"channel": "x", "occurred_on": "2026-11-02"}, "address"),
    ("/library/new", ITEM, "title"),
    ("/library/new", ITEM, "topics"),
    ("/contacts/1/edit", {"name": "Sofia"}, "name"),
    ("/programme/people/new", ZOE, "name"),
    ("/programme/people/new", ZOE, "title"),
    ("/programme/settings", PROGRAMME, "name"),
    ("/programme/teams", {}, "name"),
    ("/profile", {}, "preferred_name"),
    ("/profiles/1/propose", PROFILE, "headline"),
]


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    ids = settle_in(found)
    with found.writing() as session:
        ada = get_person(session, ids["ada"])
        [sofia] = add_contacts(session, ada, "Sofia")
        log(session, ada, sofia, date(2026, 11, 2), began="contact", answered=False)
        item = add_item(session)
        item.text, item.published_at = "Words", datetime.now(UTC)
    return found


@pytest.fixture
def ada(app: Flask, database: Database) -> Caller:
    return Caller(app, "ada")


def rows(database: Database) -> dict[str, int]:
    """Return how many rows each table has."""
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_a_day_that_cannot_be_is_refused_beside_its_field(ada: Caller, database: Database) -> None:
    token = {"csrf_token": ada.form("/log")["csrf_token"]}
    before = rows(database)
    for path, typed, field, too_early, too_late in DAYS:
        cases = [(day, "is not a day") for day in NO_DAYS]
        cases += [(day, too_early) for day in ("0001-01-01", "1899-12-31") if too_early]
        for day, words in [*cases, ("9999-12-31", too_late)]:
            answer = ada.post(path, {**token, **typed, field: day})
            assert words in wrong(answer, field), (path, day)
            assert kept(answer, field) == day, (path, day)
    assert rows(database) == before


@pytest.fixture
def yesterdays(database: Database) -> int:
    """Give the number of a talk that can still be corrected."""
    with database.writing() as session:
        talk = log(session, get_person(session, 1), 1, YESTERDAY)
        return talk.id


def day_of(database: Database, talk: int) -> date:
    with database.reading() as session:
        return session.get_one(Conversation, talk).day


def test_a_day_that_was_emptied_is_asked_for(
    ada: Caller, database: Database, yesterdays: int
) -> None:
    """A browser sends nothing while only a part of the day is there."""
    before = rows(database)
    for path, typed, field in (
        ("/log", {**TALK, "note": "Words"}, "occurred_on"),
        (f"/conversations/{yesterdays}/edit", {"note": "Words"}, "occurred_on"),
        ("/conversations/1/answered/1", {}, "replied_on"),
    ):
        answer = ada.send(path, {**typed, field: ""})
        assert wrong(answer, field) == "Say on which day it was.", path
        if "note" in typed:
            assert kept(answer, "note") == "Words"
    assert rows(database) == before
    assert day_of(database, yesterdays) == YESTERDAY


def test_a_day_that_is_not_asked_for_stays_as_it_was(
    ada: Caller, database: Database, yesterdays: int
) -> None:
    path = f"/conversations/{yesterdays}/edit"
    form = ada.form(path)
    del form["occurred_on"]
    assert ada.post(path, {**form, "note": "Words"}).status_code == 302
    assert day_of(database, yesterdays) == YESTERDAY


def test_a_control_character_is_refused_beside_its_field(ada: Caller, database: Database) -> None:
    token = {"csrf_token": ada.form("/log")["csrf_token"]}
    before = rows(database)
    for path, typed, field in LINES:
        start = "https://example.net/" if field == "address" else "So"
        for letter in ("\0", "\x07", "\x1b"):
            text = f"{start}{letter}fia"
            answer = ada.post(path, {**token, **typed, field: text})
            assert "A control character cannot stand here." in wrong(answer, field), (path, field)
            assert kept(answer, field) == text.replace("\0", "\ufffd"), (path, field)
    for text in ("So\0fia", "So\x1bfia"):
        answer = ada.post("/log", {**token, **TALK, "contact": text})
        assert "A control character cannot stand here." in wrong(answer, "contact")
    note = ada.post("/log", {**token, **TALK, "note": "a\0b"})
    assert "A control character cannot stand here." in wrong(note, "note")
    assert rows(database) == before


def test_an_empty_photo_is_refused_beside_its_field(ada: Caller, database: Database) -> None:
    before = rows(database)
    answer = ada.send("/profiles/1/propose", {**PROFILE, "photo": (io.BytesIO(), "me.jpg")})
    assert wrong(answer, "photo") == "That file is empty. Choose a JPEG, PNG or WebP."
    assert (kept(answer, "headline"), kept(answer, "words")) == ("Sings", "Alto")
    assert rows(database) == before
