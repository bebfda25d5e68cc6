"""Reading conversations, always those of one person."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.errors import Gone, NotFound
from advocacy.core.statements import built_once
from advocacy.points.models import Tie
from advocacy.points.rules import Began


def get_conversation(session: Session, person_id: int, conversation_id: int) -> Conversation:
    """Return a conversation of a person.

    :raises NotFound: when it does not exist or is somebody else's.
    :raises Gone: when it was taken back.
    """
    conversation = session.scalar(
        select(Conversation).where(
            Conversation.id == conversation_id, Conversation.person_id == person_id
        )
    )
    if conversation is None:
        raise NotFound("There is no such conversation of yours.")
    if conversation.taken_back_at is not None:
        raise Gone("This conversation was taken back meanwhile, perhaps in another tab.")
    return conversation


def participants_with_contacts(
    session: Session, person_id: int, conversation_id: int
) -> list[tuple[Participant, Contact]]:
    """Return who took part in a person's conversation, in the order they were named."""
    rows = session.execute(*_with_contacts(person_id, conversation_id))
    return [(participant, contact) for participant, contact in rows]


@built_once
def _with_contacts(person_id: int, conversation_id: int) -> Select[Participant, Contact]:
    return (
        select(Participant, Contact)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(Participant.conversation_id == conversation_id, Contact.person_id == person_id)
        .order_by(Participant.position, Participant.contact_id)
    )


def participants_of(session: Session, conversation_id: int) -> list[Participant]:
    """Return who took part in a conversation, in the order they were named."""
    return list(
        session.scalars(
            select(Participant)
            .where(Participant.conversation_id == conversation_id)
            .order_by(Participant.position, Participant.contact_id)
        )
    )


def conversations_with(
    session: Session, person_id: int, contact_id: int, *, limit: int, offset: int = 0
) -> list[tuple[Conversation, Participant]]:
    """Return a person's conversations with a contact, latest first."""
    rows = session.execute(
        select(Conversation, Participant)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(
            Conversation.person_id == person_id,
            Participant.contact_id == contact_id,
            Conversation.taken_back_at.is_(None),
        )
        .order_by(Conversation.day.desc(), Conversation.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(conversation, participant) for conversation, participant in rows]


def same_on_day(
    session: Session, person_id: int, contacts: Collection[int], kind: str, day: date
) -> list[Contact]:
    """Return with whom of some contacts a person has a conversation of this kind and day."""
    return list(session.scalars(*_same_on_day(person_id, sorted(contacts), kind, day)))


@built_once
def _same_on_day(person_id: int, contacts: Sequence[int], kind: str, day: date) -> Select[Contact]:
    spoken = (
        select(Participant.contact_id)
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(
            Participant.contact_id == Contact.id,
            Conversation.person_id == person_id,
            Conversation.day == day,
            Conversation.kind == kind,
            Conversation.taken_back_at.is_(None),
        )
    )
    return select(Contact).where(Contact.id.in_(contacts), spoken.exists()).order_by(Contact.id)


def only_known_by(session: Session, conversation: Conversation) -> list[Contact]:
    """Return the contacts that a conversation brought along, and of whom nothing else is known.

    They were added as it was logged, are as they were then, nobody was merged into them, and they
    spoke in no other one that stands. What an import reported brings nobody along: the next one
    would add them again.
    """
    other = aliased(Participant)
    elsewhere = (
        select(other.contact_id)
        .join(Conversation, Conversation.id == other.conversation_id)
        .where(
            other.contact_id == Contact.id,
            other.conversation_id != conversation.id,
            Conversation.taken_back_at.is_(None),
        )
        .exists()
    )
    return list(
        session.scalars(
            select(Contact)
            .join(Participant, Participant.contact_id == Contact.id)
            .where(
                Participant.conversation_id == conversation.id,
                Contact.created_at == conversation.logged_at,
                Contact.shared.is_(False),
                or_(Contact.name == "", Contact.email == ""),
                not_(elsewhere),
                not_(select(Tie.id).where(Tie.merged_into == Contact.id).exists()),
            )
            .order_by(Contact.id)
        )
        if not conversation.reported
        else ()
    )


class Talks(NamedTuple):
    """So many conversations of a day with somebody that are alike."""

    day: date
    answered: bool
    kind: str
    began: str
    times: int


def talks_by_contact(
    session: Session, person_id: int, contacts: Collection[int]
) -> dict[int, list[Talks]]:
    """Return every conversation, by contact, for the ring: what is only remembered counts too."""
    talks: dict[int, list[Talks]] = {}
    rows = session.connection().execute(*_talks(person_id, sorted(contacts)))
    for contact, day, answered, kind, began, times in rows:
        talks.setdefault(contact, []).append(Talks(day, answered, kind, began, times))
    return talks


@built_once
def _talks(person_id: int, contacts: Sequence[int]) -> Any:
    alike = (
        Participant.contact_id,
        Conversation.day,
        Participant.answered,
        Conversation.kind,
        Conversation.began,
    )
    return (
        select(*alike, func.count())
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(
            Conversation.person_id == person_id,
            Conversation.taken_back_at.is_(None),
            # As a sum, or SQLite looks for each of them in each conversation.
            (Participant.contact_id + 0).in_(contacts),
        )
        .group_by(*alike)
        .order_by(Conversation.day)
    )


def recent_contacts(session: Session, person_id: int, *, limit: int) -> list[Contact]:
    """Return the contacts whom a person spoke with last, then those added last."""
    return list(session.scalars(*_recent(person_id, limit)))


@built_once
def _recent(person_id: int, limit: int) -> Select[Contact]:
    last = (
        select(Participant.contact_id, func.max(Conversation.id).label("number"))
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(Conversation.person_id == person_id, Conversation.taken_back_at.is_(None))
        .group_by(Participant.contact_id)
        .subquery()
    )
    return (
        select(Contact)
        .outerjoin(last, last.c.contact_id == Contact.id)
        .where(Contact.person_id == person_id)
        .order_by(last.c.number.is_(None), last.c.number.desc(), Contact.id.desc())
        .limit(limit)
    )


def _waits_for(person_id: int) -> ColumnElement[bool]:
    """Return the condition under which a participant waits for a person's answer.

    Imports fill no inbox.
    """
    return and_(
        Conversation.person_id == person_id,
        Conversation.began == Began.CONTACT,
        Participant.answered.is_(False),
        Conversation.reported.is_(False),
        Conversation.taken_back_at.is_(None),
    )


def waiting_for_person(
    session: Session, person_id: int, *, limit: int
) -> list[tuple[Conversation, Contact]]:
    """Return who wrote and waits for this person's answer, the longest wait first."""
    rows = session.execute(*_waiting(person_id, limit))
    return [(conversation, contact) for conversation, contact in rows]


@built_once
def _waiting(person_id: int, limit: int) -> Select[Conversation, Contact]:
    return (
        select(Conversation, Contact)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(_waits_for(person_id))
        .order_by(Conversation.day, Conversation.id)
        .limit(limit)
    )


def count_waiting(session: Session, person_id: int) -> int:
    """Return how many people wait for this person's answer."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Conversation)
            .join(Participant, Participant.conversation_id == Conversation.id)
            .where(_waits_for(person_id))
        )
        or 0
    )


def count_counted(session: Session, person_id: int) -> int:
    """Return how many conversations of a person count, times those they were with."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Conversation)
            .join(Participant, Participant.conversation_id == Conversation.id)
            .where(
                Conversation.person_id == person_id,
                Conversation.taken_back_at.is_(None),
                Participant.counted.is_(True),
            )
        )
        or 0
    )


def count_unanswered(session: Session, first: date, last: date, *, limit: int) -> int:
    """Return how many talks of some days still wait for an answer, one for each person in them.

    :param limit: where counting stops.
    """
    found = (
        select(Participant.contact_id)
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(
            Conversation.day.between(first, last),
            Conversation.taken_back_at.is_(None),
            Participant.answered.is_(False),
            Participant.counted.is_(True),
        )
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(found)) or 0


def is_a_conversation_of_boards() -> ColumnElement[bool]:
    """Return the condition under which a participant is one of a board's conversations."""
    return and_(
        Conversation.taken_back_at.is_(None),
        Participant.counted.is_(True),
        or_(Conversation.began == Began.ADVOCATE, Participant.answered.is_(True)),
    )


def ties_of_conversations(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Return the ties that conversations are with, each with its person."""
    rows = session.execute(
        select(Participant.contact_id, Conversation.person_id)
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(Conversation.id.in_(sorted(numbers)))
    )
    return {tie: person for tie, person in rows}
