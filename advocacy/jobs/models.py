"""What the clock has to do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.jobs.rules import FAILURE_LENGTH, NAME_LENGTH, NOTE_LENGTH, WHO_LENGTH


class KeptJob(Base):
    """A job: when it is due, whose it is, and how it went last."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("(claimed_until IS NULL) = (claimed_by IS NULL)", name="claimed"),
        CheckConstraint("(last_failed_at IS NULL) = (last_failure = '')", name="failed"),
        CheckConstraint("failures = 0 OR last_failed_at IS NOT NULL", name="failing"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(WHO_LENGTH))
    last_started_at: Mapped[datetime | None]
    last_ended_at: Mapped[datetime | None]
    last_failed_at: Mapped[datetime | None]
    last_failure: Mapped[str] = mapped_column(String(FAILURE_LENGTH), default="")
    failures: Mapped[int] = mapped_column(default=0)
    """How many times in a row it has failed by now."""
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")
