"""What a form refuses is said in our words, never in those of WTForms."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import FieldList

import advocacy
from advocacy.web.forms import Form

ROOMS = sorted(path.parent.name for path in Path(advocacy.__file__).parent.glob("*/forms.py"))
THEIRS = re.compile(r"^(Field |This field|Not a valid|Invalid |Unable|.*\bcharacters?\b)")
SENT = ("", "x" * 150_000, "no such thing", "-1")


def forms() -> Iterator[type[Form]]:
    for room in ROOMS:
        module = import_module(f"advocacy.{room}.forms")
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, Form):
                yield found


def test_apostrophes_are_curly_in_what_people_read() -> None:
    found = []
    for path in (Path(advocacy.__file__).parents[1] / "templates").rglob("*.*"):
        words = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += re.findall(r".{9}[a-z]\\?'(?:s|t|re|ll|ve|d|m)\b.{0,9}", words)
    assert found == []


@pytest.fixture
def refused() -> dict[str, set[str]]:
    """Return what each form says of fields that hold what cannot be so."""
    app = Flask("forms")
    app.secret_key = "only for tests"
    said: dict[str, set[str]] = {}
    for kind in set(forms()) - {Form}:
        for text in SENT:
            with app.test_request_context():
                form = kind(meta={"csrf": False}, formdata=MultiDict())
                for field in form:
                    if hasattr(field, "choices") and field.choices is None:
                        field.choices = []
                names = [
                    one.name
                    for field in form
                    for one in (field.entries if isinstance(field, FieldList) else [field])
                ]
                form.process(MultiDict(dict.fromkeys(names, text)))
                form.validate()
                for field in form:
                    lines = field.entries if isinstance(field, FieldList) else [field]
                    for line in lines:
                        said.setdefault(kind.__name__, set()).update(map(str, line.errors))
    return said


def test_every_form_speaks_in_our_words(refused: dict[str, set[str]]) -> None:
    assert {"LogForm", "AddPeopleForm", "TrailForm", "SetUpForm"} <= refused.keys()
    theirs = {
        name: words for name, said in refused.items() if (words := set(filter(THEIRS.match, said)))
    }
    assert theirs == {}
    assert "Choose one of what is offered." in refused["TrailForm"]
    assert "150000 letters; up to 40 fit." in refused["LogForm"]


def test_no_browser_cuts_what_is_typed() -> None:
    app = Flask("forms")
    app.secret_key = "only for tests"
    drawn = []
    with app.test_request_context():
        for kind in set(forms()) - {Form}:
            for field in kind(meta={"csrf": False}, formdata=None):
                if hasattr(field, "choices"):
                    field.choices = field.choices or []
                drawn += [
                    str(one()) for one in (field if isinstance(field, FieldList) else [field])
                ]
    assert any("<textarea" in field for field in drawn)
    assert [field for field in drawn if "maxlength" in field or "minlength" in field] == []
