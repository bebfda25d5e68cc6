"""Writing down that a manager looked at what somebody did: that person sees it."""

from datetime import datetime

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.web.session import short_write
from advocacy.web.user import current_user


def note_look(person_id: int, month: str, now: datetime) -> None:
    """Write down a look at entries of a month, at once, unless they are one's own."""
    if person_id == current_user.id:
        return
    with short_write() as session:
        note(
            session,
            Action.LOOKED,
            actor_id=current_user.id,
            subject_id=person_id,
            detail=month,
            now=now,
        )
