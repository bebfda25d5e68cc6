"""Reading what saw that a tie spoke on a day."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant, Witness
from advocacy.conversations.rules import VOUCHES_FOR_ANY, Source
from advocacy.core.statements import built_once

CHUNK = 500


def confirmed_among(
    session: Session, spoken: Collection[tuple[int | None, date]]
) -> set[tuple[int, date]]:
    """Return of which ties and days among some the contact confirmed that they spoke."""
    ties = sorted({tie for tie, _ in spoken if tie})
    found: set[tuple[int, date]] = set()
    for at in range(0, len(ties), CHUNK):
        rows = session.execute(*_confirmed(ties[at : at + CHUNK]))
        found.update((tie, day) for tie, day in rows if (tie, day) in spoken)
    return found


@built_once
def _confirmed(ties: Sequence[int]) -> Select[int, date]:
    return select(Witness.tie_id, Witness.day).where(
        Witness.tie_id.in_(ties), Witness.source == Source.CONFIRMED
    )


def is_seen() -> ColumnElement[bool]:
    """Return the condition under which a participant of the query was seen to speak that day."""
    return (
        select(Witness.tie_id)
        .where(
            Witness.tie_id == Participant.contact_id,
            Witness.day == Conversation.day,
            Witness.source.in_(VOUCHES_FOR_ANY),
        )
        .exists()
    )


def sources_by_day(session: Session, tie: int) -> dict[date, str]:
    """Return what saw a tie speak, by day; the contact’s own word before any other."""
    rows = session.execute(
        select(Witness.day, Witness.source).where(
            Witness.tie_id == tie, Witness.source.in_(VOUCHES_FOR_ANY)
        )
    )
    found: dict[date, str] = {}
    for day, source in rows:
        if found.get(day) != Source.CONFIRMED:
            found[day] = source
    return found


def kinds_on(session: Session, tie: int, day: date) -> dict[str, bool]:
    """Return the kinds of conversations with a tie on a day that were not taken back.

    :returns: in the order of logging, each with whether one of that kind was answered.
    """
    rows = session.execute(
        select(Conversation.kind, Participant.answered)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(
            Participant.contact_id == tie,
            Conversation.day == day,
            Conversation.taken_back_at.is_(None),
        )
        .order_by(Conversation.id)
    )
    found: dict[str, bool] = {}
    for kind, answered in rows:
        found[kind] = found.get(kind, False) or answered
    return found
