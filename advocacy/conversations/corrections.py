"""Reading what managers put right: of one conversation, of a person, and lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Correction
from advocacy.conversations.rules import in_short
from advocacy.core.statements import built_once
from advocacy.people.models import Person


@dataclass(frozen=True, slots=True)
class PutRight:
    """A manager's correction of a conversation, and by whom.

    The conversation may also be one that was split off the corrected one since.
    """

    correction: Correction
    conversation: Conversation
    by: str

    def before(self, who: str) -> str:
        """Return what the conversation said before, in short.

        :param who: the advocate, as the reader calls them.
        """
        was = self.correction
        return in_short(was.day, was.kind, was.began, was.answered, was.people, who=who)


def corrections_about(session: Session, conversation: Conversation) -> list[PutRight]:
    """Return what managers put right about a conversation, the latest first."""
    if conversation.put_right_by is None:
        return []
    query = _corrections().where(Conversation.id == conversation.id)
    return _found(session, query.order_by(Correction.id.desc()))


def corrections_to(session: Session, person_id: int) -> list[PutRight]:
    """Return what managers put right about a person's conversations, as they did."""
    return _found(session, *_to(person_id))


@built_once
def _to(person_id: int) -> Select[Correction, Conversation, str]:
    return _corrections().where(Conversation.person_id == person_id).order_by(Correction.id)


def corrections_for_today(session: Session, person_id: int, since: datetime) -> list[PutRight]:
    """Return what was put right lately about a person's conversations that stand, each time.

    :param since: the moment from which on corrections are told.
    """
    return _found(session, *_for_today(person_id, since))


@built_once
def _for_today(person_id: int, since: datetime) -> Select[Correction, Conversation, str]:
    of_person = _corrections().where(
        Conversation.person_id == person_id,
        Conversation.taken_back_at.is_(None),
        Correction.corrected_at >= since,
        Correction.conversation_id == Conversation.id,
    )
    return of_person.order_by(Correction.id)


def put_right_then_taken_back(
    session: Session, corrected_by: int, since: datetime
) -> list[Conversation]:
    """Return what a manager put right last and its advocate took back lately.

    It may be logged anew as it was before, so the manager is told.

    :param since: the moment from which on it was taken back.
    """
    return list(
        session.scalars(
            select(Conversation)
            .join(Correction, Correction.conversation_id == Conversation.id)
            .where(
                Correction.id == Conversation.put_right_by,
                Correction.corrected_by == corrected_by,
                Conversation.taken_back_at >= since,
            )
            .order_by(Conversation.taken_back_at)
        )
    )


def _corrections() -> Select[Correction, Conversation, str]:
    about = or_(
        Correction.conversation_id == Conversation.id, Correction.id == Conversation.put_right_by
    )
    return (
        select(Correction, Conversation, Person.name)
        .select_from(Conversation)
        .join(Correction, about)
        .join(Person, Person.id == Correction.corrected_by)
        .where(Conversation.put_right_by.is_not(None))
    )


def _found(
    session: Session,
    query: Select[Correction, Conversation, str],
    values: Mapping[str, Any] | None = None,
) -> list[PutRight]:
    return [PutRight(made, spoken, by) for made, spoken, by in session.execute(query, values)]
