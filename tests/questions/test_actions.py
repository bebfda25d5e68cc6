"""A question about a conversation is asked once, answered and decided; set aside, it is nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import correct, hold, mark_answered, take_back
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation
from advocacy.conversations.queries import get_conversation, talks_by_contact
from advocacy.conversations.rules import Said, Source
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.people.actions import deactivate
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.rules import FIRST_RULES
from advocacy.questions import actions
from advocacy.questions.models import Question
from advocacy.questions.queries import count_open, get_question, questions_for_today, questions_page
from advocacy.questions.rules import State
from advocacy.recognition.actions import close_months
from advocacy.recognition.boards import board
from advocacy.recognition.replay import replay
from advocacy.recognition.trial import Trial, try_rules
from advocacy.recognition.unusual import hints_in
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.balance import balance_of
from advocacy.relationships.explained import explain
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    entries,
    ledger,
    log,
    noon,
    participant,
    points_in,
    put_question,
)

DAY = date(2026, 3, 3)  # a Tuesday
LONG_AGO = noon(date(2020, 1, 1))
LATER = DAY + timedelta(days=9)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def mona(session: Session, ada: Person) -> Person:
    return add_person(session, "mona@example.com", name="Mona Berg", role="manager")


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia Marin")[0]


def ask(session: Session, talk: Conversation, by: Person, text: str = "What was it?") -> int:
    made = actions.ask(session, talk.person_id, talk.id, text, asked_by=by.id, now=noon(LATER))
    return made.id


def decide(
    session: Session, question: int, by: Person, outcome: str = "set aside", day: date = LATER
) -> None:
    actions.decide(session, question, outcome, "Not so.", decided_by=by.id, now=noon(day))


def set_aside(session: Session, talk: Conversation, by: Person, day: date = LATER) -> int:
    question = put_question(session, talk.id, by)
    decide(session, question, by, day=day)
    return question


def restore(session: Session, question: int, by: Person, day: date = LATER) -> None:
    at = noon(day + timedelta(days=1))
    actions.restore(session, question, "It was so.", restored_by=by.id, now=at)


def agrees(session: Session) -> None:
    session.expire_all()
    assert verify(session).problems == []
    assert rebuild(session, noon(LATER)).problems == []


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
    assert quiet.reason == "Remembered only: set aside by Mona Berg (“Not so.”)."
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


def test_one_question_at_a_time_and_a_second_is_told_so(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY)
    other = add_person(session, "otto@example.com", role="administrator")
    question = ask(session, talk, mona)
    with pytest.raises(Conflict, match="Mona Berg asked about this already"):
        ask(session, talk, other)
    decide(session, question, other, "kept")
    assert points_in(session, ada, "2026-03") == 4
    again = ask(session, talk, other)
    decide(session, again, mona)
    with pytest.raises(Conflict, match="set aside already"):
        ask(session, talk, other)
    assert get_question(session, question).state is State.KEPT
    assert get_question(session, again).state is State.SET_ASIDE


def test_the_database_itself_holds_the_law(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    question = ask(session, log(session, ada, sofia, DAY), mona)
    made = session.get_one(Question, question)
    twin = {"conversation_id": made.conversation_id, "asked_by": mona.id, "asked_at": noon(DAY)}
    for broken in (
        {"outcome": "lost", "decided_by": mona.id, "decided_at": noon(DAY)},
        {"outcome": "kept"},
        {"outcome": "set aside", "decided_by": mona.id, "decided_at": noon(DAY)},
        {"answer": "Yes"},
        {"restored_at": noon(DAY), "restored_by": mona.id, "restored_reason": "So."},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Question).values(**broken))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Question).values(text="Twice?", **twin))


def test_what_cannot_be_kept_is_refused(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    text, talk = "", log(session, ada, sofia, DAY)
    with pytest.raises(Invalid) as refused:
        ask(session, talk, mona, text)
    assert refused.value.field == "text"
    question = ask(session, talk, mona, "x" * 498 + "\r\ny")
    for change, field in (
        (
            lambda: actions.answer(session, question, text, person_id=ada.id, now=noon(DAY)),
            "answer",
        ),
        (
            lambda: actions.decide(
                session, question, "set aside", text, decided_by=mona.id, now=noon(DAY)
            ),
            "reason",
        ),
    ):
        with pytest.raises(Invalid) as refused:
            change()
        assert refused.value.field == field
    with pytest.raises(Invalid, match="Keep it, or set it aside"):
        actions.decide(session, question, "lost", "", decided_by=mona.id, now=noon(DAY))
    actions.decide(session, question, "kept", " ", decided_by=mona.id, now=noon(DAY))
    assert get_question(session, question).question.reason is None


def test_nobody_asks_about_or_decides_over_their_own(
    session: Session, ada: Person, mona: Person
) -> None:
    boss = add_person(session, "otto@example.com", role="administrator")
    [lena] = add_contacts(session, boss, "Lena")
    talk = log(session, boss, lena, DAY)
    with pytest.raises(Invalid, match="another manager"):
        ask(session, talk, boss)
    question = ask(session, talk, mona)
    with pytest.raises(Invalid, match="another manager"):
        decide(session, question, boss, "kept")
    decide(session, question, mona)
    with pytest.raises(Invalid, match="another manager"):
        restore(session, question, boss)


def test_what_is_not_there_or_not_theirs_is_not_found(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, unanswered = log(session, ada, sofia, DAY), log(session, ada, sofia, DAY, answered=False)
    for person, number in ((ada.id, talk.id + 99), (mona.id, talk.id), (ada.id, unanswered.id)):
        with pytest.raises(NotFound):
            actions.ask(session, person, number, "Why?", asked_by=mona.id, now=noon(DAY))
    question = ask(session, talk, mona)
    with pytest.raises(NotFound):
        actions.answer(session, question, "So.", person_id=mona.id, now=noon(DAY))
    with pytest.raises(NotFound):
        decide(session, question + 99, mona)


def test_the_answer_may_change_until_it_is_decided(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    question = ask(session, log(session, ada, sofia, DAY), mona)
    assert [one.question.id for one in questions_for_today(session, ada.id, LONG_AGO)] == [question]
    for text in ("A call.", "A long call."):
        actions.answer(session, question, text, person_id=ada.id, now=noon(LATER))
    assert questions_for_today(session, ada.id, LONG_AGO) == []
    seen = actions.stamp_of(session, get_question(session, question))
    actions.answer(session, question, "A short call.", person_id=ada.id, now=noon(LATER))
    with pytest.raises(Conflict, match="changed while you had it open"):
        actions.decide(
            session, question, "kept", "", decided_by=mona.id, seen=seen, now=noon(LATER)
        )
    decide(session, question, mona, "kept")
    changes: list[Callable[[], None]] = [
        lambda: actions.answer(session, question, "No.", person_id=ada.id, now=noon(LATER)),
        lambda: decide(session, question, mona),
        lambda: restore(session, question, mona),
    ]
    for change in changes:
        with pytest.raises(Conflict):
            change()


def test_moved_to_another_contact_it_is_looked_at_again_before_it_is_decided(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, [kwame] = log(session, ada, sofia, DAY), add_contacts(session, ada, "Kwame")
    question = ask(session, talk, mona)
    seen = actions.stamp_of(session, get_question(session, question))
    hold(session, ada.id)
    correct(session, talk, Said(DAY, "wrote", "advocate", [True]), [kwame], noon(LATER))
    with pytest.raises(Conflict, match="changed while you had it open"):
        actions.decide(
            session, question, "set aside", "So.", decided_by=mona.id, seen=seen, now=noon(LATER)
        )


def test_taken_back_it_is_closed_by_itself_in_words(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    open_, aside = log(session, ada, sofia, DAY, "called"), log(session, ada, sofia, DAY)
    asked, decided = ask(session, open_, mona), set_aside(session, aside, mona)
    assert count_open(session, [ada.id], DAY) == 1
    hold(session, ada.id)
    for talk in (open_, aside):
        take_back(session, talk, noon(LATER))
    assert get_question(session, asked).state is State.CLOSED
    assert count_open(session, [ada.id], DAY) == 0
    assert questions_page(session, is_open=True, limit=9) == []
    assert len(questions_page(session, is_open=False, limit=9)) == 2
    for change in (
        lambda: decide(session, asked, mona),
        lambda: restore(session, decided, mona),
        lambda: ask(session, open_, mona),
        lambda: actions.answer(session, asked, "So.", person_id=ada.id, now=noon(LATER)),
    ):
        with pytest.raises(Conflict, match="took this conversation back"):
            change()


def test_an_erased_contact_takes_the_words_along_and_is_never_settled_again(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, other = log(session, ada, sofia, DAY), log(session, ada, sofia, DAY + timedelta(days=7))
    decided, question = set_aside(session, talk, mona), ask(session, other, mona, "Who is Sofia?")
    actions.answer(session, question, "Sofia is kind.", person_id=ada.id, now=noon(LATER))
    contact, before = session.get_one(Contact, sofia), len(entries(session))
    hold(session, ada.id)
    actions.forget_words(session, contact)
    erase_contact(session, contact, noon(LATER))
    for change in (
        lambda: decide(session, question, mona),
        lambda: restore(session, decided, mona),
        lambda: ask(session, talk, mona),
    ):
        with pytest.raises(Conflict, match="is erased"):
            change()
    assert len(entries(session)) == before
    session.expire_all()
    kept = session.execute(
        select(Question.text, Question.answer, Question.reason).order_by(Question.id)
    ).all()
    assert kept == [("", None, ""), ("", "", None)]
    [off] = [
        one.words
        for one in explain(session, ada, "2026-03", for_manager=True).entries
        if one.words.title == "Set aside"
    ]
    assert off.reason.endswith(": set aside by Mona Berg.")
    assert verify(session).problems == []


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


def test_the_words_go_with_a_contact_whom_it_was_with_before_it_was_corrected(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, [kwame] = log(session, ada, sofia, DAY), add_contacts(session, ada, "Kwame")
    ask(session, talk, mona, "Who is Sofia?")
    ask(session, log(session, ada, kwame, DAY), mona, "Who is Kwame?")
    hold(session, ada.id)
    correct(session, talk, Said(DAY, "wrote", "advocate", [True]), [kwame], noon(LATER))
    actions.forget_words(session, session.get_one(Contact, sofia))
    assert list(session.scalars(select(Question.text).order_by(Question.id))) == [
        "",
        "Who is Kwame?",
    ]


def test_the_words_go_with_a_contact_whom_it_was_with_before_it_was_taken_back(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk, [kwame] = log(session, ada, sofia, DAY), add_contacts(session, ada, "Kwame")
    question, other = ask(session, talk, mona), log(session, ada, kwame, DAY)
    actions.answer(session, question, "Sofia asked.", person_id=ada.id, now=noon(LATER))
    ask(session, other, mona)
    for taken in (talk, other):
        assert actions.take_back(session, taken, noon(LATER)) == []
    assert [one.answer for one in session.scalars(select(Question).order_by(Question.id))] == [
        "Sofia asked.",
        None,
    ]
    actions.forget_words(session, session.get_one(Contact, sofia))
    kept = session.execute(select(Question.text, Question.answer).order_by(Question.id)).all()
    assert kept == [("", ""), ("What was it?", None)]


def test_the_words_go_with_a_contact_whose_part_was_split_off(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    answered = [True, False]
    talk = log(session, ada, [sofia, kwame], DAY, "called", began="contact", answered=answered)
    set_aside(session, talk, mona)
    hold(session, ada.id)
    mark_answered(session, talk, kwame, replied_on=DAY, now=noon(LATER))
    actions.forget_words(session, session.get_one(Contact, kwame))
    assert session.execute(select(Question.text, Question.reason)).all() == [("", "")]


def test_the_words_go_with_whom_a_conversation_that_is_taken_back_had_brought_along(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [new] = find_or_add(session, ada.id, ["Wilhelmina"], noon(DAY))
    talk = log(session, ada, [new, sofia], DAY, answered=[False, True])  # no entry of theirs
    other = log(session, ada, sofia, DAY, "called")
    decided = set_aside(session, talk, mona)
    restore(session, decided, mona)
    question = ask(session, talk, mona, "Who is Wilhelmina?")
    actions.answer(session, question, "Wilhelmina is kind.", person_id=ada.id, now=noon(LATER))
    ask(session, other, mona, "Who is Sofia?")
    hold(session, ada.id)
    assert actions.take_back(session, talk, noon(LATER)) == [new]
    kept = session.execute(
        select(Question.text, Question.answer, Question.reason, Question.restored_reason).order_by(
            Question.id
        )
    ).all()
    assert kept == [("", None, "", ""), ("", "", None, None), ("Who is Sofia?", None, None, None)]


def test_of_a_leaver_it_can_still_be_decided(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    question = ask(session, log(session, ada, sofia, DAY), mona)
    deactivate(session, ada, noon(LATER))
    decide(session, question, mona)
    assert points_in(session, ada, "2026-03") == 0


def test_what_is_set_aside_raises_no_hint(session: Session, ada: Person, mona: Person) -> None:
    ties = add_contacts(session, ada, *(f"Contact {n}" for n in range(12)))
    talks = [log(session, ada, tie, DAY, answered=False) for tie in ties]
    assert hints_in(session, "2026-03", [ada.id])
    for talk in talks:
        set_aside(session, talk, mona)
    assert not hints_in(session, "2026-03", [ada.id])


def test_the_trail_says_who_and_when_and_none_of_the_words(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    question = ask(session, log(session, ada, sofia, DAY), mona, "What was it?")
    actions.answer(session, question, "A call.", person_id=ada.id, now=noon(LATER))
    decide(session, question, mona)
    restore(session, question, mona)
    rows = session.execute(select(Event.action, Event.actor_id, Event.subject_id, Event.detail))
    assert [tuple(row) for row in rows] == [
        ("question asked", mona.id, ada.id, "2026-03"),
        ("question answered", ada.id, ada.id, "2026-03"),
        ("conversation set aside", mona.id, ada.id, "2026-03"),
        ("conversation counts again", mona.id, ada.id, "2026-03"),
    ]


def test_of_two_who_decide_at_once_one_wins(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        managers = [
            add_person(session, f"{name}@example.com", role="manager") for name in ("mona", "otto")
        ]
        talk = log(session, ada, add_contacts(session, ada, "Sofia")[0], DAY, "called")
        question, numbers = ask(session, talk, managers[0]), [one.id for one in managers]
    ready = Barrier(2)

    def decided(by: int, outcome: str) -> str:
        ready.wait()
        try:
            with fresh_database.writing() as session:
                actions.decide(session, question, outcome, "So.", decided_by=by, now=noon(LATER))
        except DomainError as error:
            return error.message
        return outcome

    with ThreadPoolExecutor(2) as pool:
        said = set(pool.map(decided, numbers, ("kept", "set aside")))
    [won] = said - {"This was decided meanwhile."}
    assert len(said) == 2
    with fresh_database.reading() as session:
        points = session.scalar(select(func.sum(Entry.points)))
        assert get_question(session, question).question.outcome == won
        assert points == (8 if won == "kept" else 0)
        assert get_conversation(session, talk.person_id, talk.id) is not None
