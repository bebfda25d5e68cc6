"""A question about a conversation is asked once, answered and decided."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.conversations.actions import correct, hold, take_back
from advocacy.conversations.queries import get_conversation
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.people.actions import deactivate
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.questions import actions
from advocacy.questions.models import Question
from advocacy.questions.queries import count_open, get_question, questions_for_today, questions_page
from advocacy.questions.rules import State
from tests.builders import add_contacts, add_person, add_programme, log, noon, points_in
from tests.questions.asking import DAY, LATER, ask, decide, restore, set_aside

LONG_AGO = noon(date(2020, 1, 1))


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


def test_of_a_leaver_it_can_still_be_decided(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    question = ask(session, log(session, ada, sofia, DAY), mona)
    deactivate(session, ada, noon(LATER))
    decide(session, question, mona)
    assert points_in(session, ada, "2026-03") == 0


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
