"""The audit trail."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base


class Event(Base):
    """One thing that somebody did.

    Persons are numbers without a foreign key: the trail outlives what it names. ``detail`` holds
    a month, a role or a count, never a password, a code or a note.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "subject_id", "action", "id"),
        Index(None, "action", "id"),
        Index(None, "actor_id", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(200), default="")
