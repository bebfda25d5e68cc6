"""Two contacts who are one person: what was with either is with the one that stays."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, exists, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import colleagues_among
from advocacy.conversations.models import Conversation, Participant, Witness
from advocacy.conversations.records import records_of_ties
from advocacy.conversations.rules import VOUCHES_FOR_ANY
from advocacy.points.rules import Deed, Kind


@dataclass(frozen=True, slots=True)
class Together:
    """How many conversations each of two contacts has, and how many these are together."""

    kept: int
    gone: int
    both: int

    @property
    def twice(self) -> int:
        """Return how many are with both of them."""
        return self.kept + self.gone - self.both


def why_two(session: Session, kept: Contact, gone: Contact) -> str:
    """Return why two contacts cannot be one person, nothing when they can."""
    other = aliased(Participant)
    day = session.scalar(
        select(Conversation.day)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(other, other.conversation_id == Conversation.id)
        .where(
            Participant.contact_id == kept.id,
            other.contact_id == gone.id,
            Conversation.kind == Kind.INTRODUCED,
            Conversation.taken_back_at.is_(None),
        )
        .order_by(Conversation.day.desc())
        .limit(1)
    )
    if day is None:
        return ""
    return (
        f"You introduced them to each other on {day.day} {day:%B %Y}, so they are two people. If "
        "that was a slip, take that conversation back first."
    )


def count_together(session: Session, kept: Contact, gone: Contact) -> Together:
    """Return how many conversations two contacts have, taken-back ones left out."""
    rows = session.execute(
        select(Participant.contact_id, Participant.conversation_id)
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(Participant.contact_id.in_((kept.id, gone.id)), Conversation.taken_back_at.is_(None))
    ).all()
    mine = {number for contact, number in rows if contact == kept.id}
    theirs = {number for contact, number in rows if contact == gone.id}
    return Together(len(mine), len(theirs), len(mine | theirs))


def deeds_as_one(session: Session, kept: Contact, gone: Contact, first_day: date) -> list[Deed]:
    """Return the deeds that count once two contacts are one, before they are.

    :param first_day: the programme's.
    """
    ties = kept.id, gone.id
    if colleagues_among(session, ties):
        return []
    seen = set(
        session.scalars(
            select(Witness.day).where(Witness.tie_id.in_(ties), Witness.source.in_(VOUCHES_FOR_ANY))
        )
    )
    records = [one for told in records_of_ties(session, ties, first_day).values() for one in told]
    counted = {one.deed.number for one in records if one.remembered is None}
    answered = {one.deed.number for one in records if one.deed.answered}
    found = {
        one.deed.number: one.deed._replace(
            answered=one.deed.number in answered, seen=one.deed.day in seen
        )
        for one in records
        if one.deed.number in counted
    }
    return list(found.values())


def move_talks(session: Session, kept: Contact, gone: Contact) -> None:
    """Let all that was with a contact be with another, who was part of some of it as well.

    Moving is not logging: what was on time stays on time. The caller settles the tie that stays.
    """
    _join_where_both_were(session, kept.id, gone.id)
    session.execute(
        update(Participant)
        .where(Participant.contact_id == gone.id)
        .values(contact_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    known = aliased(Witness)
    session.execute(
        insert(Witness).from_select(
            ["tie_id", "day", "source", "recorded_at"],
            select(literal(kept.id), Witness.day, Witness.source, Witness.recorded_at).where(
                Witness.tie_id == gone.id,
                ~exists().where(
                    known.tie_id == kept.id,
                    known.day == Witness.day,
                    known.source == Witness.source,
                ),
            ),
        )
    )
    session.execute(
        delete(Witness)
        .where(Witness.tie_id == gone.id)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _join_where_both_were(session: Session, kept: int, gone: int) -> None:
    """Let one part stay of two in a conversation: answered, or on time, if either was."""
    theirs = aliased(Participant)
    rows = session.execute(
        select(Participant, theirs)
        .join(theirs, theirs.conversation_id == Participant.conversation_id)
        .where(Participant.contact_id == kept, theirs.contact_id == gone)
    ).all()
    for stays, goes in rows:
        stays.answered = stays.answered or goes.answered
        stays.reported = stays.reported or goes.reported
        stays.logged_on = min(stays.logged_on, goes.logged_on)
        stays.position = min(stays.position, goes.position)
        if stays.brought_answered is None:
            stays.brought_answered = goes.brought_answered
        session.delete(goes)
    session.flush()
