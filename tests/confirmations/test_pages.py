"""The link in front of anybody: no cookie, no last name, nothing by a look, once by a tap."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from advocacy.core.database import Database
from advocacy.people.queries import get_person
from advocacy.points.models import Standing
from tests.builders import add_contacts, log
from tests.portal import Caller, found_form, read, settle_in

TODAY = datetime.now(UTC).date()
DAY = f"{TODAY:%A} {TODAY.day} {TODAY:%B}"


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """Let Avi have met Maria Oliveira today, on his word."""
    database: Database = app.extensions["advocacy_database"]
    ids = settle_in(database, "ada", "avi", "noor")
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        [ids["maria"]] = add_contacts(session, avi, "Maria Oliveira")
        talk = log(session, avi, ids["maria"], TODAY, "met")
        talk.note = "about her mother"
        ids["talk"] = talk.id
    return ids


@pytest.fixture
def avi(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "avi")


@pytest.fixture
def path(avi: Caller, ids: dict[str, int]) -> str:
    """Let Avi ask, from the card, and return where the link leads."""
    card = avi.page(f"/contacts/{ids['maria']}")
    [ask] = [str(a["href"]) for a in card.select("a") if "Ask Maria to confirm" in a.text]
    assert "12 instead of 8" in avi.page(ask).text
    assert avi.send(ask).location == ask
    shown = avi.page(ask).select_one("#confirmation-link")
    assert shown is not None
    assert "asked to confirm" in avi.page(f"/contacts/{ids['maria']}").text
    return "/c/" + str(shown["value"]).rpartition("/c/")[2]


@pytest.fixture
def points(app: Flask) -> Callable[[], int | None]:
    """Tell what Avi has in all."""
    database: Database = app.extensions["advocacy_database"]

    def now() -> int | None:
        with database.reading() as session:
            return session.scalar(select(Standing.points).where(Standing.period == "all"))

    return now


def heading(page: str, caller: Caller) -> str:
    found = caller.page(page).select_one("h1")
    assert found is not None
    return found.text


def test_looking_changes_nothing_and_tells_first_names(
    app: Flask, path: str, points: Callable[[], int | None]
) -> None:
    anybody = Caller(app)
    answer = anybody.get(path)
    assert answer.status_code == 200
    assert f"Did you speak with Avi on {DAY}?" in " ".join(read(answer).text.split())
    assert "Avi says that you two met" in read(answer).text
    assert all(word not in answer.text for word in ("Oliveira", "Somebody", "mother", "example"))
    headers = answer.headers
    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert 'name="referrer" content="no-referrer"' in answer.text
    assert app.test_client().head(path).status_code == 200
    assert anybody.get(f"{path}/forget").status_code == 200
    assert points() == 8
    assert "Did you speak" in heading(path, anybody)


def test_the_page_names_every_answered_talk_of_the_day(
    app: Flask, path: str, ids: dict[str, int]
) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        log(session, avi, ids["maria"], TODAY, "wrote")
        log(session, avi, ids["maria"], TODAY, "called", answered=False)
    said = " ".join(read(Caller(app).get(path)).text.split())
    assert "Avi says that you two met, and that you two wrote to each other." in said


def test_one_tap_confirms_and_a_second_one_is_told_so(
    app: Flask, path: str, avi: Caller, ids: dict[str, int], points: Callable[[], int | None]
) -> None:
    form = found_form(Caller(app).page(path), path)
    assert [button["value"] for button in form.select("button")] == ["yes", "no"]
    for said in ("yes", "no", "yes"):
        answer = Caller(app).post(path, {"answer": said})
        assert (answer.status_code, answer.location) == (302, path)
        assert "Set-Cookie" not in answer.headers
    assert heading(path, Caller(app)) == "Thank you, Maria"
    assert points() == 12
    assert "Maria confirmed it" in avi.page(f"/contacts/{ids['maria']}").text
    growth = " ".join(avi.page("/growth").text.split())
    assert "Seen: Maria Oliveira confirmed it by the link." in growth
    assert "Maria has confirmed it already" in avi.page(_ask(ids)).text


def _ask(ids: dict[str, int]) -> str:
    return f"/conversations/{ids['talk']}/confirmation/{ids['maria']}"


def test_a_no_is_shown_to_the_advocate_in_neutral_words(
    app: Flask, path: str, avi: Caller, ids: dict[str, int], points: Callable[[], int | None]
) -> None:
    Caller(app).post(path, {"answer": "no"})
    assert heading(path, Caller(app)) == "Noted, thank you"
    assert "Avi sees that here, and nobody else." in Caller(app).page(path).text
    assert points() == 8  # so nobody is told that nothing counts
    assert "not confirmed" in avi.page(f"/contacts/{ids['maria']}").text
    assert "What you logged stays as it is" in avi.page(_ask(ids)).text
    refused = avi.post(_ask(ids), avi.form(f"/contacts/{ids['maria']}/edit"))
    assert refused.status_code == 422
    assert "Once a quarter is enough" in refused.text


def test_whoever_is_signed_in_cannot_answer(
    app: Flask, path: str, avi: Caller, points: Callable[[], int | None]
) -> None:
    assert "you cannot answer here" in avi.page(path).text
    for address, sent in ((path, {"answer": "yes"}), (f"{path}/forget", {})):
        assert avi.post(address, sent).status_code == 422
    assert points() == 8
    assert Caller(app).post(path, {"answer": "perhaps"}).status_code == 422
    assert "Did you speak" in heading(path, Caller(app))


def test_nobody_else_can_ask(app: Flask, ids: dict[str, int]) -> None:
    noor = Caller(app, "noor")
    assert noor.get(_ask(ids)).status_code == 404
    assert noor.post(_ask(ids), noor.form("/log", "/log")).status_code == 404


def test_a_link_that_asks_nothing_has_one_calm_answer(
    app: Flask, path: str, avi: Caller, ids: dict[str, int]
) -> None:
    unknown = Caller(app).get(f"{path}a")
    assert unknown.status_code == 404
    assert "This link is not open" in unknown.text
    take_back = f"/conversations/{ids['talk']}/take-back"
    avi.post(take_back, avi.form(f"/conversations/{ids['talk']}/edit", take_back))
    withdrawn = [
        Caller(app).get(path),
        Caller(app).get(f"{path}/forget"),
        Caller(app).post(path, {"answer": "yes"}),
        Caller(app).post(f"{path}/forget", {}),
    ]
    assert {(one.status_code, one.text) for one in withdrawn} == {(404, unknown.text)}


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::{}"])  # the latter is one network
def test_guessing_has_to_wait_and_a_right_code_does_not(
    app: Flask, path: str, address: str
) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        session.execute(text("DELETE FROM attempts"))

    def get(where: str, number: int) -> int:
        visitor = {"REMOTE_ADDR": address.format(number)}
        return app.test_client().get(where, environ_overrides=visitor).status_code

    statuses = [get(f"/c/guess{number}", number) for number in range(52)]
    assert statuses[:50] == [404] * 50
    assert statuses[-1] == 429
    assert get(path, 52) == 200


def test_please_forget_me(
    app: Flask, path: str, avi: Caller, ids: dict[str, int], points: Callable[[], int | None]
) -> None:
    edit = f"/conversations/{ids['talk']}/edit"
    typed = avi.form(edit)
    contact = Caller(app)
    once_more = contact.page(f"{path}/forget")
    assert "cannot be undone" in once_more.text
    for _ in range(2):
        assert contact.post(f"{path}/forget", {}).location == path
    assert heading(path, contact) == "You are forgotten here"
    assert contact.post(path, {"answer": "yes"}).location == path
    assert points() == 8
    growth = avi.page("/growth").text
    assert "Somebody asked to be forgotten" in growth
    assert "Maria" not in growth
    assert avi.get(f"/contacts/{ids['maria']}").status_code == 404
    for gone in (avi.get(edit), avi.post(edit, {**typed, "note": "a new note"})):
        assert gone.status_code == 404
        assert "Whom this was with is erased" in gone.text
    assert avi.get(_ask(ids)).status_code == 404


def test_the_limit_on_ones_word_is_announced_before_it_bites(app: Flask, avi: Caller) -> None:
    database: Database = app.extensions["advocacy_database"]

    def after_a_call_at(word: int) -> str:
        with database.writing() as session:
            session.execute(update(Standing).values(word=word))  # as if he had logged so much
        said = {"kind": "called", "began": "advocate", "answered": "true"}
        when = {"occurred_on": f"{TODAY}", "contact": f"Somebody {word}"}
        avi.post("/log", {**avi.form("/log"), **said, **when})
        return " ".join(avi.page("/growth").text.split())

    assert "On your word" not in after_a_call_at(151).replace("on your word", "")
    for word, on_growth, in_toast in (
        (152, "On your word 160 of 200 this month. What is confirmed", "160 of 200 in"),
        (192, "On your word 200 of 200 this month.", "200 of 200 in"),
        (193, "On your word 201, counted 200", "On your word 200, the limit, in"),
    ):
        growth = after_a_call_at(word)
        assert on_growth in growth
        assert in_toast in growth
