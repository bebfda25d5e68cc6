"""A manager puts a conversation right with a reason: any time, on time, and it stands."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.actions import correct, hold, take_back
from advocacy.conversations.answering import mark_answered, unmark_answered
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Correction
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said
from advocacy.core.errors import Conflict, Invalid
from advocacy.people.models import Person
from advocacy.questions.actions import decide, restore
from advocacy.recognition.actions import close_months
from advocacy.recognition.replay import replay
from advocacy.relationships.explained import explain_tie
from tests.builders import add_contacts, ledger, log, noon, points_in, put_question
from tests.conversations.corrected import DAY, LATER, agrees, put_right, reasons


def test_it_is_worth_what_it_would_be_logged_so_from_the_start(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    log(session, ada, sofia, DAY + timedelta(days=7))
    put_right(session, call, mona, "met", DAY - timedelta(days=7), began="contact")
    assert ledger(session) == {
        (DAY - timedelta(days=7), "week", "word"): 8,
        (DAY + timedelta(days=7), "week", "word"): 4,
        (DAY + timedelta(days=7), "beginning", "word"): 8,
    }
    assert (points_in(session, ada, "2026-02"), points_in(session, ada, "2026-03")) == (8, 12)
    agrees(session)


def test_a_closed_month_stays_and_the_difference_is_entered_in_the_open_one(
    session: Session, ada: Person, mona: Person, sofia: int, tmp_path: Path
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    close_months(session, "2026-03", closed_by=mona.id, now=noon(LATER), data=tmp_path)
    put_right(session, call, mona)
    assert (points_in(session, ada, "2026-03"), points_in(session, ada, "2026-04")) == (8, -4)
    said = "It is of 3 March, and March 2026 was closed by then: it counts in April 2026."
    right = "ut right by Mona Berg on 2 April (“It was a letter.”)"
    assert reasons(session, ada, "2026-03") == [
        (
            8,
            f"Called Sofia Marin. An answered call is worth 8. P{right}. "
            "Since then −4 in April 2026.",
        )
    ]
    assert sorted(reasons(session, ada, "2026-04")) == [
        (
            -8,
            f"Put right. The call with Sofia Marin of 3 March: p{right}, and these are the points "
            f"from before. {said}",
        ),
        (
            4,
            f"Wrote to Sofia Marin. An answered message is worth 4. {said} P{right}.",
        ),
    ]
    agrees(session)


def test_its_entries_say_by_whom_and_why_to_everybody_and_what_changed_with_it_too(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    log(session, ada, sofia, DAY + timedelta(days=7))
    put_right(session, call, mona, answered=(False,))
    assert (8, "Called Sofia Marin. An answered call is worth 8.") in reasons(session, ada)
    [moved, taken] = sorted(one[1] for one in reasons(session, ada) if one[0] == -8)
    assert taken == (
        "Put right. The call with Sofia Marin of 3 March: put right by Mona Berg on 2 April (“It "
        "was a letter.”), and these are the points from before."
    )
    assert moved.endswith(": another conversation was put right, and this changed with it.")
    [quiet] = explain_tie(session, ada, sofia).quiet.values()
    assert quiet.reason.endswith(" Put right by Mona Berg on 2 April (“It was a letter.”).")
    put_right(session, call, mona, "called", reason="It was a call.", at=LATER + timedelta(days=1))
    [stands] = [
        entry.reason
        for _, entry in explain_tie(session, ada, sofia).entries
        if entry.deed == call.id and entry.points > 0 and not entry.taken_off
    ]
    assert stands.endswith(" Put right by Mona Berg on 3 April (“It was a call.”).")
    assert taken in [reason for _, reason in reasons(session, ada)]
    then = replay(session, ada, "2026-03", noon(DAY), for_manager=True).explained
    assert (then.points, [one.points for one in then.entries]) == (8, [8])
    agrees(session)


def test_what_a_manager_puts_right_is_on_time_whatever_of_it_changes(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "called", today=DAY + timedelta(days=14))
    hold(session, ada.id)
    moved = Said(DAY - timedelta(days=1), "called", "advocate", [True])
    correct(session, talk, moved, [sofia], noon(DAY + timedelta(days=14)))
    assert ledger(session) == {}  # logged late by its advocate, on the day of the change
    put_right(session, talk, mona, "wrote", DAY - timedelta(days=1))
    assert ledger(session) == {(DAY - timedelta(days=1), "week", "word"): 4}
    put_right(session, talk, mona, "wrote", DAY - timedelta(days=20))
    assert ledger(session) == {(DAY - timedelta(days=20), "week", "word"): 4}
    agrees(session)


def test_what_an_import_saw_is_on_ones_word_on_another_day(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "introduced", reported=True)
    put_right(session, talk, mona, "introduced", answered=(False,))  # still of one of the two
    put_right(session, talk, mona, "introduced", DAY - timedelta(days=1))
    [part] = participants_of(session, talk.id)
    assert (part.reported, part.logged_on) == (True, DAY - timedelta(days=1))
    with pytest.raises(Invalid, match="exactly two"):
        put_right(session, log(session, ada, sofia, DAY, "called"), mona, "introduced")


def test_an_import_put_right_there_and_back_is_worth_what_it_was(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    ada.joined = DAY + timedelta(days=10)  # an import counts from its own day on
    talk = log(session, ada, sofia, DAY, "met", today=DAY + timedelta(days=20), reported=True)
    put_right(session, talk, mona, "met", DAY + timedelta(days=1))
    assert ledger(session) == {(DAY + timedelta(days=1), "week", "word"): 8}
    put_right(session, talk, mona, "met")
    assert ledger(session) == {(DAY, "week", "seen"): 12}
    agrees(session)


def test_it_stands_against_its_advocate_who_may_still_answer_note_and_take_back(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    log(session, ada, sofia, DAY - timedelta(days=7))
    talk = log(session, ada, [sofia, kwame], DAY, "called")
    put_right(session, talk, mona, answered=(False, False), at=DAY)
    hold(session, ada.id)
    changes: list[tuple[Said, list[int]]] = [
        (Said(DAY, "called", "advocate", [False, False]), [sofia, kwame]),
        (Said(DAY - timedelta(days=1), "wrote", "advocate", [False, False]), [sofia, kwame]),
        (Said(DAY, "wrote", "contact", [False, False]), [sofia, kwame]),
        (Said(DAY, "wrote", "advocate", [False]), [sofia]),
        (Said(DAY, "wrote", "advocate", [True, False]), [sofia, kwame]),
    ]
    for said, contacts in changes:
        with pytest.raises(Conflict, match="A manager put this right, and that stands"):
            correct(session, talk, said, contacts, noon(DAY))
    noted = Said(DAY, "wrote", "advocate", [False, False], note="Hello")
    correct(session, talk, noted, [sofia, kwame], noon(DAY))
    assert talk.note == "Hello"
    assert mark_answered(session, talk, sofia, now=noon(DAY))
    assert ledger(session, tie=sofia)[DAY, "week", "word"] == 4
    unmark_answered(session, talk, sofia, noon(DAY))
    put_right(session, talk, mona, "met", answered=(True, True))
    assert (talk.note, ledger(session, tie=kwame)) == ("Hello", {(DAY, "week", "word"): 8})
    take_back(session, talk, noon(LATER))
    assert ledger(session, tie=kwame) == {}
    with pytest.raises(Conflict, match="Ada took this conversation back"):
        put_right(session, talk, mona)
    agrees(session)


def test_what_is_split_off_it_is_locked_too_and_says_the_same(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    talk = log(session, ada, [sofia, kwame], DAY, "called", answered=[True, False])
    for kind in ("called", "wrote"):
        put_right(session, talk, mona, kind, began="contact", answered=(False, False))
    hold(session, ada.id)
    mark_answered(session, talk, kwame, replied_on=DAY, now=noon(LATER))
    [(points, reason)] = [one for one in reasons(session, ada) if "Kwame wrote" in one[1]]
    assert points == 4
    assert reason.endswith("Put right by Mona Berg on 2 April (“It was a letter.”).")
    alone = get_conversation(session, ada.id, talk.id + 1)
    with pytest.raises(Conflict, match="A manager put this right"):
        correct(session, alone, Said(DAY, "met", "advocate", [True]), [kwame], noon(DAY))
    erase_contact(session, session.get_one(Contact, kwame), noon(LATER))
    session.expire_all()
    assert [one.reason for one in session.scalars(select(Correction))] == ["", ""]


def test_setting_aside_and_putting_right_know_nothing_of_each_other(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    question = put_question(session, call.id, mona)
    decide(session, question, "set aside", "No.", decided_by=mona.id, now=noon(LATER))
    put_right(session, call, mona)
    assert ledger(session) == {}
    restore(session, question, "Yes.", restored_by=mona.id, now=noon(LATER))
    assert ledger(session) == {(DAY, "week", "word"): 4}
    agrees(session)


def test_a_day_of_joining_that_was_moved_meanwhile_is_the_one_that_holds(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    moved = update(Person).where(Person.id == ada.id).values(joined=DAY)
    session.execute(moved.execution_options(synchronize_session=False))  # as another would
    with pytest.raises(Invalid, match="joined on 3 March 2026"):
        put_right(session, call, mona, "met", DAY - timedelta(days=7))


def test_a_reason_goes_with_whom_it_was_with_for_nothing_before_it_was_corrected(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    call = log(session, ada, [sofia, kwame], DAY, "called", answered=[True, False])
    correct(session, call, Said(DAY, "called", "advocate", [True]), [sofia], noon(DAY))
    put_right(session, call, mona)
    erase_contact(session, session.get_one(Contact, kwame), noon(LATER))
    assert session.scalars(select(Correction.reason)).all() == [""]
