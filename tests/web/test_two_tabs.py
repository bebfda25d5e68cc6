"""The same form open in two tabs: the second one is told, and nothing is overwritten unseen."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.contacts.models import Contact
from advocacy.content.models import Item
from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.people.queries import get_person
from tests.builders import add_contacts, add_item, log
from tests.portal import Caller, above, kept, settle_in


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    ids = settle_in(found)
    with found.writing() as session:
        mina = get_person(session, ids["mina"])
        [sofia] = add_contacts(session, mina, "Sofia")
        log(session, mina, sofia, datetime.now(UTC).date())
        add_item(session).text = "Words"
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
