"""Questions about conversations, answers, and decisions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.questions import rules

_UNDECIDED = text("outcome IS NULL")
_STANDS = text("outcome = 'set aside' AND restored_at IS NULL")


class Question(Base):
    """What a manager asked about a conversation, what was answered, and what was decided.

    A conversation has one undecided question at a time, and is set aside by one. Words that are
    empty were erased with a contact.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("outcome IN ('kept', 'set aside')", name="outcome"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "reason IS NOT NULL OR outcome IS NULL OR outcome = 'kept'", name="with_a_reason"
        ),
        CheckConstraint(
            "(restored_at IS NULL) = (restored_by IS NULL)"
            " AND (restored_at IS NULL) = (restored_reason IS NULL)",
            name="restored",
        ),
        CheckConstraint(
            "restored_at IS NULL OR (outcome IS NOT NULL AND outcome = 'set aside')",
            name="restored_what_was_set_aside",
        ),
        Index(
            "uq_question_undecided",
            "conversation_id",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
        Index(
            "uq_question_set_aside",
            "conversation_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(None, "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    asked_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(rules.TEXT_LENGTH))
    answer: Mapped[str | None] = mapped_column(String(rules.ANSWER_LENGTH))
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(9))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(rules.REASON_LENGTH))
    restored_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    restored_at: Mapped[datetime | None]
    restored_reason: Mapped[str | None] = mapped_column(String(rules.REASON_LENGTH))
