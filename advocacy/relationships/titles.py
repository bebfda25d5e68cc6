"""Titles of conversations, as their reader may read them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation
from advocacy.conversations.rules import did
from advocacy.questions.queries import ties_of_each
from advocacy.relationships.explained import labels_of_ties


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
