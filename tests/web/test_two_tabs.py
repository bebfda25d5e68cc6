"""The same form open in two tabs: the second one is told, and nothing is overwritten unseen."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from advocacy.contacts.models import Contact
from advocacy.content.models import Item
from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.people.queries import get_person
from tests.builders import add_contacts, add_item, log
from tests.portal import Caller, above, fields, found_form, kept, read, settle_in


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    ids = settle_in(found)
    with found.writing() as session:
        mina = get_person(session, ids["mina"])
        [sofia] = add_contacts(session, mina, "Sofia")
        log(session, mina, sofia, datetime.now(UTC).date())
        item = add_item(session)
        item.text, item.published_at = "Words", datetime.now(UTC)
    return found


@pytest.mark.parametrize(
    ("table", "field", "path"),
    [
        (Item, "title", "/library/{}/edit"),
        (Contact, "name", "/contacts/{}/edit"),
        (Conversation, "note", "/conversations/{}/edit"),
    ],
)
def test_the_second_tab_is_told(
    app: Flask,
    database: Database,
    table: type[Item] | type[Contact] | type[Conversation],
    field: str,
    path: str,
) -> None:
    with database.reading() as session:
        number = session.scalars(select(table.id)).one()
    mina, page = Caller(app, "mina"), path.format(number)
    first, second = mina.form(page, page), mina.form(page, page)
    assert mina.post(page, {**first, field: "From the first tab"}).status_code == 302
    refused = mina.post(page, {**second, field: "From the second tab"})
    assert "changed while you had it open" in above(refused)
    assert "From the first tab" in refused.text
    assert kept(refused, field) == "From the second tab"
    with database.reading() as session:
        assert getattr(session.get_one(table, number), field) == "From the first tab"
    again = {**second, "form_key": "another", "seen": kept(refused, "seen")}
    assert mina.post(page, {**again, field: "From the second tab"}).status_code == 302
    with database.reading() as session:
        assert getattr(session.get_one(table, number), field) == "From the second tab"


def typed(answer: TestResponse) -> dict[str, str]:
    """Return what a page keeps of a form that came too late."""
    return {dt.text: dt.find_next("dd").get_text() for dt in read(answer).select("main dt")}  # type: ignore[union-attr]


def test_what_was_taken_back_meanwhile_says_so_and_keeps_the_words(
    app: Flask, database: Database
) -> None:
    mina, page = Caller(app, "mina"), "/conversations/1/edit"
    opened = mina.form(page, page)
    assert mina.send(page, action="/conversations/1/take-back").status_code == 302
    late = mina.post(page, {**opened, "contact": "id:1", "note": "The choir\nsings."})
    assert late.status_code == 404
    assert "taken back meanwhile" in late.text
    assert typed(late)["With"] == "Sofia"
    assert typed(late)["What was said"] == "The choirsings."
    assert "Seen" not in typed(late)
    assert read(late).select_one("main a[href='/contacts/1']").text == "To Sofia"  # type: ignore[union-attr]
    assert "taken back meanwhile" in mina.get(page).text
    again = mina.post("/conversations/1/take-back", {**opened, "form_key": "another"})
    assert "taken back meanwhile" in again.text
    stranger = Caller(app, "ada").get(page)
    assert stranger.status_code == 404
    assert "taken back" not in stranger.text


def test_an_answer_to_what_was_taken_back_with_its_person_is_kept(
    app: Flask, database: Database
) -> None:
    avi, action = Caller(app, "avi"), "/conversations/2/answered/2"
    said = {"contact": "Kwame", "kind": "wrote", "began": "contact", "answered": "false"}
    assert avi.send("/log", said).status_code == 302
    opened = avi.form(action, action)
    undone = avi.send("/conversations/2/edit", action="/conversations/2/take-back")
    assert undone.location == "/contacts"
    late = avi.post(action, {**opened, "replied_on": "2026-11-03"})
    assert late.status_code == 404
    assert "taken back meanwhile" in late.text
    assert typed(late) == {"When you answered": "3 November 2026"}
    assert read(late).select_one("main a[href='/contacts']").text == "To your people"  # type: ignore[union-attr]


def test_what_was_posted_of_an_item_archived_meanwhile_is_kept(
    app: Flask, database: Database
) -> None:
    avi, mina = Caller(app, "avi"), Caller(app, "mina")
    opened = avi.form("/library/1?channel=linkedin", "/library/1/link")
    linked = avi.post("/library/1/link", {**opened, "channel": "linkedin"})
    share = found_form(read(avi.get(linked.location or "")), "/library/1/posted#posted")
    assert mina.send("/library/1", action="/library/1/archive").status_code == 302
    sent = {**fields(share), "address": "https://example.net/post"}
    late = avi.post("/library/1/posted", sent)
    assert late.status_code == 404
    assert "not in the library any more" in late.text
    assert typed(late)["Where"] == "LinkedIn"
    assert typed(late)["Address"] == "https://example.net/post"
    assert read(late).select_one("main a[href='/library']").text == "To the library"  # type: ignore[union-attr]
    words = avi.post("/library/1/link", {**opened, "form_key": "k", "text": "My own words"})
    assert typed(words)["Words"] == "My own words"
    with database.writing() as session:
        session.get_one(Item, 1).state = "draft"
    never = avi.post("/library/1/posted", {**sent, "form_key": "l"})
    assert never.status_code == 404
    assert "any more" not in never.text
