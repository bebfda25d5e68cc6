"""A visitor without a screen: reads pages, fills in their forms and sends them."""

from dataclasses import dataclass

from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from advocacy.auth.actions import begin_sign_in
from advocacy.core.database import Database
from advocacy.core.time import now
from tests.portal import let_in, read


def database_of(app: Flask) -> Database:
    """Return the database that an app has opened."""
    database = app.extensions["advocacy_database"]
    assert isinstance(database, Database)
    return database


@dataclass
class Page:
    """What was answered."""

    response: TestResponse

    def __post_init__(self) -> None:
        self.soup = read(self.response)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def location(self) -> str:
        return str(self.response.location or "")

    @property
    def text(self) -> str:
        """What the page says, spaces aside."""
        return " ".join(self.soup.get_text(" ").split())

    def form(self, action: str) -> Tag:
        """Return the first form that is sent to an address, a fragment aside."""
        for form in self.soup.select("form"):
            if str(form.get("action", "")).partition("#")[0] == action:
                return form
        raise AssertionError(f"no form for {action} in: {self.text}")

    def fields(self, action: str) -> dict[str, str]:
        """Return what a form holds as it is."""
        held = {}
        for field in self.form(action).select("input[name], textarea[name]"):
            if field.get("type") in {"radio", "checkbox"} and not field.has_attr("checked"):
                continue
            value = field.get_text() if field.name == "textarea" else field.get("value", "")
            held[str(field["name"])] = str(value)
        return held

    def field(self, name: str, selector: str = "main") -> str:
        """Return what a field holds."""
        field = self.soup.select_one(f"{selector} [name='{name}']")
        assert field is not None, f"no field {name}"
        return field.get_text() if field.name == "textarea" else str(field.get("value", ""))

    def wrong(self, name: str) -> str:
        """Return the word beside a field that is wrong, empty when there is none."""
        said = self.soup.find(id=f"{name}-error")
        return " ".join(said.get_text(" ").split()) if said else ""


class Visitor:
    """Somebody with a browser: nobody known, or a person who is signed in."""

    def __init__(self, app: Flask, person_id: int | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if person_id is not None:
            with database_of(app).writing() as session:
                token = begin_sign_in(session, person_id, now())
            let_in(self.client, token)

    def get(self, path: str, **headers: str) -> Page:
        """Open a page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(self.client.get(path, headers=named))

    def post(self, path: str, data: dict[str, str]) -> Page:
        """Send fields as they are."""
        return Page(self.client.post(path, data=data))

    def send(self, page: Page, action: str, **filled: str) -> Page:
        """Fill in a form of a page and send it."""
        return self.post(action, page.fields(action) | filled)

    def follow(self, page: Page) -> Page:
        """Go where an answer leads."""
        assert page.status == 302, page.text
        return self.get(page.location)
