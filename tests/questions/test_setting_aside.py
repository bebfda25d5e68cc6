"""Set aside, a conversation is worth nothing, until it counts again."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from advocacy.contacts.actions import describe
from advocacy.contacts.models import Contact
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import correct, hold
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.models import Conversation
from advocacy.conversations.queries import talks_by_contact
from advocacy.conversations.rules import Said, Source
from advocacy.people.models import Person
from advocacy.points.rules import FIRST_RULES
from advocacy.questions import actions
from advocacy.recognition.actions import close_months
from advocacy.recognition.boards import board
from advocacy.recognition.replay import replay
from advocacy.recognition.trial import Trial, try_rules
from advocacy.recognition.unusual import hints_in
from advocacy.recognition.verify import verify
from advocacy.relationships.balance import balance_of
from advocacy.relationships.explained import explain
from tests.builders import add_contacts, ledger, log, noon, participant, points_in
from tests.questions.asking import DAY, LATER, agrees, ask, decide, restore, set_aside


def test_set_aside_it_is_worth_nothing_and_others_take_its_place(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    message = log(session, ada, sofia, DAY + timedelta(days=1))
    log(session, ada, sofia, DAY + timedelta(days=7))
    before = ledger(session)
    assert points_in(session, ada, "2026-03") == 8 + 4 + 8
    question = set_aside(session, call, mona)
    assert ledger(session) == {
        (message.day, "week", "word"): 4,
        (DAY + timedelta(days=7), "week", "word"): 4,
        (DAY + timedelta(days=7), "beginning", "word"): 8,
    }
    assert not participant(session, call, sofia).counted
    assert len(talks_by_contact(session, ada.id, [sofia])[sofia]) == 3
    agrees(session)
    restore(session, question, mona)
    assert ledger(session) == before
    assert participant(session, call, sofia).counted
    agrees(session)


def test_a_relationship_and_every_figure_are_without_it(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    log(session, ada, sofia, DAY)
    second = log(session, ada, sofia, DAY + timedelta(days=7))
    assert balance_of(session, ada.id, "2026-03", LATER).alive == 1
    question = set_aside(session, second, mona)
    told = balance_of(session, ada.id, "2026-03", LATER)
    assert (told.begun, told.alive) == ([], 0)
    found = board(session, "2026-03", today=LATER, limit=1).rows[0].figures
    assert (found.conversations, found.begun, found.alive) == (1, 0, 0)
    *_, trial = try_rules(session, FIRST_RULES, "2026-Q1")
    assert isinstance(trial, Trial)
    assert [(row.points, row.tried) for row in trial.rows] == [(4, 4)]
    restore(session, question, mona)
    assert balance_of(session, ada.id, "2026-03", LATER).begun == [sofia]


def test_a_closed_month_stays_and_the_difference_is_entered_in_the_open_one(
    session: Session, ada: Person, mona: Person, sofia: int, tmp_path: Path
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    question = ask(session, call, mona)
    april = date(2026, 4, 2)
    close_months(session, "2026-03", closed_by=mona.id, now=noon(april), data=tmp_path)
    actions.answer(session, question, "A long call.", person_id=ada.id, now=noon(april))
    decide(session, question, mona, day=april)
    assert points_in(session, ada, "2026-03") == 8
    assert points_in(session, ada, "2026-04") == -8
    agrees(session)
    restore(session, question, mona, day=april)
    assert points_in(session, ada, "2026-04") == 0
    agrees(session)


def test_the_reason_is_read_beside_the_entry_and_replay_knows_since_when(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    message = log(session, ada, sofia, DAY + timedelta(days=1))
    log(session, ada, sofia, DAY + timedelta(days=7))
    question = set_aside(session, call, mona)
    told = explain(session, ada, "2026-03", for_manager=False, with_quiet=True)
    off_again = [one.words for one in told.entries if one.points == -8]
    assert [one.reason for one in off_again] == [
        "The call with Sofia Marin of 3 March: set aside by Mona Berg (“Not so.”)."
    ]
    restore(session, question, mona)
    told = explain(session, ada, "2026-03", for_manager=True)
    [off] = [one.words for one in told.entries if one.points == -8]
    assert off.reason == (
        "The call with private contact 1 of 3 March: set aside by Mona Berg (“Not so.”). "
        "It counts again since 13 March."
    )
    [moved] = [one.words for one in told.entries if one.points == -4]
    assert moved.reason.endswith(": another conversation counts again, and this changed with it.")
    assert str(message.day.day) in moved.reason
    for day, points in ((LATER - timedelta(days=1), 20), (LATER, 16), (LATER + timedelta(2), 20)):
        then = replay(session, ada, "2026-03", noon(day), for_manager=False).explained
        assert then.points == points == sum(one.points for one in then.entries)
        assert all("again since" not in one.reason for one in then.entries) is (day <= LATER)
        assert all(one.asked is None for one in then.entries)


def test_what_moved_with_another_one_says_so(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    first = log(session, ada, sofia, DAY)
    log(session, ada, sofia, DAY + timedelta(days=7))
    set_aside(session, first, mona)
    told = explain(session, ada, "2026-03", for_manager=False)
    [moved] = [one.words for one in told.entries if one.points == -8]
    assert moved.reason.endswith(": another conversation was set aside, and this changed with it.")


def test_what_earned_nothing_says_why_in_the_month(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    log(session, ada, sofia, DAY, "called")
    weaker = log(session, ada, sofia, DAY + timedelta(days=1))
    set_aside(session, weaker, mona)
    [quiet] = explain(session, ada, "2026-03", for_manager=False, with_quiet=True).quiet
    assert quiet.reason == "Set aside by Mona Berg (“Not so.”): it brings no points."
    assert quiet.asked is not None


def test_an_edit_a_split_and_what_sees_it_do_not_bring_its_worth_back(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    talk = log(session, ada, [sofia, kwame], DAY, began="contact", answered=False)
    question = set_aside(session, talk, mona)
    hold(session, ada.id)
    mark_answered(session, talk, sofia, replied_on=DAY, now=noon(LATER))  # one of its own now
    correct(session, talk, Said(DAY, "met", "advocate", [True]), [kwame], noon(LATER))
    conversations.testify(session, {(sofia, DAY), (kwame, DAY)}, Source.CONFIRMED, noon(LATER))
    describe(session, session.get_one(Contact, kwame), name="Kwame", email="", shared=True)
    assert ledger(session) == {}
    agrees(session)
    restore(session, question, mona)
    assert ledger(session, tie=sofia) == {(DAY, "week", "seen"): 4}
    assert ledger(session, tie=kwame) == {(DAY, "week", "seen"): 12}
    agrees(session)


def test_a_mark_without_its_decision_is_found(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, other = log(session, ada, sofia, DAY), log(session, ada, sofia, DAY)
    question = set_aside(session, talk, mona)
    for mark, number in ((question, other.id), (None, talk.id)):
        with session.begin_nested() as undone:
            for one in {number, talk.id}:
                where = Conversation.id == one
                session.execute(update(Conversation).where(where).values(set_aside_by=mark and 99))
            found = " ".join(verify(session).problems)
            assert f"conversation {number}: " in found
            assert ("nobody decided so" in found) is (mark is not None)
            assert f"conversation {talk.id}: it was set aside, and is not marked so" in found
            undone.rollback()


def test_what_is_set_aside_raises_no_hint(session: Session, ada: Person, mona: Person) -> None:
    ties = add_contacts(session, ada, *(f"Contact {n}" for n in range(12)))
    talks = [log(session, ada, tie, DAY, answered=False) for tie in ties]
    assert hints_in(session, "2026-03", [ada.id])
    for talk in talks:
        set_aside(session, talk, mona)
    assert not hints_in(session, "2026-03", [ada.id])
