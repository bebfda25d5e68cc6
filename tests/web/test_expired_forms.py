"""Signed out, or open too long: what was typed is kept, in words, and can be sent after all."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from advocacy.app.sent_words import Sent, in_words
from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.people.queries import find_person_by_email
from advocacy.programme.queries import get_programme
from advocacy.terms.actions import accept, publish
from tests.portal import PASSWORD, Caller, fields, found_form, read, settle_in

TYPED = {
    "contact": "Maria Oliveira",
    "kind": "called",
    "began": "advocate",
    "answered": "true",
    "note": "The choir sings on Sunday.",
}


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    return found


@pytest.fixture
def avi(app: Flask, database: Database) -> Caller:
    return Caller(app, "avi")


def _talks(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Conversation.id))) or 0


def test_the_sheet_of_somebody_signed_out_gets_a_word_and_keeps_its_own(avi: Caller) -> None:
    sent = {**avi.form("/log"), **TYPED}
    avi.client.delete_cookie("advocacy")
    answer = avi.client.post("/log", data=sent, headers={"X-Sheet": "1"})
    assert answer.status_code == 401
    assert "<html" not in answer.text
    assert read(answer).select_one("a[target=_blank]").text == "Sign in in a new tab"  # type: ignore[union-attr]


def test_who_was_signed_out_can_sign_in_and_send_it(avi: Caller, database: Database) -> None:
    sent = {**avi.form("/log"), **TYPED}
    avi.client.delete_cookie("advocacy")
    answer = avi.post("/log", sent)
    page = read(answer)
    assert answer.status_code == 400
    assert page.h1 is not None
    assert page.h1.text == "You were signed out"
    assert page.select_one("a[href='/sign-in'][target=_blank]") is not None
    kept = fields(found_form(page, "/log"))

    # In another tab of the same browser
    assert avi.send("/sign-in", {"email": "avi@example.com", "password": PASSWORD}).location == "/"
    again = avi.post("/log", kept)  # the token of before the sign-in: asked once more, not lost
    assert again.status_code == 400
    assert "The choir sings on Sunday." in again.text
    final = fields(found_form(read(again), "/log"))
    assert avi.post("/log", final).status_code == 302
    assert avi.post("/log", final).status_code == 302  # a double tap
    assert _talks(database) == 1


@pytest.mark.parametrize("who", ["avi", "mina"])
def test_what_is_owed_meanwhile_loses_no_words(app: Flask, database: Database, who: str) -> None:
    writer = Caller(app, who)
    sent = {**writer.form("/log"), **TYPED}
    with database.writing() as session:
        publish(session, "Be kind.", published_by=None, now=datetime.now(UTC))
        get_programme(session).second_step_required = True
    answer = writer.post("/log", sent)
    page = read(answer)
    assert answer.status_code == 409
    first, link = {
        "avi": ("First the terms", "/terms"),
        "mina": ("First the second step", "/account?first=second-step"),
    }[who]
    assert page.h1 is not None
    assert page.h1.text == first
    assert page.select_one(f"a[href='{link}'][target=_blank]") is not None
    assert "The choir sings on Sunday." in page.text
    assert _talks(database) == 0
    with database.writing() as session:  # in another tab
        person = find_person_by_email(session, f"{who}@example.com")
        assert person is not None
        accept(session, person.id, 1, datetime.now(UTC))
        get_programme(session).second_step_required = False
    assert writer.post("/log", fields(found_form(page, "/log"))).status_code == 302
    assert _talks(database) == 1


def test_an_expired_form_is_told_in_words(avi: Caller) -> None:
    avi.post("/log", {**avi.form("/log"), **TYPED})
    of = {"contact": "id:1", "answered_by": "id:1"}
    sent = {**TYPED, **of, "occurred_on": "2026-11-23", "next": "/contacts"}
    page = read(avi.post("/log", {**sent, "csrf_token": "old"}))
    told = [(dt.text, dt.find_next("dd").get_text()) for dt in page.select("dt")]  # type: ignore[union-attr]
    assert told == [
        ("With", "Maria Oliveira"),
        ("How", "Call"),
        ("Who began", "I did"),
        ("Answered", "Yes"),
        ("What was said", "The choir sings on Sunday."),
        ("Whose answer", "Maria Oliveira"),
        ("When", "23 November 2026"),
    ]


def test_what_nobody_may_name_stays_unnamed() -> None:
    told = in_words(
        [Sent("contact", "id:8"), Sent("name-1", "Kwame"), Sent("when_on", "soon"), Sent("x", " ")],
        {},
    )
    assert told == [("With", "somebody you know"), ("Name", "Kwame"), ("When on", "soon")]


def test_a_password_is_in_no_page(avi: Caller) -> None:
    sent = {"current": "my own phrase", "password": "another phrase", "repeated": "another phrase"}
    answer = avi.post("/password", {**sent, "csrf_token": "old"})
    assert answer.status_code == 400
    assert "phrase" not in answer.text
