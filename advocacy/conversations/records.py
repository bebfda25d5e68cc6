"""Reading the record of ties: the deeds that their conversations are, and which of them count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import is_colleague
from advocacy.conversations.evidence import is_seen
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.statements import built_once
from advocacy.people.models import Person
from advocacy.points.rules import Deed, Remembered, remembered_only

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation with one contact as the record has it, and whether it counts."""

    deed: Deed
    tie: int
    was_counted: bool
    remembered: Remembered | None


def records_of_ties(
    session: Session, ties: Collection[int], first_day: date
) -> dict[int, list[Record]]:
    """Return what the record says of ties, taken-back conversations left out.

    :param first_day: the programme's.
    """
    session.flush()  # no connection does it by itself
    found: dict[int, list[Record]] = {}
    ordered = sorted(ties)
    for at in range(0, len(ordered), CHUNK):
        rows = session.connection().execute(*_records(ordered[at : at + CHUNK])).all()
        for (
            tie,
            number,
            day,
            kind,
            began,
            reported,
            answered,
            logged_on,
            counted,
            seen,
            joined,
            colleague,
            set_aside,
            taken_back,
        ) in rows:
            if taken_back:
                continue
            remembered = remembered_only(
                day,
                logged_on,
                reported=reported,
                colleague=bool(colleague),
                joined=joined,
                first_day=first_day,
                set_aside=bool(set_aside),
            )
            deed = Deed(day, kind, began, answered, bool(seen), number)
            found.setdefault(tie, []).append(Record(deed, tie, counted, remembered))
    return found


@built_once
def _records(ties: Sequence[int]) -> Any:
    advocate = aliased(Person)
    return (
        select(
            Participant.contact_id,
            Conversation.id,
            Conversation.day,
            Conversation.kind,
            Conversation.began,
            Participant.reported,
            Participant.answered,
            Participant.logged_on,
            Participant.counted,
            is_seen(),
            advocate.joined,
            is_colleague(),
            Conversation.set_aside_by.is_not(None),
            # No condition: PostgreSQL would begin with all that stand while it knows no better.
            Conversation.taken_back_at.is_not(None),
        )
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .join(Contact, Contact.id == Participant.contact_id)
        .join(advocate, advocate.id == Conversation.person_id)
        .where(Participant.contact_id.in_(ties))
    )
