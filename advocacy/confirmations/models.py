"""Requests to confirm, and what was answered."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base


class Confirmation(Base):
    """A link by which a contact confirms that a tie spoke on a day: one a quarter and tie.

    It holds no name. ``kind`` is what the advocate called it when asking; ``seed`` makes the
    code together with our secret, ``code_hash`` finds it.
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        UniqueConstraint("tie_id", "quarter"),
        CheckConstraint("answer IN ('yes', 'no', 'forgotten')", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tie_id: Mapped[int] = mapped_column(ForeignKey("tie.id", ondelete="CASCADE"))
    quarter: Mapped[str] = mapped_column(String(7))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    seed: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(9))
    answered_at: Mapped[datetime | None]
