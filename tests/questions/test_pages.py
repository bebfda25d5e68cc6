"""A question on the pages: asked from an entry, answered, decided; refused in words, never lost."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import insert, select

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of
from advocacy.people.actions import deactivate
from advocacy.people.queries import get_person
from advocacy.points.models import Standing
from advocacy.questions.models import Question
from tests.builders import add_item, share
from tests.portal import Caller, above, kept, said, talk_first, wrong

TODAY = datetime.now(UTC).date()
MONTH = month_of(TODAY)


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """Let Avi have called Maria and shared something, and Ada have called Lena."""
    database: Database = app.extensions["advocacy_database"]
    ids = talk_first(database)
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        ids["share"] = share(session, avi, add_item(session), TODAY)
    return ids


@pytest.fixture
def mina(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "mina")


@pytest.fixture
def avi(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "avi")


def ask_path(ids: dict[str, int]) -> str:
    return f"/leaderboard/{ids['avi']}/ask/{ids['call']}"


def asked(mina: Caller, ids: dict[str, int], text: str = "What was it about?") -> int:
    """Ask about Avi’s call, and return the question’s number."""
    answer = mina.send(ask_path(ids), {"text": text})
    assert answer.status_code == 302, answer.text
    database: Database = mina.client.application.extensions["advocacy_database"]
    with database.reading() as session:
        return session.scalars(select(Question.id).order_by(Question.id.desc())).all()[0]


def points(app: Flask, ids: dict[str, int]) -> int:
    with app.extensions["advocacy_database"].reading() as session:
        standing = session.get(Standing, (ids["avi"], MONTH))
        return standing.points if standing else 0


def test_asked_answered_set_aside_and_counting_again(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    page = mina.page(f"/leaderboard/{ids['avi']}?month={MONTH}")
    [way] = [str(a["href"]) for a in page.select("a") if "Ask about this" in a.text]
    assert way.startswith(ask_path(ids))
    assert "What should we know about it?" in mina.form(way).values()
    number = asked(mina, ids)
    mine, theirs = f"/questions/{number}", f"/leaderboard/questions/{number}"
    for path in ("/", "/growth", f"/contacts/{ids['maria']}", mine):
        assert "Mina Somebody" in said(avi, path), path
        assert "What was it about?" in said(avi, path), path
    assert f'href="{mine}"' in avi.get("/growth").text
    assert "has not answered yet" in said(mina, theirs)
    avi.send(mine, {"answer": "A call\nabout a visit."})
    assert "asks about" not in said(avi, "/")
    assert "about a visit" in said(mina, theirs)
    assert "Maria" not in mina.get(theirs).text
    assert "private contact 1" in said(mina, theirs)
    assert points(app, ids) == 9
    mina.send(theirs, {"outcome": "set aside", "reason": "It was a letter."})
    assert points(app, ids) == 1
    for caller, path in (
        (avi, "/growth"),
        (avi, f"/contacts/{ids['maria']}"),
        (avi, mine),
        (mina, f"/leaderboard/{ids['avi']}?month={MONTH}"),
        (mina, "/leaderboard/questions?state=decided"),
    ):
        assert "set aside" in said(caller, path).lower(), path
    assert "set aside “" in said(avi, "/")
    assert "It was a letter." in said(avi, "/growth")
    quiet = [one for one in avi.page("/growth").select(".entry") if "brings no points" in one.text]
    assert [mine in str(one) for one in quiet] == [True]
    assert "Set aside by" in said(avi, f"/contacts/{ids['maria']}")
    mina.send(theirs, {"reason": "It was a call."}, f"{theirs}/restore")
    assert points(app, ids) == 9
    assert "It was a call." in said(avi, "/growth")
    assert "count again." in said(avi, "/")


def test_a_managers_today_tells_how_many_answers_wait_for_a_decision(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    def told(caller: Caller) -> str:
        ways = caller.page("/").select("main a[href='/leaderboard/questions']")
        return ways[0].parent.get_text(" ", strip=True) if ways and ways[0].parent else ""

    ada = Caller(app, "ada")
    number = asked(mina, ids)
    hers = f"/leaderboard/{ids['ada']}/ask/{ids['hers']}"
    assert mina.send(hers, {"text": "What was it?"}).status_code == 302
    assert (told(mina), told(ada)) == ("", "")
    avi.send(f"/questions/{number}", {"answer": "A call."})
    ada.send(f"/questions/{number + 1}", {"answer": "A visit."})
    assert told(mina) == "2 answered questions wait for a decision. Read and decide"
    assert told(ada) == "An answered question waits for a decision. Read and decide"  # not her own
    assert told(avi) == ""
    mina.send(f"/leaderboard/questions/{number}", {"outcome": "kept", "reason": ""})
    assert told(ada) == ""


def test_a_form_sent_twice_asks_once_and_another_tab_is_told(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    form = {**mina.form(ask_path(ids)), "text": "What was it?"}
    tab = {**mina.form(ask_path(ids)), "text": "And in words?"}
    assert {mina.post(ask_path(ids), form).location for _ in range(2)} == {
        f"/leaderboard/{ids['avi']}?month={MONTH}"
    }
    told = mina.post(ask_path(ids), tab)
    assert told.status_code == 422
    assert "Mina Somebody asked about this already" in told.text
    assert kept(told, "text") == "And in words?"
    opened = mina.get(ask_path(ids)).text
    assert "Mina Somebody asked about this already" in opened
    assert "What you typed" not in opened
    with app.extensions["advocacy_database"].reading() as session:
        assert len(session.scalars(select(Question)).all()) == 1


def test_what_cannot_be_kept_is_said_beside_its_field(
    mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    path = ask_path(ids)
    assert wrong(mina.send(path, {"text": " "}), "text") == "Write what you ask."
    long = mina.send(path, {"text": "x" * 501})
    assert wrong(long, "text") == "501 letters; up to 500 fit."
    assert kept(long, "text") == "x" * 501
    assert "control character" in wrong(mina.send(path, {"text": "a\0b"}), "text")
    number = asked(mina, ids, "x" * 500)
    mine, theirs = f"/questions/{number}", f"/leaderboard/questions/{number}"
    assert wrong(avi.send(mine, {"answer": ""}), "answer") == "Write your answer."
    assert (
        wrong(avi.send(mine, {"answer": "x" * 1001}), "answer") == "1001 letters; up to 1000 fit."
    )
    assert "Keep it, or set it aside." in wrong(mina.send(theirs, {"reason": "So"}), "outcome")
    empty = mina.send(theirs, {"outcome": "set aside"})
    assert wrong(empty, "reason") == "Write a reason: Avi reads it."
    assert 'value="set aside" id="outcome-1" checked' in empty.text


def test_of_two_managers_the_second_is_told_and_keeps_the_text(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    number = asked(mina, ids)
    path, ada = f"/leaderboard/questions/{number}", Caller(app, "ada")
    late = {**ada.form(path), "outcome": "set aside", "reason": "Not so."}
    answering = {**avi.form(f"/questions/{number}"), "answer": "It was."}
    changed = {**mina.form(path), "outcome": "kept"}
    avi.send(f"/questions/{number}", {"answer": "It is."})
    assert "changed while you had it open" in above(mina.post(path, changed))
    mina.send(path, {"outcome": "kept", "reason": "Fine."})
    for answer in (ada.post(path, late), avi.post(f"/questions/{number}", answering)):
        assert answer.status_code == 422
        assert "This was decided meanwhile." in answer.text
        assert "Not so." in answer.text or "It was." in answer.text
    assert "Kept by Mina Somebody" in said(avi, "/growth")
    assert points(app, ids) == 9


def test_nobody_meets_what_is_not_theirs(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    number = asked(mina, ids)
    ada, noor = Caller(app, "ada"), Caller(app, "noor")
    for answer in (
        noor.get(f"/questions/{number}"),
        noor.post(f"/questions/{number}", noor.form("/log", "/log")),
        mina.get(f"/questions/{number}"),
        avi.get("/questions/99"),
        mina.get(f"/leaderboard/{ids['noor']}/ask/{ids['call']}"),
        mina.get(f"/leaderboard/{ids['avi']}/ask/{ids['share'] + 99}"),
        mina.get(f"/leaderboard/{ids['avi']}/ask/99999999999999999999"),
        mina.get("/leaderboard/questions/99"),
        mina.get("/leaderboard/questions?page=2"),
    ):
        assert answer.status_code == 404
    own = f"/leaderboard/{ids['ada']}/ask/{ids['hers']}"
    assert "another manager asks and decides" in said(ada, own)
    assert "Ask about this" not in said(ada, f"/leaderboard/{ids['ada']}?month={MONTH}")
    mina.send(own, {"text": "What was it?"})
    hers = f"/leaderboard/questions/{number + 1}"
    assert "another manager asks and decides" in said(ada, hers)
    refused = ada.post(hers, {**mina.form(hers), **ada.form("/log", "/log"), "outcome": "kept"})
    assert refused.status_code == 422


def test_of_who_has_no_way_in_no_answer_is_promised(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        deactivate(session, get_person(session, ids["avi"]), datetime.now(UTC))
    assert "has no way in, and cannot answer." in said(mina, ask_path(ids))
    number = asked(mina, ids)
    told = said(mina, f"/leaderboard/questions/{number}")
    assert "so it can be decided without an answer" in told
    assert "Avi has no way in, and cannot answer: decide without." in told


def test_taken_back_it_is_closed_in_words_to_both(
    mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    number = asked(mina, ids)
    edit, back = f"/conversations/{ids['call']}/edit", f"/conversations/{ids['call']}/take-back"
    avi.post(back, avi.form(edit, back))
    assert "You took this conversation back" in said(avi, f"/questions/{number}")
    page = said(mina, f"/leaderboard/questions/{number}")
    assert "Avi took this conversation back" in page
    assert "Decide" not in page
    assert "No question is open" in said(mina, "/leaderboard/questions")


def test_taken_back_by_its_form_it_takes_the_words_about_whom_it_had_brought_along(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    at = datetime.now(UTC)
    with app.extensions["advocacy_database"].writing() as session:
        new = find_or_add(session, ids["avi"], ["Wilhelmina"], at)
        said = Said(TODAY, "called", "advocate", [True])
        [ids["call"]] = record(session, [NewConversation(ids["avi"], new, said)], at)
    number = asked(mina, ids, "Who is Wilhelmina?")
    edit, back = f"/conversations/{ids['call']}/edit", f"/conversations/{ids['call']}/take-back"
    assert avi.post(back, avi.form(edit, back)).status_code == 302
    page = mina.page(f"/leaderboard/questions/{number}").get_text()
    assert "Avi took this conversation back" in page
    assert "Wilhelmina" not in page


def test_the_close_page_says_how_many_are_open(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    path = f"/recognition/{MONTH}/close"
    assert "about their entries" not in said(mina, path)
    asked(mina, ids)
    page = mina.page(path)
    assert "One question about their entries is open" in page.get_text()
    assert page.select_one("main a[href='/leaderboard/questions']") is not None


def test_the_list_is_turned_page_by_page(app: Flask, mina: Caller, ids: dict[str, int]) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        now, by = datetime.now(UTC), ids["mina"]
        made = {"conversation_id": ids["call"], "asked_by": by, "asked_at": now, "text": "Why?"}
        decided = {"outcome": "kept", "decided_by": by, "decided_at": now}
        session.execute(insert(Question), [{**made, **decided}] * 51)
    page = mina.page("/leaderboard/questions?state=decided")
    assert len(page.select("main .row")) == 50
    [following] = [str(a["href"]) for a in page.select("main a[rel=next]")]
    second = mina.page(following)
    assert len(second.select("main .row")) == 1
