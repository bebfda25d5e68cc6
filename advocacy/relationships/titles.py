"""What ties and conversations are called, as their reader may read it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation
from advocacy.conversations.rules import did
from advocacy.core.statements import built_once
from advocacy.points.models import Tie
from advocacy.points.queries import CHUNK
from advocacy.questions.queries import ties_of_each


def labels_of_ties(session: Session, ties: Collection[int], *, for_manager: bool) -> dict[int, str]:
    """Return what a reader may call ties: names, or for a manager “private contact 12”.

    One that is merged into another is called what that one is.
    """
    labels: dict[int, str] = {}
    ordered = sorted(ties)
    for at in range(0, len(ordered), CHUNK):
        for tie, number, contact in session.execute(*_called(ordered[at : at + CHUNK])):
            if contact is None:
                labels[tie] = "somebody whose name is erased"
            elif for_manager and not contact.shared:
                labels[tie] = f"private contact {number}"
            else:
                labels[tie] = contact.label
    return labels


@built_once
def _called(ties: Sequence[int]) -> Select[int, int, Contact | None]:
    kept = aliased(Tie)
    return (
        select(Tie.id, kept.number, Contact)
        .join(kept, kept.id == func.coalesce(Tie.merged_into, Tie.id))
        .outerjoin(Contact, Contact.id == kept.id)
        .where(Tie.id.in_(ties))
    )


def titles_of(
    session: Session, conversations: Sequence[Conversation], *, for_manager: bool
) -> dict[int, str]:
    """Return what happened in conversations as titles, by their number: Called Sofia.

    :param for_manager: name contacts only where the advocate shares them.
    """
    ties = ties_of_each(session, {one.id for one in conversations}) if conversations else {}
    labels = labels_of_ties(
        session, {tie for each in ties.values() for tie in each}, for_manager=for_manager
    )
    return {
        one.id: did(one.kind, one.began, _listed([labels[tie] for tie in ties.get(one.id, ())]))
        for one in conversations
    }


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "somebody whose name is erased"
    more = f"{len(names) - 1} more" if len(names) > 2 else names[-1]
    return names[0] if len(names) == 1 else f"{names[0]} and {more}"
