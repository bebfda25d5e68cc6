"""People in front of the portal without a screen: they sign in, open pages, send their forms."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from advocacy.auth.actions import begin_sign_in, set_password
from advocacy.auth.models import Credential
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.actions import add_person
from advocacy.people.models import Person
from advocacy.people.queries import get_person, get_person_by_email
from advocacy.programme.actions import start
from tests.builders import add_contacts, log

PASSWORD = "a long phrase of one's own"
JOINED = date(2026, 1, 5)
PEOPLE = {
    "ada": "administrator",
    "mina": "manager",
    "avi": "advocate",
    "noor": "advocate",
}


def settle_in(database: Database, *people: str) -> dict[str, int]:
    """Start a programme with people who can sign in, and return their numbers."""
    now = datetime.now(UTC)
    with database.writing() as session:
        start(session, time_zone="UTC", now=now).first_day = JOINED
        ids = {who: _person(session, who, now).id for who in people or PEOPLE}
        first, *others = ids.values()
        set_password(session, first, PASSWORD, now)  # once: to hash a password takes its time
        hashed = session.get_one(Credential, first).password_hash
        for other in others:
            session.add(Credential(person_id=other, password_hash=hashed, changed_at=now))
    return ids


def talk_first(database: Database) -> dict[str, int]:
    """Settle in, and let Avi have called Maria today, and Ada have called Lena."""
    ids, today = settle_in(database), datetime.now(UTC).date()
    with database.writing() as session:
        for who, name, call in (("avi", "Maria Oliveira", "call"), ("ada", "Lena", "hers")):
            person = get_person(session, ids[who])
            [contact] = add_contacts(session, person, name)
            ids[name.split()[0].lower()] = contact
            ids[call] = log(session, person, contact, today, "called").id
    return ids


def _person(session: Session, who: str, now: datetime) -> Person:
    return add_person(
        session,
        email=f"{who}@example.com",
        name=f"{who.title()} Somebody",
        role=PEOPLE[who],
        joined=JOINED,
        now=now,
    )


def let_in(client: FlaskClient, token: str) -> None:
    """Give a browser the cookie of a sign-in: to open and send the form each time is slow."""
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True


class Caller:
    """A browser of somebody's own, who is in."""

    def __init__(self, app: Flask, who: str = "") -> None:
        self.client = app.test_client()
        if who:
            database: Database = app.extensions["advocacy_database"]
            with database.writing() as session:
                person = get_person_by_email(session, f"{who}@example.com")
                token = begin_sign_in(session, person.id, now())
            let_in(self.client, token)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/sign-in", {"email": email, "password": password})

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def page(self, path: str) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return read(answer)

    def form(self, path: str, action: str = "") -> dict[str, Any]:
        """Return what a form on a page holds: the one of an address, or the only one."""
        return fields(found_form(self.page(path), action or path))

    def post(self, action: str, data: Mapping[str, Any]) -> TestResponse:
        answer = self.client.post(action, data=dict(data))
        answer.request.environ["wsgi.input"].close()  # a file, when much was sent
        return answer

    def send(
        self, path: str, typed: Mapping[str, Any] | None = None, action: str = ""
    ) -> TestResponse:
        """Open a page, type into the form of an address on it, and send it."""
        return self.post(action or path, {**self.form(path, action), **(typed or {})})

    def is_signed_in(self) -> bool:
        return self.get("/password").status_code == 200


def read(answer: TestResponse) -> BeautifulSoup:
    """Parse a page, with the two things that a browser does and the quick parser does not."""
    text = re.sub(r"(<textarea[^>]*>)\r?\n", r"\1", answer.text).replace("\0", "\ufffd")
    return BeautifulSoup(text, "html.parser")


def found_form(page: BeautifulSoup, action: str) -> Tag:
    forms = page.select("main form[method=post], aside form[method=post]")
    named = [form for form in page.select("form[method=post]") if form.get("action") == action]
    return (named or [form for form in forms if not form.get("action")] or forms)[0]


def fields(form: Tag) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody touched."""
    values: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        kind = field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            values[name] = str(chosen["value"]) if chosen else ""
        elif field.name == "textarea":
            values[name] = field.text.removeprefix("\n")
        elif kind == "file" or (kind in {"checkbox", "radio"} and not field.has_attr("checked")):
            continue
        else:
            values[name] = str(field.get("value", ""))
    return values


def kept(answer: TestResponse, field: str) -> str:
    """Return what a field of a refused form still holds."""
    found = read(answer).select_one(f"main [name={field}], aside [name={field}]")
    assert found is not None, f"no field {field}"
    return found.text.removeprefix("\n") if found.name == "textarea" else str(found["value"])


def wrong(answer: TestResponse, field: str) -> str:
    """Return the words beside a field that was refused."""
    assert answer.status_code == 422, answer.status_code
    said = read(answer).select_one(f"[id='{field}-error']")
    assert said is not None, f"nothing is said beside {field}"
    return said.get_text(" ", strip=True)


def above(answer: TestResponse) -> str:
    """Return the words above a form that was refused."""
    assert answer.status_code == 422, answer.status_code
    said = read(answer).select_one(".field-summary")
    assert said is not None
    return said.get_text(" ", strip=True)


def said(caller: Caller, path: str) -> str:
    """Return the words of a page."""
    return " ".join(caller.page(path).get_text(" ").split())
