"""Hostile words in every form and parameter, found by walking the pages: never a 5xx, nor a tag.

A form or a parameter that is new is in by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import cycle
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import pytest
from bs4 import Tag
from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from advocacy.core.database import Database
from advocacy.people.queries import get_person
from advocacy.questions.actions import ask
from advocacy.recognition.verify import verify
from tests.builders import add_contacts, add_item, log
from tests.portal import Caller, fields, read, settle_in

HOSTILE = (
    "",
    "\0",
    "a\0b",
    "x" * 300,
    "x" * 10_000,
    "🌲" * 400,
    "\u202eevil\u200b",
    "'; DROP TABLE entry; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "../../etc/passwd",
    "-1",
    "99999999999999999999999",
    "٢٠٢٥",
    "0000-00-00",
    "9999-12-31",
    "2026-13",
    "=1+1",
    "javascript:alert(1)",
    "https://a..b:99999999/",
    "id:99999999999999",
    "\r\nSet-Cookie: a=b",
)
ONCE = ("/sign-out", "/deactivate", "/account/sign-ins")
"""What would end the walk: whoever sends it is signed out."""


class Watched(ImmutableMultiDict[str, str]):
    """What an address carries, which notes by what names it is asked."""

    asked: ClassVar[set[str]] = set()

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def getlist(self, name: str, *args: Any) -> Any:
        self.asked.add(name)
        return super().getlist(name, *args)


class WatchedRequest(Request):
    parameter_storage_class = Watched


@pytest.fixture
def walker(app: Flask) -> Caller:
    """Give an administrator who has a bit of everything."""
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database)
    with database.writing() as session:
        ada = get_person(session, ids["ada"])
        [sofia] = add_contacts(session, ada, "Sofia")
        log(session, ada, sofia, date(2026, 11, 2))
        add_item(session).text = "Words"
        avi, now = get_person(session, ids["avi"]), datetime.now(UTC)
        [tom, kim] = add_contacts(session, avi, "Tom", "Kim")
        log(session, avi, kim, now.date())  # may be asked about
        for person, contact in ((ada, sofia), (avi, tom)):
            talk = log(session, person, contact, now.date()).id
            ask(session, person.id, talk, "Why?", asked_by=ids["mina"], now=now)
    return Caller(app, "ada")


def walked(visitor: Caller) -> Iterator[tuple[str, TestResponse]]:
    """Yield every page that links lead to, one of each kind, the first page first."""
    waiting, kinds = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        answer = visitor.get(path)
        if answer.mimetype != "text/html" or answer.status_code >= 400:
            continue
        yield path, answer
        for link in read(answer).select("a[href^='/']"):
            parts = urlsplit(str(link["href"]))
            kind = "/".join("#" if part[:1].isdecimal() else part for part in parts.path.split("/"))
            if kind not in kinds and not parts.path.startswith(("/static", "/s/")):
                kinds.add(kind)
                waiting.append(parts.path)


def forms_of(visitor: Caller) -> dict[str, tuple[str, dict[str, str]]]:
    """Return every form that the pages show, by where it is sent, with the page it is on."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for path, answer in walked(visitor):
        for form in read(answer).select("form[method=post]"):
            action = str(form.get("action") or path)
            if not action.endswith(ONCE):
                found.setdefault(urlsplit(action).path, (path, _named(form)))
    return found


def _named(form: Tag) -> dict[str, str]:
    radios = {str(one["name"]): str(one["value"]) for one in form.select("input[type=radio][name]")}
    files = {str(one["name"]): "" for one in form.select("input[type=file][name]")}
    pressed = {str(one["name"]): str(one.get("value", "")) for one in form.select("button[name]")}
    return {**radios, **files, **pressed, **fields(form)}


def turns(most: int) -> Callable[[], Sequence[str]]:
    """Give some of the words at each call, all of them in turn: each meets every kind of place."""
    endless = cycle(HOSTILE)
    return lambda: [next(endless) for _ in range(most)]


def is_fault(answer: TestResponse) -> bool:
    """Tell whether an answer is a fault, or shows a tag that was sent as one."""
    return answer.status_code >= 500 or (
        answer.mimetype == "text/html" and "<script>alert(1)" in answer.text
    )


def test_no_form_answers_with_a_fault(app: Flask, walker: Caller) -> None:
    forms = forms_of(walker)
    assert len(forms) > 12, sorted(forms)
    wrong = []
    some, few = turns(9), turns(3)  # to check a password takes its time
    for action, (_page, typed) in forms.items():
        for name in typed:
            if name == "csrf_token":
                continue
            slow = action.startswith(("/password", "/account"))
            for number, words in enumerate((few if slow else some)()):
                key = {"form_key": f"{action} {name} {number}"[:64]} if name != "form_key" else {}
                sent = {**typed, **key, name: words}
                answer = walker.post(action, sent)
                if is_fault(answer):
                    wrong.append(f"{answer.status_code} {action} {name}={words[:30]!r}")
    assert not wrong, "\n".join(wrong)
    shown = [path for path, answer in walked(walker) if is_fault(answer)]
    assert not shown, shown
    database: Database = app.extensions["advocacy_database"]
    with database.reading() as session:
        assert verify(session).problems == []


def test_no_form_takes_json_for_a_form(walker: Caller) -> None:
    wrong = []
    for action, (_page, typed) in forms_of(walker).items():
        token = {"X-CSRFToken": typed["csrf_token"]}
        for body in (dict.fromkeys(typed, 1), [typed]):
            answer = walker.client.post(action, json=body, headers=token)
            if is_fault(answer):
                wrong.append(f"{answer.status_code} {action} {body!r}")
    assert not wrong, "\n".join(wrong)


def test_no_parameter_answers_with_a_fault(app: Flask, walker: Caller) -> None:
    app.request_class = WatchedRequest
    pages = [path for path, _answer in walked(walker)]
    assert len(pages) > 15, pages
    wrong, met = [], set[str]()
    some = turns(3)
    for path in pages:
        Watched.asked.clear()
        walker.get(path)
        tried: set[str] = set()
        # What is asked for one parameter may lead to asking for another.
        while waiting := sorted(Watched.asked - tried):
            for name in waiting:
                for words in some() if name in met else HOSTILE:
                    answer = walker.get(f"{path}?{urlencode({name: words})}")
                    if is_fault(answer):
                        wrong.append(f"{answer.status_code} {path}?{name}={words[:30]!r}")
            tried.update(waiting)
            met.update(waiting)
    assert met > {"as_of", "contact", "hint", "month", "next", "page", "part", "q", "team"}, met
    assert not wrong, "\n".join(wrong)
