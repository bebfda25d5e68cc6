"""What a tie earned and why, and what a late answer to a closed month is told as."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations.actions import (
    NewConversation,
    correct,
    hold,
    record,
    settle_ties,
    take_back,
)
from advocacy.conversations.answering import mark_answered, unmark_answered
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.rules import strength, strength_by_week
from advocacy.questions.actions import decide
from advocacy.recognition.actions import close_months
from advocacy.relationships.explained import explain, explain_tie
from advocacy.relationships.queries import strength_of
from tests.builders import add_contacts, add_person, add_programme, log, noon, put_question
from tests.portal import Caller, settle_in

MONDAY = date(2026, 1, 5)
WEEK = timedelta(days=7)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia")[0]


def test_a_tie_tells_what_it_earned_in_every_month_and_what_it_waits_for(
    session: Session, ada: Person, sofia: int
) -> None:
    called = log(session, ada, sofia, MONDAY, "called")
    asked = log(session, ada, sofia, MONDAY + 4 * WEEK, answered=False)
    late = log(session, ada, sofia, MONDAY + WEEK, today=MONDAY + 4 * WEEK)
    told = explain_tie(session, ada, sofia)
    assert [(month, points) for month, _, points in told.months] == [("2026-02", 1), ("2026-01", 8)]
    assert (told.points, told.by_talk) == (9, {called.id: 8, asked.id: 1})
    assert told.waiting == {asked.id: "+11 when Sofia answers, a bonus included"}
    assert set(told.quiet) == {late.id}
    assert told.quiet[late.id].reason.startswith("Remembered only: logged more than 14 days after")


def test_what_was_corrected_says_by_whom_and_when(
    session: Session, ada: Person, sofia: int
) -> None:
    first = log(session, ada, sofia, MONDAY, "called")
    said = Said(MONDAY, "wrote", "advocate", [True])
    correct(session, first, said, [sofia], noon(MONDAY + timedelta(days=1)))
    second = log(session, ada, sofia, MONDAY + WEEK)
    take_back(session, second, noon(MONDAY + WEEK + timedelta(days=2)))
    told = explain_tie(session, ada, sofia)
    off = [entry.words.reason for _, entry in told.entries if entry.points < 0]
    assert off == [
        "The message with Sofia of 12 January: you took it back on 14 January.",
        "The new relationship with Sofia of 12 January: you took it back on 14 January.",
        "The call with Sofia of 5 January: you corrected it on 6 January, and these are the "
        "points from before.",
    ]


def test_what_rested_on_another_talk_is_nobodys_correction_of_this_one(
    session: Session, ada: Person, sofia: int
) -> None:
    first = log(session, ada, sofia, MONDAY)
    log(session, ada, sofia, MONDAY + WEEK)
    take_back(session, first, noon(MONDAY + WEEK))
    (reason,) = (
        entry.words.reason
        for _, entry in explain_tie(session, ada, sofia).entries
        if entry.points < 0 and entry.rule == "beginning"
    )
    assert reason.endswith(
        ": something that it rested on was corrected or taken back on 12 January."
    )


def test_what_lost_its_answer_is_not_replaced_by_a_talk_of_another_week(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    first, second = log(session, ada, sofia, MONDAY), log(session, ada, sofia, MONDAY + WEEK)
    unmark_answered(session, first, sofia, noon(MONDAY + WEEK))
    question, later = put_question(session, second.id, mona), noon(MONDAY + 2 * WEEK)
    decide(session, question, "set aside", "No.", decided_by=mona.id, now=later)
    told = explain(session, ada, "2026-01", for_manager=False).entries
    off = {one.rule: one.words.reason for one in told if one.points < 0 and one.recorded_at < later}
    assert off == {
        "week": "The message with Sofia of 5 January: you corrected it on 12 January, and these "
        "are the points from before.",
        "beginning": "The new relationship with Sofia of 12 January: something that it rested on "
        "was corrected or taken back on 12 January.",
    }


def test_an_answer_after_the_close_is_told_in_both_months(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    day, later = date(2026, 1, 28), date(2026, 2, 2)
    talk = log(session, ada, sofia, day, answered=False)
    close_months(session, "2026-01", closed_by=None, now=noon(later), data=tmp_path)

    def quiet() -> tuple[str, str]:
        (told,) = explain(session, ada, "2026-01", for_manager=False, with_quiet=True).quiet
        return told.reason, told.waiting

    assert quiet()[1] == "+4 when Sofia answers, entered in the month that is open then"
    mark_answered(session, talk, sofia, now=noon(later))
    assert quiet() == (
        "Its 4 points came when this month was closed: entered in February 2026.",
        "",
    )
    (entry,) = explain(session, ada, "2026-02", for_manager=False).entries
    assert entry.words.reason.endswith(
        "It is of 28 January, and January 2026 was closed by then: it counts in February 2026."
    )


def quiet_in(session: Session, ada: Person, month: str) -> dict[int, str]:
    told = explain(session, ada, month, for_manager=False, with_quiet=True).quiet
    return {number: one.reason for one in told for number in one.conversations}


def test_what_was_all_taken_off_again_is_told_with_why(
    session: Session, ada: Person, sofia: int
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    call = log(session, ada, [sofia, tom], MONDAY, "called")
    earlier, kept = log(session, ada, sofia, MONDAY + WEEK), log(session, ada, tom, MONDAY + WEEK)
    unmark_answered(session, call, sofia, noon(MONDAY))
    assert quiet_in(session, ada, "2026-01") == {
        call.id: "This call has no answer yet: it is worth 8 once Sofia answers."
    }
    hold(session, ada.id)
    describe(session, session.get_one(Contact, sofia), name="", email=ada.email, shared=False)
    settle_ties(session, {sofia: ada.id}, noon(MONDAY))
    assert quiet_in(session, ada, "2026-01") == dict.fromkeys(
        (call.id, earlier.id), "Remembered only: colleagues do not count."
    )
    assert kept.id not in quiet_in(session, ada, "2026-01")


def test_what_was_taken_off_before_the_close_and_counts_again_since_says_where(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    day, later = date(2026, 1, 28), date(2026, 2, 2)
    call = log(session, ada, sofia, day, "called")
    unmark_answered(session, call, sofia, noon(day))
    close_months(session, "2026-01", closed_by=None, now=noon(later), data=tmp_path)
    mark_answered(session, call, sofia, now=noon(later))
    assert quiet_in(session, ada, "2026-01") == {
        call.id: "Its 8 points came when this month was closed: entered in February 2026."
    }


def test_what_was_moved_out_of_a_closed_month_stands_in_the_one_that_it_is_of(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    day, later = date(2026, 1, 28), date(2026, 2, 2)
    talk = log(session, ada, sofia, day)
    close_months(session, "2026-01", closed_by=None, now=noon(later), data=tmp_path)
    correct(session, talk, Said(later, "wrote", "advocate", [True]), [sofia], noon(later))
    assert (
        sum(one.points for one in explain(session, ada, "2026-02", for_manager=False).entries) == 0
    )
    for month in ("2026-01", "2026-02"):
        assert quiet_in(session, ada, month) == {}


def test_a_ring_is_made_of_weeks(session: Session, ada: Person, sofia: int) -> None:
    for weeks in range(14):
        log(session, ada, sofia, MONDAY + weeks * WEEK)
    today = MONDAY + 13 * WEEK
    told = strength_of(session, ada.id, sofia, today)
    days = [(MONDAY + weeks * WEEK, True) for weeks in range(14)]
    assert told.ring.strength == strength(days, today)
    assert [day for day, _ in told.weeks] == [today - back * WEEK for back in range(12)]
    assert len(told.earlier) == 2
    assert told.weeks[0] == (today, 2.0)
    assert round(100 * (1 - 2 ** (-told.left / 4))) == told.ring.strength
    never, (only,) = strength_by_week([(today, False)], today)
    assert (never, only) == (16, (today, 1))


def test_a_card_says_what_each_talk_stands_at(app: Flask) -> None:
    database: Database = app.extensions["advocacy_database"]
    ids, at = settle_in(database), now()
    with database.writing() as session:
        hold(session, ids["avi"])
        [maria] = find_or_add(session, ids["avi"], ["Maria"], at)
        today, before = at.date(), at.date() - timedelta(days=20)
        told = [
            NewConversation(ids["avi"], [maria], Said(today, "called", "advocate", [True])),
            NewConversation(ids["avi"], [maria], Said(before, "met", "advocate", [True])),
        ]
        record(session, told, at)
    card = Caller(app, "avi").page(f"/contacts/{maria}")
    latest, earlier = (
        " ".join(one.get_text(" ", strip=True).split()) for one in card.select(".story > .entry")
    )
    assert "+8 points" in latest
    assert "Remembered only: logged more than 14 days after it happened." in earlier
    (earned,) = card.select("#earned [data-figure='points:tie']")
    assert earned.text == "8"
    assert len(card.select("#strength .weeks tbody tr")) == 3


def test_what_waits_for_an_answer_leads_its_advocate_alone_to_the_card(app: Flask) -> None:
    database: Database = app.extensions["advocacy_database"]
    ids, at = settle_in(database), now()
    with database.writing() as session:
        avi, today = get_person(session, ids["avi"]), at.date()
        maria, tom, lena = add_contacts(session, avi, "Maria", "Tom", "Lena")
        log(session, avi, maria, today - timedelta(days=10), "called")
        log(session, avi, maria, today, answered=False)
        log(session, avi, tom, today, answered=False)
        log(session, avi, lena, today, began="contact", answered=False)
    waiting = ".entry-waiting a.chip"
    page = Caller(app, "avi").page("/growth")
    assert {one.text.strip(): one["href"] for one in page.select(waiting)} == {
        "+11 when Maria answers, a bonus included": f"/contacts/{maria}#story",
        "+4 when Tom answers": f"/contacts/{tom}#story",
        "counts when you answer": f"/contacts/{lena}#story",
    }
    assert Caller(app, "avi").page(f"/contacts/{tom}").select_one("#story") is not None
    managers = Caller(app, "mina").page(f"/leaderboard/{ids['avi']}")
    assert "+11 when private contact 1 answers, a bonus included" in managers.text
    assert managers.select(waiting) == []
