"""What is said on the next page: of many forms the latest, in a cookie that browsers keep."""

from uuid import uuid4

from flask import Flask

from advocacy.core.database import Database
from advocacy.web.signing import MESSAGES
from tests.portal import Caller, settle_in

COOKIE_LENGTH = 4096
"""RFC 6265, section 6.1: browsers keep at least so much of a cookie, name and attributes in it."""


def test_who_sends_forms_and_opens_no_page_is_told_of_the_latest(app: Flask) -> None:
    database: Database = app.extensions["advocacy_database"]
    settle_in(database)
    avi = Caller(app, "avi")
    form = avi.form("/log")
    for number in range(100, 130):
        names = [f"{number} {uuid4().hex}{uuid4().hex} {one}" for one in range(6)]
        sent = {**form, "form_key": uuid4().hex, "contact": names, "kind": "wrote"}
        answer = avi.post("/log", {**sent, "began": "advocate", "answered": ["true"] * 6})
        assert answer.status_code == 302
        assert len(answer.headers["Set-Cookie"]) <= COOKIE_LENGTH
    told = [toast.text for toast in avi.page("/").select(".toast")]
    assert len(told) == MESSAGES
    latest = range(130 - MESSAGES, 130)
    assert all(f"with {number} " in text for number, text in zip(latest, told, strict=True)), told
