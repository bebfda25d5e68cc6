"""The page on which two contacts become one."""

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from tests.builders import add_contacts, log
from tests.portal import Caller, fields, found_form, read, settle_in


@pytest.fixture
def avi(app: Flask) -> Caller:
    database: Database = app.extensions["advocacy_database"]
    ids, at = settle_in(database), now()
    with database.writing() as session:
        person = get_person(session, ids["avi"])
        sofia, fia, _ = add_contacts(session, person, "Sofia Marin", "Fia Marin", "Tom")
        for tie in (sofia, fia):
            log(session, person, tie, at.date(), "called")
    return Caller(app, "avi")


def test_the_page_says_first_what_it_does(avi: Caller) -> None:
    choose = avi.page("/contacts/1/merge")
    assert [one.text for one in choose.select("main a.row-title")] == ["Fia Marin", "Tom"]
    path = str(choose.select("main a.row-title")[0]["href"])
    said = avi.page(path).select_one("main .checks")
    assert said is not None
    words = " ".join(said.get_text(" ", strip=True).split())
    assert "Sofia Marin stays. “ Fia Marin ” stays as another name" in words
    assert "1 talk with Fia Marin and 1 talk with Sofia Marin come together: 2 talks" in words
    assert "change by −8 :" in words
    assert "−8: a week with one person counts once." in words
    form = avi.form(path, "/contacts/1/merge")
    done = avi.post("/contacts/1/merge", form)
    assert (done.status_code, done.location) == (302, "/contacts/1")
    assert avi.post("/contacts/1/merge", form).location == "/contacts/1"  # the same sending
    card = avi.page("/contacts/1")
    assert "Fia Marin and Sofia Marin are one person now." in card.text
    assert avi.get("/contacts/2").location == "/contacts/1"
    for old in ("/contacts/2/edit", "/contacts/2/merge"):  # lead to whom it is one with
        assert "Sofia Marin" in avi.page(old).text, old
    edit = avi.send("/contacts/2/edit", {"name": "Sofia Marín"})
    assert (edit.status_code, edit.location) == (302, "/contacts/1")
    again = avi.post("/contacts/1/merge", {**form, "form_key": "another"})
    assert again.status_code == 409
    assert "one person already" in again.text


def test_who_are_one_already_lead_to_the_person(avi: Caller) -> None:
    form = avi.form("/contacts/1/merge?other=2", "/contacts/1/merge")
    avi.post("/contacts/1/merge", form)
    for answer, status, words in (
        (avi.post("/contacts/1/merge", {**form, "form_key": "new"}), 409, "one person already"),
        (avi.get("/contacts/1/merge?other=2"), 409, "one person already"),
        (avi.get("/contacts/1/merge?other=1"), 422, "one contact already"),
    ):
        assert answer.status_code == status
        [main] = read(answer).select("main")
        assert words in main.text
        [way] = main.select("a")
        assert (way["href"], way.text.strip()) == ("/contacts/1", "To the person")


def test_another_name_is_shown_and_can_be_removed(avi: Caller) -> None:
    avi.post("/contacts/1/merge", avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"))
    [typed] = avi.get("/contacts.json?q=fia+mar").json or []
    assert (typed["id"], typed["detail"], typed["also"]) == (1, "also Fia Marin", ["Fia Marin"])
    page = avi.page("/contacts/1")
    assert fields(found_form(page, "/contacts/1/names"))["text"] == "Fia Marin"
    assert avi.send("/contacts/1", action="/contacts/1/names").location == "/contacts/1"
    left = avi.page("/contacts/1")
    assert left.select("form[action='/contacts/1/names']") == []
    assert "Removed." in left.text


@pytest.mark.parametrize("what", ["a name", "a talk"])
def test_what_changed_meanwhile_is_shown_before_it_is_done(avi: Caller, what: str) -> None:
    form = avi.form("/contacts/1/merge?other=2", "/contacts/1/merge")
    if what == "a name":
        avi.send("/contacts/2/edit", {"name": "Fiona"})
    else:
        talk = {"contact": "id:2", "kind": "called", "began": "advocate", "answered": "true"}
        assert avi.send("/log", talk).status_code == 302
    refused = avi.post("/contacts/1/merge", form)
    assert refused.status_code == 409
    assert "changed meanwhile" in refused.text
    fresh = fields(found_form(read(refused), "/contacts/1/merge"))
    assert avi.post("/contacts/1/merge", fresh).status_code == 302


@pytest.mark.parametrize(
    ("other", "status"), [("", 422), ("1", 422), ("99", 404), ("4", 404), ("x", 404), ("²", 404)]
)
def test_nobody_to_merge_with_is_said(app: Flask, avi: Caller, other: str, status: int) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        noor = session.scalars(select(Person).where(Person.email == "noor@example.com")).one()
        assert add_contacts(session, noor, "Sofia Marin") == [4]
    form = {**avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"), "other": other}
    answer = avi.post("/contacts/1/merge", form)
    assert answer.status_code == status
    assert (b">To the person<" in answer.data) is (other == "1")
    if other:
        assert avi.get(f"/contacts/1/merge?other={other}").status_code == status
    assert Caller(app, "noor").get("/contacts/1/merge?other=4").status_code == 404
    assert avi.get("/contacts/2").status_code == 200


def test_an_introduction_is_named_on_the_page_before_anything_is_sent(
    app: Flask, avi: Caller
) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == "avi@example.com")).one()
        log(session, person, (1, 3), now().date(), "introduced")
    page = avi.page("/contacts/1/merge?other=3")
    assert "introduced them to each other" in page.text
    assert page.select("main form[method=post]") == []
    form = {**avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"), "other": "3", "seen": ""}
    refused = avi.post("/contacts/1/merge", form)
    assert refused.status_code == 409
    assert "introduced them to each other" in refused.text
