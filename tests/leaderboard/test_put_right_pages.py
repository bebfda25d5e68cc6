"""A manager puts an entry right on the pages, and its advocate reads by whom and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.models import Conversation, Correction
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, words_for_period
from advocacy.people.actions import deactivate
from advocacy.people.queries import get_person
from advocacy.questions.actions import ask, decide
from tests.builders import add_contacts, log, points_in
from tests.portal import Caller, above, kept, read, said, talk_first, wrong

TODAY = datetime.now(UTC).date()
MONTH = month_of(TODAY)
WHY = "It was a letter."


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """Let Avi have called Maria, and written to her and Tom, and Ada have called Lena."""
    database: Database = app.extensions["advocacy_database"]
    ids = talk_first(database)
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        [ids["tom"]] = add_contacts(session, avi, "Tom")
        both = [ids["maria"], ids["tom"]]
        ids["both"] = log(session, avi, both, TODAY, answered=[True, True]).id
    return ids


@pytest.fixture
def mina(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "mina")


@pytest.fixture
def avi(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "avi")


def path_of(ids: dict[str, int], talk: str = "call") -> str:
    return f"/leaderboard/{ids['avi']}/put-right/{ids[talk]}"


def ways(caller: Caller, ids: dict[str, int]) -> list[str]:
    """Return the ways from Avi’s entries to putting the call right."""
    page = caller.page(f"/leaderboard/{ids['avi']}?month={MONTH}")
    every = [str(a["href"]) for a in page.select("a") if a.text.strip().startswith("Put it right ")]
    return [one for one in every if one.startswith(f"{path_of(ids)}?")]


def points(app: Flask, ids: dict[str, int]) -> int:
    with app.extensions["advocacy_database"].reading() as session:
        return points_in(session, get_person(session, ids["avi"]), MONTH)


def test_put_right_from_the_entries_and_read_by_its_advocate(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    [way] = ways(mina, ids)
    assert "private contact 1" in said(mina, way)
    assert points(app, ids) == 8 + 4
    answer = mina.send(way, {"kind": "wrote", "began": "contact", "reason": WHY}, path_of(ids))
    assert answer.location == f"/leaderboard/{ids['avi']}?month={MONTH}"
    assert points(app, ids) == 4 + 4
    told = "Put right by Mina Somebody on"
    for caller, path in (
        (avi, "/growth"),
        (avi, f"/contacts/{ids['maria']}"),
        (mina, f"/leaderboard/{ids['avi']}?month={MONTH}"),
    ):
        assert told in said(caller, path), path
        assert f"(“{WHY}”)" in said(caller, path), path
    assert ways(mina, ids) == [way, way]  # what stands, and what was taken off
    today = avi.page("/")
    told = " ".join(today.get_text(" ").split())
    assert f"put right a call of {TODAY.day} {TODAY:%B %Y}, begun by you, answered." in told
    assert f"It says now: “ Maria Oliveira wrote ”, {TODAY:%A}" in told
    assert f"Your points: −4 in {words_for_period(MONTH)}." in told
    edit = f"/conversations/{ids['call']}/edit"
    story = avi.page(f"/contacts/{ids['maria']}").select_one(f".story li:has(a[href^='{edit}'])")
    assert story is not None
    assert "Put right by Mina Somebody on" in story.get_text()
    assert story.select(".entry-change")[0].get_text(strip=True) == "Open"
    assert today.select_one(f"main a[href='{edit}?next=/']") is not None
    mine = said(avi, edit)
    assert "Mina Somebody put this right, and that stands." in mine
    assert "speak with Mina Somebody" in mine
    assert "Before: a call of" in mine
    assert not avi.page(edit).select("main [name=kind]")
    assert avi.send(edit, {"note": "A note"}).status_code == 302
    assert "Put right before" in said(mina, path_of(ids))
    assert "begun by Avi, answered" in said(mina, path_of(ids))


def test_what_cannot_be_is_said_beside_its_field_and_kept(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    path, later = path_of(ids), (TODAY + timedelta(days=1)).isoformat()
    form = {**mina.form(path), "reason": WHY}
    for typed, field, words in (
        ({"kind": "wrote", "reason": ""}, "reason", "Write a reason: Avi reads it."),
        ({"kind": "wrote", "reason": "x" * 501}, "reason", "501 letters; up to 500 fit."),
        ({"kind": "met", "answered": "false"}, "answered", "They met, so choose Yes."),
        ({"answered": "perhaps"}, "answered", "yes, or not yet"),
        ({"kind": "introduced"}, "kind", "exactly two people"),
        ({"kind": "sang"}, "kind", "one of the five kinds"),
        ({"began": "nobody"}, "began", "Say who began: Avi or they."),
        ({"kind": "introduced", "began": "contact"}, "began", "is Avi’s to begin: choose Avi."),
        ({"occurred_on": later}, "occurred_on", "still to come"),
        ({"occurred_on": ""}, "occurred_on", "Say on which day it was."),
        ({"occurred_on": "2026-02-30"}, "occurred_on", "Did you mean the 28th?"),
        ({"occurred_on": "yesterday"}, "occurred_on", "That is not a day."),
    ):
        answer = mina.post(path, {**form, **typed})
        assert words in wrong(answer, field), typed
        assert kept(answer, "reason") == typed.get("reason", WHY)
    assert "This is what it says already." in above(mina.post(path, form))
    assert "Say for each person" in wrong(mina.send(path_of(ids, "both")), "answered")
    with app.extensions["advocacy_database"].reading() as session:
        assert session.scalars(select(Correction)).all() == []


def test_each_of_several_is_told_apart(app: Flask, mina: Caller, ids: dict[str, int]) -> None:
    path = path_of(ids, "both")
    page = mina.page(path)
    assert [one.text for one in page.select(".answers-one label")] == [
        "private contact 1",
        "private contact 2",
    ]
    form = {**mina.form(path), "answered": ["true", "false"], "reason": WHY}
    assert mina.post(path, form).status_code == 302
    chosen = [str(one["value"]) for one in mina.page(path).select(".answers-one [selected]")]
    assert chosen == ["true", "false"]
    assert points(app, ids) == 8


def test_sent_twice_it_is_once_and_others_are_told_what_changed(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    path, edit = path_of(ids), f"/conversations/{ids['call']}/edit"
    ada = Caller(app, "ada")
    form = {**mina.form(path), "kind": "wrote", "reason": WHY}
    late = {**ada.form(path), "kind": "commented", "reason": "A comment."}
    tab = {**avi.form(edit), "kind": "met", "note": "Typed"}
    assert len({mina.post(path, form).location for _ in range(2)}) == 1
    refused = ada.post(path, late)
    assert "changed while you had it open" in above(refused)
    assert "What stands now: a message of" in read(refused).get_text()
    assert kept(refused, "reason") == "A comment."
    mine = avi.post(edit, tab)
    assert "changed while you had it open" in above(mine)
    assert "Mina Somebody put this right" in read(mine).get_text()
    assert kept(mine, "note") == "Typed"
    assert points(app, ids) == 8
    with app.extensions["advocacy_database"].reading() as session:
        assert len(session.scalars(select(Correction)).all()) == 1


def test_what_cannot_be_put_right_says_so_and_keeps_what_was_typed(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    path, ada = path_of(ids), Caller(app, "ada")
    own = f"/leaderboard/{ids['ada']}/put-right/{ids['hers']}"
    assert "another manager puts it right" in said(ada, own)
    form = {**mina.form(path), "kind": "wrote", "reason": WHY}
    back = f"/conversations/{ids['call']}/take-back"
    avi.post(back, avi.form(f"/conversations/{ids['call']}/edit", back))
    refused = mina.post(path, form)
    assert refused.status_code == 422
    assert "Avi took this conversation back" in refused.text
    assert kept(refused, "reason") == WHY
    for answer in (
        mina.get(f"/leaderboard/{ids['noor']}/put-right/{ids['call']}"),
        mina.get(f"/leaderboard/{ids['avi']}/put-right/99"),
        mina.get("/leaderboard/99/put-right/99"),
        mina.post(f"/leaderboard/{ids['avi']}/put-right/99", form),
    ):
        assert answer.status_code == 404


def test_of_what_is_set_aside_and_of_who_has_no_way_in_the_words_fit(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    at = datetime.now(UTC)
    with app.extensions["advocacy_database"].writing() as session:
        number = ask(session, ids["avi"], ids["call"], "?", asked_by=ids["mina"], now=at).id
        decide(session, number, "set aside", "No.", decided_by=ids["mina"], now=at)
        deactivate(session, get_person(session, ids["avi"]), at)
    question = f"/leaderboard/questions/{number}"
    [way] = [
        str(a["href"]) for a in mina.page(question).select("main a, header a") if "right" in a.text
    ]
    assert "It is set aside, and stays so." in said(mina, way)
    answer = mina.send(way, {"kind": "wrote", "reason": WHY}, path_of(ids))
    assert answer.location == question
    told = said(mina, question)
    assert "Avi has no way in, so nobody is told." in told
    assert "It stays set aside, so it earns no points." in told
    assert points(app, ids) == 8


def test_a_day_before_anything_counted_is_refused_beside_its_field(
    app: Flask, mina: Caller, ids: dict[str, int]
) -> None:
    early = {"occurred_on": date(2025, 1, 1).isoformat(), "reason": WHY}
    refused = mina.send(path_of(ids), early)
    assert refused.status_code == 422
    began = "The programme began on 5 January 2026. What was before earns nothing."
    assert wrong(refused, "occurred_on") == began
    with app.extensions["advocacy_database"].writing() as session:
        get_person(session, ids["avi"]).joined = TODAY
    early["occurred_on"] = (TODAY - timedelta(days=1)).isoformat()
    assert "joined on" in wrong(mina.send(path_of(ids), early), "occurred_on")


def test_what_it_did_to_the_points_is_said(mina: Caller, ids: dict[str, int]) -> None:
    for change, told in (
        ({"kind": "wrote"}, f"Put right: −4 in {words_for_period(MONTH)}."),
        ({"began": "contact"}, "Put right, and the points stay as they are."),
    ):
        assert mina.send(path_of(ids), {**change, "reason": WHY}).status_code == 302
        assert told in said(mina, "/leaderboard")


def test_it_says_first_what_it_would_change_and_writes_nothing(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    path, month = path_of(ids), words_for_period(MONTH)
    form = mina.form(path)
    for change, told in (
        ({"kind": "wrote"}, f"Avi’s points would change: −4 in {month}. Nothing is written yet."),
        ({"began": "contact"}, "Avi’s points would stay as they are."),
    ):
        answer = mina.post(path, {**form, **change, "reason": " ", "look": "1"})
        assert answer.status_code == 200
        page = read(answer)
        [word] = page.select(".notice[role=status]")
        assert told in " ".join(word.get_text(" ").split())
        [chosen] = page.select(f"[name={next(iter(change))}][checked]")
        assert chosen["value"] == next(iter(change.values()))
    both = {**mina.form(path_of(ids, "both")), "answered": ["true", "false"], "look": "1"}
    given = read(mina.post(path_of(ids, "both"), both)).select(".answers-one [selected]")
    assert [str(one["value"]) for one in given] == ["true", "false"]
    button = mina.page(path).select_one("form button[name=look]")
    assert button is not None
    assert button.get_text(strip=True) == "What would it change?"
    assert "6 times" in said(avi, "/growth")  # the page opened or asked, each is a look
    refused = mina.post(path, {**form, "kind": "sang", "look": "1"})
    assert "one of the five kinds" in wrong(refused, "kind")
    with app.extensions["advocacy_database"].reading() as session:
        assert session.scalars(select(Correction)).all() == []
    assert points(app, ids) == 8 + 4
    assert mina.post(path, {**form, "kind": "wrote", "reason": WHY}).status_code == 302
    assert points(app, ids) == 4 + 4


def test_what_it_changes_knows_the_limit_on_ones_word(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        him = get_person(session, ids["avi"])
        guests = add_contacts(session, him, *(f"Guest {number}" for number in range(30)))
        call = Said(TODAY, "called", "advocate", [True])
        hold(session, him.id)
        record(session, [NewConversation(him.id, [one], call) for one in guests], datetime.now(UTC))
    assert points(app, ids) == 200
    path = path_of(ids)
    look = mina.post(path, {**mina.form(path), "kind": "wrote", "look": "1"})
    assert "Avi’s points would stay as they are." in look.text
    assert mina.send(path, {"kind": "wrote", "reason": WHY}).status_code == 302
    assert points(app, ids) == 200
    assert "Put right, and the points stay as they are." in said(mina, "/leaderboard")
    assert "Your points stay as they are." in said(avi, "/")


def test_each_correction_is_told_and_of_many_the_latest(
    mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    for number in range(7):
        change = {"kind": ("wrote", "called")[number % 2], "reason": f"Because {number}."}
        assert mina.send(path_of(ids), change).status_code == 302
    told = said(avi, "/")
    assert [number for number in range(7) if f"Because {number}." in told] == [2, 3, 4, 5, 6]
    assert "2 more were put right lately" in told


def test_what_never_had_an_entry_is_told_to_nobody(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        him = get_person(session, ids["avi"])
        tom, zoe = add_contacts(session, him, "Tom", "Zoe")
        week = TODAY - timedelta(days=8)
        talk = log(session, him, [tom, zoe], week, began="contact", answered=[True, False])
        ids["two"] = talk.id
        log(session, him, zoe, TODAY, "called")  # of the week of the answer the best
    form = {"kind": "commented", "reason": WHY, "answered": ["true", "false"]}
    assert mina.send(path_of(ids, "two"), form).status_code == 302
    answer = f"/conversations/{ids['two']}/answered/{zoe}"
    assert avi.send(answer, {"replied_on": TODAY.isoformat()}).status_code == 302
    with app.extensions["advocacy_database"].reading() as session:
        alone = session.scalars(select(Conversation.id).order_by(Conversation.id.desc())).first()
    assert mina.get(f"/leaderboard/{ids['avi']}/put-right/{alone}").status_code == 404
    edit, back = f"/conversations/{alone}/edit", f"/conversations/{alone}/take-back"
    assert "Whoever decided about it is told." in said(avi, edit)
    assert avi.send(edit, {}, back).status_code == 302
    assert "took back" not in said(mina, "/")


def test_who_decided_is_told_what_its_advocate_took_back(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    assert mina.send(path_of(ids), {"kind": "wrote", "reason": WHY}).status_code == 302
    at = datetime.now(UTC)
    with app.extensions["advocacy_database"].writing() as session:
        number = ask(session, ids["avi"], ids["both"], "?", asked_by=ids["mina"], now=at).id
        decide(session, number, "set aside", "No.", decided_by=ids["mina"], now=at)
    assert "took back" not in said(mina, "/")
    for talk in ("call", "both"):
        back = f"/conversations/{ids[talk]}/take-back"
        assert avi.send(f"/conversations/{ids[talk]}/edit", {}, back).status_code == 302
    told = said(mina, "/")
    assert "which you had put right." in told
    assert "which you had set aside." in told
    assert "Maria" not in told  # private contacts stay so
    assert "took back" not in said(Caller(app, "ada"), "/")
    assert "which you had" not in said(avi, "/")


def test_an_undo_from_before_does_not_overrule_the_manager(
    app: Flask, mina: Caller, avi: Caller, ids: dict[str, int]
) -> None:
    with app.extensions["advocacy_database"].writing() as session:
        him, week = get_person(session, ids["avi"]), TODAY - timedelta(days=7)
        talk = log(session, him, ids["maria"], week, "called", answered=False, today=TODAY)
        ids["waits"] = talk.id
    card, waits = f"/contacts/{ids['maria']}", f"/conversations/{ids['waits']}/answered"
    marking = f"{waits}/{ids['maria']}"
    assert avi.send(card, {}, marking).status_code == 302
    undo = avi.form(card, f"{marking}/undo")
    assert mina.send(path_of(ids, "waits"), {"kind": "wrote", "reason": WHY}).status_code == 302
    before = points(app, ids)
    assert avi.post(f"{marking}/undo", undo).status_code == 422
    assert points(app, ids) == before
