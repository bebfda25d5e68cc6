"""The rules as people read, try and set them."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask

from advocacy.core.database import Database
from advocacy.core.time import first_day, month_of, previous_period, quarter_of, shift_month
from advocacy.people.queries import get_person
from advocacy.points.queries import rule_sets
from advocacy.points.rule_sets import FIRST_RULES
from tests.builders import add_contacts, log
from tests.portal import Caller, fields, found_form, read, settle_in

THIS = month_of(datetime.now(UTC).date())
NEXT = shift_month(THIS, 1)
NUMBERS = {**FIRST_RULES.numbers(), "from_month": NEXT}


@pytest.fixture
def mina(app: Flask) -> Caller:
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database)
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        day = first_day(str(previous_period(quarter_of(THIS))))
        avi.joined = min(avi.joined, day)
        log(session, avi, add_contacts(session, avi, "Maria")[0], day, "called", reported=True)
    return Caller(app, "mina")


def versions(app: Flask) -> list[tuple[str, int, str]]:
    with app.extensions["advocacy_database"].reading() as session:
        return [(one.from_month, one.called, one.explanation) for one in rule_sets(session)]


def test_rules_are_tried_then_set(app: Flask, mina: Caller) -> None:
    offered = mina.page("/programme/rules").select_one("input[name=called]")
    assert offered
    assert offered["value"] == "8"
    answer = mina.client.get("/programme/rules/try", query_string={**NUMBERS, "called": 10})
    page = read(answer)
    assert answer.status_code == 200
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "1 of 1 ties" in page.get_text(" ", strip=True)
    assert "calls +2" in page.get_text(" ", strip=True)
    assert versions(app) == []
    setting = fields(found_form(page, "/programme/rules"))
    refused = mina.post("/programme/rules", {**setting, "explanation": " "})
    assert refused.status_code == 422
    assert fields(found_form(read(refused), "/programme/rules"))["called"] == "10"
    assert mina.post("/programme/rules", {**setting, "explanation": "Talk more"}).status_code == 302
    assert versions(app) == [(NEXT, 10, "Talk more")]
    shown = mina.page("/programme/rules").get_text(" ", strip=True)
    assert "Talk more" in shown
    assert "Call, answered: 8 → 10" in shown
    assert "8 2" in shown  # what is in force this month is as it was


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("called", "-1", "A whole number from 0 to 100"),
        ("called", "1000000000", "A whole number from 0 to 100"),
        ("called", "many", "A number, please."),
        ("called", "", "A number, please."),
        ("met_seen", "3", "is worth at least the 8"),
        ("from_month", THIS, "Choose one of what is offered."),
        ("from_month", "1999-01", "Choose one of what is offered."),
    ],
)
def test_a_number_that_cannot_be_is_refused_beside_its_field(
    app: Flask, mina: Caller, name: str, value: str, words: str
) -> None:
    answer = mina.client.get("/programme/rules/try", query_string={**NUMBERS, name: value})
    assert answer.status_code == 422
    wrong = read(answer).select_one(f"#{name}-error")
    assert wrong
    assert words in wrong.get_text()
    setting = mina.form(f"/programme/rules/try?{urlencode(NUMBERS)}", "/programme/rules")
    sent = {**setting, "explanation": "Why", name: value}
    refused = mina.post("/programme/rules", sent)
    assert refused.status_code == 422
    assert words in refused.text
    assert versions(app) == []


def test_what_another_manager_set_meanwhile_is_not_written_over(app: Flask, mina: Caller) -> None:
    ada, tried = Caller(app, "ada"), "/programme/rules/try?"
    first = mina.form(tried + urlencode({**NUMBERS, "called": 10}), "/programme/rules")
    second = ada.form(tried + urlencode({**NUMBERS, "wrote": 7}), "/programme/rules")
    assert mina.post("/programme/rules", {**first, "explanation": "Calls"}).status_code == 302
    refused = ada.post("/programme/rules", {**second, "explanation": "Words"})
    assert refused.status_code == 422
    assert versions(app) == [(NEXT, 10, "Calls")]
    assert "changed while you had it open" in refused.text
    assert "Call, answered: 10 → 8" in " ".join(read(refused).text.split())
    again = fields(found_form(read(refused), "/programme/rules"))
    assert (again["wrote"], again["explanation"]) == ("7", "Words")
    assert ada.post("/programme/rules", again).status_code == 302
    assert versions(app) == [(NEXT, 8, "Words")]
