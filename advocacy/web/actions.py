"""Forgetting forms that were sent long ago."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from advocacy.web.models import SentForm
from advocacy.web.rules import SENT_FORMS_KEPT


def forget_sent_forms(session: Session, now: datetime) -> int:
    """Forget forms that nobody sends again any more; return how many."""
    gone = delete(SentForm).where(SentForm.sent_at <= now - SENT_FORMS_KEPT)
    return len(session.scalars(gone.returning(SentForm.key)).all())
