"""Writing down that a manager looked at what somebody did: that person sees it."""

from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.web.session import db, is_reading, short_write
from advocacy.web.user import current_user


def note_look(person_id: int, month: str, now: datetime) -> None:
    """Write down a look at entries of a month, at once, unless they are one's own.

    Where a form is refused and shows them again, what it began is undone before.
    """
    if person_id == current_user.id:
        return
    if not is_reading():
        _note(db(), person_id, month, now)
        db().commit()  # a refusal undoes what follows
        return
    with short_write() as session:
        _note(session, person_id, month, now)


def _note(session: Session, person_id: int, month: str, now: datetime) -> None:
    note(
        session,
        Action.LOOKED,
        actor_id=current_user.id,
        subject_id=person_id,
        detail=month,
        now=now,
    )
