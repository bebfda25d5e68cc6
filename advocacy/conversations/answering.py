"""Marking that an answer came, theirs or one's own, and undoing it; the tie is settled."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from advocacy.conversations import queries
from advocacy.conversations.actions import remember_parts, settle_ties
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.errors import Invalid
from advocacy.core.time import day_of
from advocacy.points.rules import Began, Kind
from advocacy.programme.queries import get_programme


def mark_answered(
    session: Session,
    conversation: Conversation,
    contact_id: int,
    *,
    replied_on: date | None = None,
    now: datetime,
) -> bool:
    """Mark that an answer came, whenever it came.

    When the contact began, it is the advocate who answered: the day of the reply becomes the
    conversation's day, in a conversation of its own when others still wait.

    :param replied_on: the day of the reply; needed when the contact began, else not looked at.
    :returns: whether that is news.
    :raises Invalid: when the reply lies before the conversation or after today.
    """
    today = day_of(now, get_programme(session).time_zone)
    participants = queries.participants_of(session, conversation.id)
    participant = _found(participants, contact_id)
    if participant.answered:
        return False
    if conversation.began == Began.ADVOCATE:
        participant.answered = True
    else:
        day = _checked_reply(replied_on or today, conversation.day, today)
        if len(participants) > 1:
            participant = _in_a_conversation_of_its_own(session, conversation, participant, now)
            conversation = queries.get_conversation(
                session, conversation.person_id, participant.conversation_id
            )
        participant.answered = True
        if day != conversation.day:
            conversation.day = day
            participant.logged_on, participant.reported = today, False
    session.flush()
    settle_ties(session, {contact_id: conversation.person_id}, now)
    return True


def _found(participants: Sequence[Participant], contact_id: int) -> Participant:
    for participant in participants:
        if participant.contact_id == contact_id:
            return participant
    raise Invalid("That person was not part of it.", field="contact")


def unmark_answered(
    session: Session, conversation: Conversation, contact_id: int, now: datetime
) -> None:
    """Undo that an answer of theirs was marked: what waits has not been answered yet.

    :raises Invalid: when there was nothing to wait for, or the answer was the advocate's own.
    """
    participant = _found(queries.participants_of(session, conversation.id), contact_id)
    if conversation.began != Began.ADVOCATE or conversation.kind == Kind.MET:
        raise Invalid("Put the conversation right instead.")
    participant.answered = False
    session.flush()
    settle_ties(session, {contact_id: conversation.person_id}, now)


def _checked_reply(replied_on: date, began_on: date, today: date) -> date:
    if replied_on > today:
        raise Invalid("That day is still to come.", field="replied_on")
    if replied_on < began_on:
        raise Invalid("An answer cannot come before they wrote.", field="replied_on")
    return replied_on


def _in_a_conversation_of_its_own(
    session: Session, conversation: Conversation, participant: Participant, now: datetime
) -> Participant:
    alone = Conversation(
        person_id=conversation.person_id,
        day=conversation.day,
        kind=conversation.kind,
        began=conversation.began,
        channel=conversation.channel,
        note=conversation.note,
        logged_at=now,
        reported=conversation.reported,
        set_aside_by=conversation.set_aside_by,
        put_right_by=conversation.put_right_by,
    )
    session.add(alone)
    session.flush()
    moved = Participant(
        conversation_id=alone.id,
        contact_id=participant.contact_id,
        answered=participant.answered,
        logged_on=participant.logged_on,
        reported=participant.reported,
    )
    remember_parts(session, conversation.id, [participant.contact_id])
    session.delete(participant)
    session.add(moved)
    return moved
