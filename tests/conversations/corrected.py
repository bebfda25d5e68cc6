"""A manager’s corrections, for tests."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from advocacy.conversations import putting_right
from advocacy.conversations.models import Conversation
from advocacy.conversations.rules import Said
from advocacy.people.models import Person
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.explained import explain
from tests.builders import noon

DAY = date(2026, 3, 3)  # a Tuesday
LATER = DAY + timedelta(days=30)
LETTER = "It was a letter."


def put_right(
    session: Session,
    talk: Conversation,
    by: Person,
    kind: str = "wrote",
    day: date = DAY,
    *,
    began: str = "advocate",
    answered: tuple[bool, ...] = (True,),
    reason: str = LETTER,
    seen: str = "",
    at: date = LATER,
) -> Conversation:
    return putting_right.put_right(
        session,
        talk.person_id,
        talk.id,
        Said(day, kind, began, answered),
        reason,
        corrected_by=by.id,
        seen=seen,
        now=noon(at),
    )


def reasons(session: Session, person: Person, month: str = "2026-03") -> list[tuple[int, str]]:
    told = explain(session, person, month, for_manager=False)
    return [(one.points, one.reason) for one in told.entries]


def agrees(session: Session) -> None:
    session.expire_all()
    assert verify(session).problems == []
    assert rebuild(session, noon(LATER)).problems == []
