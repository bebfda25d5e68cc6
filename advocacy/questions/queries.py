"""Reading questions: as the person sees them, and as managers do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from advocacy.conversations.models import Conversation, Participant
from advocacy.core.errors import NotFound
from advocacy.core.statements import built_once
from advocacy.people.models import Person
from advocacy.questions.models import Question
from advocacy.questions.rules import Facts, Outcome, State, state_of, why_closed

_Questions = Select[Question, Conversation, Person, str, str | None, str | None, bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its conversation, the names in it, and how it stands."""

    question: Question
    conversation: Conversation
    person: Person
    asked_by: str
    decided_by: str
    restored_by: str
    facts: Facts

    @property
    def state(self) -> State:
        """Return how it stands."""
        return state_of(self.facts)

    @property
    def why_closed(self) -> str:
        """Return why there is nothing to decide, nothing when there is."""
        return why_closed(self.facts, self.person.called)


def get_question(session: Session, question_id: int) -> Asked:
    """Return a question, whoever was asked, as the database has it now.

    :raises NotFound: when there is none of that number.
    """
    query = _asked().where(Question.id == question_id)
    for asked in _found(session, query.execution_options(populate_existing=True)):
        return asked
    raise NotFound("There is no such question.")


def own_question(session: Session, person_id: int, question_id: int) -> Asked:
    """Return a question that a person was asked.

    :raises NotFound: when there is none of that number, or it is somebody else's.
    """
    asked = get_question(session, question_id)
    if asked.person.id != person_id:
        raise NotFound("There is no such question to you.")
    return asked


def questions_for_today(session: Session, person_id: int, since: datetime) -> list[Asked]:
    """Return the questions that wait for a person's answer, and those decided lately.

    :param since: the moment from which on decisions are told.
    """
    return _found(session, *_for_today(person_id, since))


@built_once
def _for_today(person_id: int, since: datetime) -> _Questions:
    of_person = _asked().where(
        Conversation.person_id == person_id,
        or_(
            and_(Question.answer.is_(None), _is_open()),
            Question.decided_at >= since,
            Question.restored_at >= since,
        ),
    )
    return of_person.order_by(Question.id)


def questions_to(session: Session, person_id: int) -> list[Asked]:
    """Return all questions that a person was asked, as they were asked."""
    return _found(session, *_to(person_id))


@built_once
def _to(person_id: int) -> _Questions:
    return _asked().where(Conversation.person_id == person_id).order_by(Question.id)


def questions_about(session: Session, conversation_id: int) -> list[Asked]:
    """Return all questions about a conversation, the latest first."""
    query = _asked().where(Question.conversation_id == conversation_id)
    return _found(session, query.order_by(Question.id.desc()))


def questions_page(session: Session, *, is_open: bool, limit: int, offset: int = 0) -> list[Asked]:
    """Return questions to everybody: the open, longest wait first, or the others, latest first."""
    query = _asked()
    if is_open:
        query = query.where(_is_open()).order_by(Question.id)
    else:
        query = query.where(~_is_open()).order_by(Question.id.desc())
    return _found(session, query.limit(limit).offset(offset))


def count_open(session: Session, people: Collection[int], through: date) -> int:
    """Return how many questions to some people are open about conversations up to a day."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Question)
            .join(Conversation, Conversation.id == Question.conversation_id)
            .where(
                Conversation.person_id.in_(sorted(people)),
                Conversation.day <= through,
                _is_open(),
            )
        )
        or 0
    )


def set_aside_then_taken_back(
    session: Session, decided_by: int, since: datetime
) -> list[Conversation]:
    """Return what a manager set aside and its advocate took back lately.

    It may be logged anew, so the manager is told.

    :param since: the moment from which on it was taken back.
    """
    return list(
        session.scalars(
            select(Conversation)
            .join(Question, Question.conversation_id == Conversation.id)
            .where(
                Question.id == Conversation.set_aside_by,
                Question.decided_by == decided_by,
                Conversation.taken_back_at >= since,
            )
            .order_by(Conversation.taken_back_at)
        )
    )


def count_to_decide(session: Session, by: int) -> int:
    """Return how many answered questions wait for a decision that somebody may take."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Question)
            .join(Conversation, Conversation.id == Question.conversation_id)
            .where(Conversation.person_id != by, Question.answer.is_not(None), _is_open())
        )
        or 0
    )


def set_aside_marks(session: Session) -> dict[int, int]:
    """Return by which question conversations are set aside, by their number, as was decided."""
    rows = session.execute(
        select(Question.conversation_id, Question.id).where(
            Question.outcome == Outcome.SET_ASIDE, Question.restored_at.is_(None)
        )
    )
    return {conversation: question for conversation, question in rows}


def _is_open() -> ColumnElement[bool]:
    return and_(
        Question.outcome.is_(None),
        Conversation.taken_back_at.is_(None),
        _has_anybody(),
    )


def _has_anybody() -> ColumnElement[bool]:
    return (
        select(Participant.contact_id)
        .where(Participant.conversation_id == Conversation.id)
        .exists()
    )


@cache
def _asked() -> _Questions:
    asker, decider, restorer = aliased(Person), aliased(Person), aliased(Person)
    return (
        select(
            Question,
            Conversation,
            Person,
            asker.name,
            decider.name,
            restorer.name,
            _has_anybody(),
        )
        .join(Conversation, Conversation.id == Question.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .join(asker, asker.id == Question.asked_by)
        .outerjoin(decider, decider.id == Question.decided_by)
        .outerjoin(restorer, restorer.id == Question.restored_by)
    )


def _found(
    session: Session,
    query: _Questions,
    values: Mapping[str, Any] | None = None,
) -> list[Asked]:
    rows = session.execute(query, values)
    return [
        Asked(
            question=question,
            conversation=conversation,
            person=person,
            asked_by=asker,
            decided_by=decider or "",
            restored_by=restorer or "",
            facts=Facts(
                answered=question.answer is not None,
                outcome=question.outcome,
                restored=question.restored_at is not None,
                taken_back=conversation.taken_back_at is not None,
                erased=not has_anybody,
            ),
        )
        for question, conversation, person, asker, decider, restorer, has_anybody in rows
    ]


def ties_of_each(session: Session, conversations: Collection[int]) -> dict[int, list[int]]:
    """Return with which ties conversations are, in the order they were named."""
    rows = session.execute(
        select(Participant.conversation_id, Participant.contact_id)
        .where(Participant.conversation_id.in_(sorted(conversations)))
        .order_by(Participant.position, Participant.contact_id)
    )
    found: dict[int, list[int]] = {}
    for conversation, tie in rows:
        found.setdefault(conversation, []).append(tie)
    return found
