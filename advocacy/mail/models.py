"""The queue of letters."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.mail.rules import ADDRESS_LENGTH, FAILURE_LENGTH, SUBJECT_LENGTH, State


class Letter(Base):
    """A letter to one address. Only a waiting one has a body: it may hold a one-time link."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("address <> ''", name="addressed"),
        CheckConstraint(
            "state IN ('waiting', 'sent', 'filed', 'bounced', 'given up')", name="state"
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state = 'waiting' OR (text = '' AND html = '')", name="erased"),
        CheckConstraint("(claimed_until IS NULL) = (claimed_by IS NULL)", name="claimed"),
        CheckConstraint("state = 'waiting' OR claimed_by IS NULL", name="let_go"),
        Index(None, "state", "due_at", "id"),
        Index(None, "state", "id"),
        Index(None, "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(32), unique=True)
    """The first half of its Message-ID: a letter that is sent twice can be recognised."""
    state: Mapped[str] = mapped_column(String(16), default=State.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(String(FAILURE_LENGTH), default="")
