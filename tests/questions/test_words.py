"""The words of questions go with whom they may name."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations.actions import correct, hold
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.rules import Said
from advocacy.core.errors import Conflict
from advocacy.people.models import Person
from advocacy.questions import actions
from advocacy.questions.models import Question
from advocacy.recognition.verify import verify
from advocacy.relationships.explained import explain
from tests.builders import add_contacts, entries, log, noon
from tests.questions.asking import DAY, LATER, ask, decide, restore, set_aside


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


def test_the_words_go_with_whom_was_split_off_before_anything_was_decided(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    answered = [True, False]
    talk = log(session, ada, [sofia, kwame], DAY, "called", began="contact", answered=answered)
    question = ask(session, talk, mona, "Who are they?")
    actions.answer(session, question, "Kwame is kind.", person_id=ada.id, now=noon(LATER))
    mark_answered(session, talk, kwame, replied_on=DAY, now=noon(LATER))
    actions.forget_words(session, session.get_one(Contact, kwame))
    assert session.execute(select(Question.text, Question.answer)).all() == [("", "")]


def test_the_words_go_with_whom_it_was_with_for_nothing_before_it_was_corrected(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    talk = log(session, ada, [sofia, kwame], DAY, answered=[True, False])  # no entry of theirs
    ask(session, talk, mona, "Was Kwame there?")
    hold(session, ada.id)
    correct(session, talk, Said(DAY, "wrote", "advocate", [True]), [sofia], noon(LATER))
    actions.forget_words(session, session.get_one(Contact, kwame))
    assert session.scalars(select(Question.text)).all() == [""]
