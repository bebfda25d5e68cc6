"""What is said on the next page: of many forms the latest, in a cookie that browsers keep."""

from random import Random
from string import ascii_letters
from uuid import uuid4

import pytest
from flask import Flask

from advocacy.core.database import Database
from advocacy.web.signing import MESSAGES
from tests.portal import Caller, settle_in

COOKIE_LENGTH = 4096
"""RFC 6265, section 6.1: browsers keep at least so much of a cookie, name and attributes in it."""


@pytest.mark.parametrize(("length", "told"), [(20, MESSAGES), (700, 4), (2500, 1), (9000, 0)])
def test_who_sends_forms_and_opens_no_page_is_told_of_the_latest(
    app: Flask, length: int, told: int
) -> None:
    """So many as a cookie carries: each message knows the page that one came from."""
    database: Database = app.extensions["advocacy_database"]
    settle_in(database)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    words = Random(5)
    for number in range(100, 112):
        came_from = f"/contacts?q={''.join(words.choices(ascii_letters, k=length))}"
        sent = {**form, "form_key": uuid4().hex, "contact": f"{number} Sofia", "kind": "wrote"}
        sent |= {"began": "advocate", "answered": "true", "next": came_from}
        answer = avi.post("/log", sent)
        assert answer.status_code == 302
        assert len(answer.headers["Set-Cookie"]) <= COOKIE_LENGTH
    toasts = [toast.text for toast in avi.page("/").select(".toast")]
    latest = range(112 - told, 112)
    assert [f"with {number} " in text for number, text in zip(latest, toasts, strict=True)] == (
        [True] * told
    )
