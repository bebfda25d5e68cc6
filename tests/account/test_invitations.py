"""Invitations: by letter or to hand over, sent again, withdrawn, for one or for all."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from advocacy.admin import actions
from advocacy.audit.models import Event
from advocacy.core.database import Database
from advocacy.mail.models import Letter
from tests.account.letters import letters_to, link_in
from tests.builders import add_person
from tests.portal import Caller, read, settle_in

NEW = "another long phrase"


def newcomer(database: Database, name: str) -> int:
    with database.writing() as session:
        return add_person(session, f"{name}@example.com").id


def test_a_letter_lets_somebody_in_once(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    page = f"/programme/people/{newcomer(fresh_database, 'lena')}"
    admin = Caller(app, "ada")
    assert admin.send(page, action=f"{page}/invite").location == page
    assert "a letter went out" in read(admin.get(page)).text
    [letter] = letters_to(fresh_database, "lena@example.com")
    first = link_in(letter)
    admin.send(page, action=f"{page}/invite")
    [letter] = letters_to(fresh_database, "lena@example.com")  # the first had not gone yet
    second = link_in(letter)
    assert Caller(app).get(first).status_code == 404  # gave way
    visitor = Caller(app)
    assert visitor.send(second, {"password": NEW, "repeated": NEW}).location == "/"
    assert visitor.is_signed_in()
    assert Caller(app).get(second).status_code == 404
    with fresh_database.reading() as session:
        assert "invited" in list(session.scalars(select(Event.action)))


def test_an_invitation_is_withdrawn(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    page = f"/programme/people/{newcomer(fresh_database, 'lena')}"
    admin = Caller(app, "ada")
    admin.send(page, action=f"{page}/invite")
    [letter] = letters_to(fresh_database, "lena@example.com")
    path = link_in(letter)
    admin.send(page, action=f"{page}/withdraw")
    assert letters_to(fresh_database, "lena@example.com") == []  # it had not gone yet
    assert Caller(app).get(path).status_code == 404
    assert "no password yet" in read(admin.get(page)).text


def test_a_link_to_hand_over_calls_the_letter_back(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    page = f"/programme/people/{newcomer(fresh_database, 'lena')}"
    admin = Caller(app, "ada")
    admin.send(page, action=f"{page}/invite")
    admin.send(page, action=f"{page}/link")
    assert letters_to(fresh_database, "lena@example.com") == []


def test_a_link_to_hand_over_ends_that_of_a_forgotten_password(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    Caller(app).send("/forgotten", {"email": "avi@example.com"})
    [letter] = letters_to(fresh_database, "avi@example.com")
    path = link_in(letter)
    assert Caller(app).get(path).status_code == 200
    page = f"/programme/people/{ids['avi']}"
    Caller(app, "ada").send(page, action=f"{page}/link")
    assert Caller(app).get(path).status_code == 404
    assert letters_to(fresh_database, "avi@example.com") == []


def test_a_letter_to_who_has_a_password_leaves_it_alone(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    page = f"/programme/people/{ids['avi']}"
    Caller(app, "ada").send(page, action=f"{page}/invite")
    assert Caller(app).sign_in("avi@example.com").status_code == 302
    [letter] = letters_to(fresh_database, "avi@example.com")
    assert "for two hours" in letter
    path = link_in(letter)
    assert Caller(app).send(path, {"password": NEW, "repeated": NEW}).location == "/"


def test_all_without_a_way_in_are_invited_at_once(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "INVITED_AT_ONCE", 1)
    settle_in(fresh_database)
    numbers = {name: newcomer(fresh_database, name) for name in ("lena", "kwame", "maria", "gone")}
    admin = Caller(app, "ada")
    page = f"/programme/people/{numbers['gone']}"
    admin.send(page, action=f"{page}/deactivate")
    page = f"/programme/people/{numbers['maria']}"
    admin.send(page, action=f"{page}/invite")
    assert "2 people have neither" in read(admin.get("/programme/people")).text
    admin.send("/programme/people", action="/programme/people/invite")
    for name, count in (("lena", 1), ("kwame", 1), ("maria", 1), ("gone", 0), ("avi", 0)):
        assert len(letters_to(fresh_database, f"{name}@example.com")) == count, name
    assert "neither" not in read(admin.get("/programme/people")).text


def test_who_writes_meanwhile_comes_between_the_invitations(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "INVITED_AT_ONCE", 1)
    settle_in(fresh_database)
    for name in ("lena", "kwame"):
        newcomer(fresh_database, name)
    seen, invite = [], actions.invite_some

    def watched(*given: Any, **named: Any) -> Any:
        with fresh_database.reading() as session:
            seen.append(session.scalar(select(func.count()).select_from(Letter)))
        return invite(*given, **named)

    monkeypatch.setattr(actions, "invite_some", watched)
    Caller(app, "ada").send("/programme/people", action="/programme/people/invite")
    assert seen == [0, 1, 2]
