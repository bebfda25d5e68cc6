"""Reading what imports brought, as it is here: to tell what comes again from what is new."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.records import CHUNK


class Imported(NamedTuple):
    """What is here of a row that an import brought.

    ``answered`` is how it stands, ``brought_answered`` what was brought; None when the contact
    whom the row names is no longer part of it.
    """

    number: int
    digest: str | None
    answered: bool | None
    brought_answered: bool | None


def imported_by_external_id(session: Session, external_ids: Collection[str]) -> dict[str, Imported]:
    """Return what imports brought, by external id; what was taken back stays among it."""
    return _imported(session, Conversation.external_id, external_ids)


def imported_by_digest(session: Session, digests: Collection[str]) -> dict[str, Imported]:
    """Return what imports brought without an external id, by the hash of its content."""
    return _imported(session, Conversation.digest, digests, Conversation.external_id.is_(None))


def _imported(
    session: Session,
    column: InstrumentedAttribute[str | None],
    values: Collection[str],
    *conditions: ColumnElement[bool],
) -> dict[str, Imported]:
    found: dict[str, Imported] = {}
    ordered = sorted(values)
    for at in range(0, len(ordered), CHUNK):
        rows = session.execute(
            select(
                column,
                Conversation.id,
                Conversation.digest,
                Participant.answered,
                Participant.brought_answered,
            )
            .outerjoin(
                Participant,
                and_(
                    Participant.conversation_id == Conversation.id,
                    Participant.brought_answered.is_not(None),
                ),
            )
            .where(column.in_(ordered[at : at + CHUNK]), *conditions)
        )
        found.update({str(row[0]): Imported(*row[1:]) for row in rows})
    return found
