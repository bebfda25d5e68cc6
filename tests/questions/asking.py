"""Questions about conversations, for tests."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation
from advocacy.people.models import Person
from advocacy.questions import actions
from advocacy.recognition.verify import rebuild, verify
from tests.builders import noon, put_question

DAY = date(2026, 3, 3)  # a Tuesday
LATER = DAY + timedelta(days=9)


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
