"""Logging through the form: bad input is said beside the field, and what was typed is kept."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.database import Database
from advocacy.recognition.verify import verify
from tests.clock import SetClock
from tests.portal import Caller, above, fields, found_form, kept, read, settle_in, wrong

TODAY = datetime.now(UTC).date()
GOOD = {
    "contact": "Maria Oliveira",
    "kind": "called",
    "began": "advocate",
    "answered": "true",
    "occurred_on": TODAY.isoformat(),
    "note": "The choir sings on Sunday.",
}


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    return found


@pytest.fixture
def avi(app: Flask, database: Database) -> Caller:
    return Caller(app, "avi")


def _talks(database: Database) -> int:
    with database.reading() as session:
        assert not verify(session).problems
        return len(session.scalars(select(Conversation)).all())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contact": "   "}, "Say with whom"),
        ({"contact": "x" * 300}, "300 letters"),
        ({"occurred_on": "2026-02-30"}, "February 2026 has 28 days"),
        ({"occurred_on": "yesterday"}, "That is not a day"),
        ({"occurred_on": (TODAY + timedelta(days=1)).isoformat()}, "still to come"),
        ({"kind": "met", "answered": "false"}, "You met, so choose Yes."),
        ({"kind": "telepathy"}, "Say how you spoke"),
        ({"kind": ""}, "Say how you spoke"),
        ({"began": "nobody"}, "Say who began"),
        ({"answered": "perhaps"}, "Say whether it was answered"),
        ({"contact": "id:987654"}, "There is nobody of yours here"),
        ({"contact": "id:x"}, "There is nobody of yours here"),
        ({"kind": "introduced"}, "exactly two people"),
        ({"note": "n" * 2001}, "2000"),
        ({"channel": "c" * 41}, "40"),
    ],
)
def test_what_cannot_be_so_is_said_and_nothing_is_lost(
    avi: Caller, database: Database, change: dict[str, str], words: str
) -> None:
    sent = {**avi.form("/log"), **GOOD, **change}
    answer = avi.post("/log", sent)
    page = answer.get_data(as_text=True)
    assert words in above(answer)
    assert page.count(words) >= 2, "above the form and beside the field"
    assert sent["note"] in page
    assert _talks(database) == 0
    with database.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_somebody_elses_contact_by_number_is_nobody(
    app: Flask, avi: Caller, database: Database
) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD})
    with database.reading() as session:
        [contact] = session.scalars(select(Contact)).all()
    noor = Caller(app, "noor")
    answer = noor.post("/log", {**noor.form("/log"), **GOOD, "contact": f"id:{contact.id}"})
    assert answer.status_code == 422
    assert "Maria" not in answer.get_data(as_text=True)
    assert _talks(database) == 1


def test_a_form_sent_twice_logs_once(avi: Caller, database: Database) -> None:
    sent = {**avi.form("/log"), **GOOD}
    first, second = avi.post("/log", sent), avi.post("/log", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    assert _talks(database) == 1


def test_the_same_key_with_other_words_is_shown_and_can_be_sent_too(
    avi: Caller, database: Database
) -> None:
    sent = {**avi.form("/log"), **GOOD}
    avi.post("/log", sent)
    answer = avi.post("/log", {**sent, "note": "Something else."})
    assert answer.status_code == 409
    assert "sent before" in answer.text
    assert "Something else." in answer.text
    assert _talks(database) == 1
    assert avi.post("/log", fields(found_form(read(answer), "/log"))).status_code == 302
    assert _talks(database) == 2
    asked = avi.client.post(
        "/log", data={**sent, "note": "x"}, headers={"Accept": "application/json"}
    )
    assert (asked.status_code, asked.content_type) == (409, "application/problem+json")


def test_a_refused_form_can_be_put_right_and_sent_with_the_same_key(
    avi: Caller, database: Database
) -> None:
    sent = {**avi.form("/log"), **GOOD}
    assert avi.post("/log", {**sent, "kind": "telepathy"}).status_code == 422
    assert avi.post("/log", sent).status_code == 302
    assert _talks(database) == 1


def test_a_new_line_is_one_letter_though_browsers_send_two(avi: Caller, database: Database) -> None:
    typed = "a\n" * 999 + "a."
    sent = {**avi.form("/log"), **GOOD, "note": typed.replace("\n", "\r\n")}
    assert avi.post("/log", sent).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(Conversation.note)).all() == [typed]


def test_an_expired_form_shows_what_was_typed_and_can_be_sent_again(
    avi: Caller, database: Database
) -> None:
    answer = avi.post("/log", {**avi.form("/log"), **GOOD, "csrf_token": "old"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Nothing is lost" in page
    assert GOOD["note"] in page
    assert _talks(database) == 0


def test_without_javascript_the_question_fits_whoever_began(avi: Caller) -> None:
    legends = [legend.get_text(strip=True) for legend in avi.page("/log").select("legend")]
    assert "Was it answered?" in legends


def test_all_that_is_missing_is_said_at_once(avi: Caller) -> None:
    answer = avi.post("/log", {**avi.form("/log"), "contact": "", "note": "n" * 2001})
    assert "Say with whom" in wrong(answer, "contact")
    assert "Say how you spoke" in wrong(answer, "kind")
    assert "2000" in wrong(answer, "note")
    said = above(answer)
    assert "With whom: Say with whom" in said
    assert "How: Say how you spoke" in said
    page = read(answer)
    ways = [str(way["href"]) for way in page.select(".field-summary a")]
    assert len(ways) == 3
    assert all(page.select_one(way) for way in ways), ways
    assert "?:" not in above(avi.post("/log", {**avi.form("/log"), **GOOD, "began": "x"}))


def test_the_same_once_more_is_logged_with_a_caution(avi: Caller, database: Database) -> None:
    assert avi.post("/log", {**avi.form("/log"), **GOOD}).status_code == 302
    again = avi.post("/log", {**avi.form("/log"), **GOOD})
    page = avi.get(again.location or "").text
    assert "There was a call with Maria Oliveira on that day already" in page
    assert _talks(database) == 2
    other = avi.post("/log", {**avi.form("/log"), **GOOD, "kind": "wrote"})
    assert "on that day already" not in avi.get(other.location or "").text


def test_an_undo_leads_back_and_takes_along_whom_it_brought(
    avi: Caller, database: Database
) -> None:
    answer = avi.post("/log", {**avi.form("/log?next=/library"), **GOOD})
    assert answer.location == "/library"
    toast = found_form(read(avi.get("/library")), "/conversations/1/take-back")
    undone = avi.post("/conversations/1/take-back", fields(toast))
    assert undone.location == "/library"
    assert avi.get("/contacts/1").status_code == 404
    with database.reading() as session:
        assert session.scalars(select(Contact)).all() == []
        assert not verify(session).problems
    assert "you took it back" in avi.get("/growth").text


@pytest.mark.parametrize("card", ["/contacts/1", "/contacts/1?page=2", "/contacts/1/merge/2"])
def test_taken_back_on_a_card_that_goes_with_it_leads_to_the_people(avi: Caller, card: str) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD})
    answer = avi.send("/conversations/1/edit", {"next": card}, "/conversations/1/take-back")
    assert answer.location == "/contacts"


def test_a_marked_answer_can_be_undone_just_after_and_by_nobody_else(
    app: Flask, avi: Caller, database: Database
) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD, "answered": "false"})
    action = "/conversations/1/answered/1"
    assert avi.send("/contacts/1", action=action).location == "/contacts/1"
    undo = fields(found_form(avi.page("/contacts/1"), f"{action}/undo"))
    token = {"csrf_token": avi.form("/log")["csrf_token"]}
    assert avi.post(f"{action}/undo", token).status_code == 422
    assert avi.post(f"{action}/undo", {**token, "undo": "made up"}).status_code == 422
    assert Caller(app, "noor").post(f"{action}/undo", undo).status_code in (400, 404)
    assert avi.post(f"{action}/undo", undo).location == "/contacts/1"
    assert "no answer yet" in avi.get("/contacts/1").text
    assert _talks(database) == 1


def test_a_toast_cuts_long_names_and_fits_the_cookie(avi: Caller) -> None:
    letters = Random(1)  # such as do not compress
    names = ["".join(chr(letters.randrange(0xAC00, 0xD7A0)) for _ in range(230)) for _ in range(20)]
    sent = {**GOOD, "contact": [f"{name}@example.net" for name in names]}
    for _ in range(2):  # the second names them once more, in a caution
        answer = avi.post("/log", {**avi.form("/log"), **sent})
        assert len(answer.headers["Set-Cookie"]) < 4000
        toast = read(avi.get(answer.location or "")).select_one("#toasts").get_text()  # type: ignore[union-attr]
        assert f"Logged with {names[0][:59]}…, {names[1][:59]}…, {names[2][:59]}… and 17" in toast


def test_without_javascript_one_comes_back_to_where_one_was(avi: Caller) -> None:
    here = {"Referer": "http://localhost/contacts?q=maria"}
    page = read(avi.client.get("/log", headers=here))
    assert fields(found_form(page, "/log"))["next"] == "/contacts?q=maria"
    page = read(avi.client.get("/log", headers={"Referer": "https://elsewhere.example/x"}))
    assert fields(found_form(page, "/log"))["next"] == ""


def test_an_old_conversation_says_what_it_is_and_takes_an_answer(
    avi: Caller, database: Database
) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD, "answered": "false"})
    with database.writing() as session:
        session.get_one(Conversation, 1).day -= timedelta(days=20)
    page = avi.page("/conversations/1/edit")
    assert "Called Maria Oliveira" in page.select_one("main, header").find_parent("body").text  # type: ignore[union-attr]
    assert page.select_one("a.page-back[href='/contacts/1']") is not None
    assert avi.send("/conversations/1/edit", action="/conversations/1/answered/1").location


def test_an_address_names_whom_it_is_with(avi: Caller, database: Database) -> None:
    avi.send("/log", GOOD)
    with database.reading() as session:
        maria = session.scalars(select(Contact)).one().id
    asked = f"/log?contact=id:{maria}&contact=Tom+Berg&contact=zoe@elsewhere.example&contact=id:99"
    form = avi.form(asked, "/log")
    named = [str(field["value"]) for field in avi.page(asked).select("main input[name=contact]")]
    assert set(named) - {""} == {f"id:{maria}", "Tom Berg", "zoe@elsewhere.example"}
    assert form["contact"]
    unknown = avi.page("/contacts?q=Zenobia").select_one("a[href*='/log?contact=']")
    assert unknown is not None
    assert "Zenobia" in str(avi.page(str(unknown["href"])).select("main input[name=contact]"))


def test_several_people_with_an_answer_each(avi: Caller, database: Database) -> None:
    sent = {**avi.form("/log"), **GOOD}
    sent["contact"] = ["Maria Oliveira", "kwame@example.net"]
    sent["answered"] = ["true", "false"]
    assert avi.post("/log", sent).status_code == 302
    assert _talks(database) == 1
    growth = avi.get("/growth").get_data(as_text=True)
    assert "Called Maria Oliveira" in growth
    assert "once kwame@example.net answers" in growth


def _answers(database: Database, conversation: int) -> dict[str, bool]:
    with database.reading() as session:
        rows = session.execute(
            select(Contact.name, Participant.answered)
            .join(Participant, Participant.contact_id == Contact.id)
            .where(Participant.conversation_id == conversation)
        )
        return {name: answered for name, answered in rows}


@pytest.mark.parametrize("path", ["/log", "/conversations/2/edit"])
def test_an_answer_stays_with_whom_it_is_of(avi: Caller, database: Database, path: str) -> None:
    avi.send("/log", GOOD)
    avi.send("/log", {**GOOD, "contact": ["id:1", "Zoe"]})
    people = {"Kwame": "true", "id:1": "false", "Lena": "true"}
    sent = {**avi.form(path), **GOOD, "contact": [*people], "answered": [*people.values()]}
    refused = avi.post(path, {**sent, "note": "x" * 2001})
    assert refused.status_code == 422
    form = found_form(read(refused), path)
    drawn = {
        str(one.select("input")[-1]["value"]): str(one.select("option[selected]")[0]["value"])
        for one in form.select(".answers-one")
    }
    assert drawn == people
    # without JavaScript lines come before ticks, with it ticks before lines
    named = ["id:1", "Kwame", "Lena"]
    again = {**fields(form), "note": "", "answered": [*drawn.values()], "answered_by": [*drawn]}
    assert avi.post(path, {**again, "contact": [*named, "Noor"]}).status_code == 422
    assert avi.post(path, {**again, "contact": named}).status_code == 302
    number = 3 if path == "/log" else 2
    assert _answers(database, number) == {"Maria Oliveira": False, "Kwame": True, "Lena": True}


def test_everybody_who_was_named_is_named_again(avi: Caller) -> None:
    people = [f"Person {number}" for number in range(5)]
    sent = {**avi.form("/log"), **GOOD, "contact": people, "note": "x" * 2001}
    lines = found_form(read(avi.post("/log", sent)), "/log").select("[name=contact]")
    assert [line["value"] for line in lines] == people


def test_a_name_that_fits_several_is_asked_back(avi: Caller, database: Database) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD, "contact": "maria@one.example"})
    avi.post("/log", {**avi.form("/log"), **GOOD, "contact": "maria@two.example"})
    for number in (1, 2):
        form = {**avi.form(f"/contacts/{number}/edit"), "name": "Maria"}
        assert avi.post(f"/contacts/{number}/edit", form).status_code == 302
    answer = avi.post("/log", {**avi.form("/log"), **GOOD, "contact": ["maria", "Zoe"]})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "You know 2 people called maria" in page
    assert "maria@one.example" in page
    assert "maria@two.example" in page
    named = {field["value"] for field in read(answer).select("input.people-line")}
    assert named == {"Zoe", ""}


def test_a_colleague_is_remembered_and_the_toast_says_so(avi: Caller) -> None:
    sent = {**GOOD, "contact": ["Noor@Example.com", "Maria"]}
    answer = avi.post("/log", {**avi.form("/log"), **sent})
    page = avi.get(answer.location or "").text
    assert "Remembered, but no points: Noor@Example.com is a colleague." in page
    answer = avi.post("/log", {**avi.form("/log"), **GOOD, "contact": "mina@example.com"})
    page = avi.get(answer.location or "").text
    assert "Remembered, but no points: colleagues do not count." in page
    answer = avi.post("/log", {**avi.form("/log"), **GOOD})
    assert "no points" not in avi.get(answer.location or "").text


def test_one_self_is_nobody_to_talk_with(avi: Caller, database: Database) -> None:
    answer = avi.post("/log", {**avi.form("/log"), **GOOD, "contact": "AVI@example.com "})
    assert "That is your own address." in wrong(answer, "contact")
    answer = avi.post(
        "/contacts/new", {**avi.form("/contacts/new"), "name-1": "avi@example.com", "name-0": ""}
    )
    assert "That is your own address." in wrong(answer, "name-1")
    avi.post("/log", {**avi.form("/log"), **GOOD})
    answer = avi.send("/contacts/1/edit", {"email": "avi@example.com"})
    assert "That is your own address." in wrong(answer, "email")
    assert _talks(database) == 1


def test_a_correction_that_costs_points_says_so_once(avi: Caller, database: Database) -> None:
    avi.post("/log", {**avi.form("/log"), **GOOD})
    avi.get("/")
    day = (TODAY - timedelta(days=20)).isoformat()
    answer = avi.send("/conversations/1/edit", {"occurred_on": day})
    toast = read(avi.get(answer.location or "")).select_one("#toasts")
    assert toast is not None
    assert "Corrected. It was more than 14 days ago: remembered, but no points." in toast.text
    answer = avi.send("/conversations/1/edit", {"note": "They sang."})
    assert "no points" not in avi.get(answer.location or "").text
    assert _talks(database) == 1


def test_a_correction_that_comes_a_day_too_late_is_not_dropped_unsaid(
    avi: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, last = "/conversations/1/edit", (TODAY - timedelta(days=14)).isoformat()
    avi.post("/log", {**avi.form("/log"), **GOOD, "occurred_on": last})
    opened = {**avi.form(path), "contact": "id:1"}
    assert opened["kind"] == "called"
    monkeypatch.setattr("advocacy.core.time.datetime", SetClock)
    monkeypatch.setattr(SetClock, "said", datetime.now(UTC) + timedelta(days=1))
    refused = avi.post(path, {**opened, "kind": "wrote", "note": "They wrote."})
    assert refused.status_code == 422
    assert "More than 14 days have passed: you can change the note" in above(refused)
    assert kept(refused, "note") == "They wrote."
    assert avi.post(path, {**opened, "note": "They sang."}).status_code == 302
    assert "They sang." in avi.get(path).text


def test_a_name_has_one_limit_wherever_it_is_typed(avi: Caller) -> None:
    assert avi.send("/contacts/new", {"name-0": "n" * 120}).status_code == 302
    answer = avi.send("/contacts/new", {"name-0": "Ben", "name-2": "n" * 121})
    assert "a name has up to 120" in wrong(answer, "name-2")
    assert "Third person: That is 121 letters long" in above(answer)
    assert "120" in wrong(avi.send("/contacts/1/edit", {"name": "n" * 121}), "name")
    assert "Ben" not in avi.get("/contacts").text
    assert "One name is enough" in above(avi.send("/contacts/new"))


def test_adding_whom_one_knows_says_so(avi: Caller) -> None:
    for names, words in (
        (("Lena Rahman",), "One person is here now. Say hello soon."),
        (("lena rahman",), "You know Lena Rahman already."),
        (("Lena Rahman", "Ben", "Ada"), "They are here now. Say hello soon. You know Lena Rahman"),
    ):
        typed = {f"name-{line}": name for line, name in enumerate(names)}
        answer = avi.send("/contacts/new", typed)
        toasts = read(avi.get(answer.location or "")).select_one("#toasts")
        assert toasts is not None
        assert toasts.get_text(" ", strip=True).startswith(words)


def test_put_right_from_a_card_leads_back_to_that_card(avi: Caller, database: Database) -> None:
    sent = {**GOOD, "contact": ["Maria", "Kwame"]}
    avi.post("/log", {**avi.form("/log"), **sent})
    with database.reading() as session:
        [kwame] = session.scalars(select(Contact.id).where(Contact.name == "Kwame"))
    card = f"/contacts/{kwame}"
    link = avi.page(card).select_one("a.entry-change")
    assert link is not None
    page = avi.page(str(link["href"]))
    back = page.select_one("a.page-back")
    assert back is not None
    assert (back["href"], back.get_text(strip=True)) == (card, "Kwame")
    for action in ("/conversations/1/edit", "/conversations/1/take-back"):
        assert fields(found_form(page, action))["next"] == card
    kept = avi.post(
        "/conversations/1/edit", {**fields(found_form(page, "")), "contact": sent["contact"]}
    )
    assert kept.location == card


def test_an_address_breaks_between_its_parts(avi: Caller) -> None:
    avi.send("/contacts/new", {"name-0": "nova.kim@outside.example"})
    broken = "nova.<wbr>kim@<wbr>outside.<wbr>example"
    assert broken in avi.get("/contacts").text
    assert broken in avi.get("/contacts/1").text
    avi.send("/contacts/new", {"name-0": "<b>@x.y"})
    assert "&lt;b&gt;@<wbr>x.<wbr>y" in avi.get("/contacts/2").text
