"""Setting a conversation aside, and taking it up again: its ties are settled either way."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.conversations import queries
from advocacy.conversations.actions import settle_ties
from advocacy.conversations.models import Conversation


def set_aside(session: Session, conversation: Conversation, question: int, now: datetime) -> None:
    """Let a conversation be worth nothing from now on. The caller holds the person.

    It stays on record, and what is corrected on it later does not bring its worth back.

    :param question: the number of the one by which it was decided.
    """
    conversation.set_aside_by = question
    session.flush()
    settle_ties(session, queries.ties_of_conversations(session, [conversation.id]), now)


def restore(session: Session, conversation: Conversation, now: datetime) -> None:
    """Let what was set aside count again, with what was split off it. The caller holds the person.

    Each is worth what the record says of it now.
    """
    together = list(
        session.scalars(
            select(Conversation).where(
                Conversation.person_id == conversation.person_id,
                Conversation.set_aside_by == conversation.set_aside_by,
            )
        )
    )
    for one in together:
        one.set_aside_by = None
    session.flush()
    numbers = [one.id for one in together]
    settle_ties(session, queries.ties_of_conversations(session, numbers), now)
