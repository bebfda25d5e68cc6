"""The programme's terms and their acceptances. Neither is ever changed or deleted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.terms.rules import TEXT_LENGTH


class Terms(Base):
    """One version of the terms; the highest holds."""

    __tablename__ = "terms"
    __table_args__ = (CheckConstraint("text <> ''", name="said"),)

    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))


class Acceptance(Base):
    """That a person accepted a version."""

    __tablename__ = "acceptance"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    version: Mapped[int] = mapped_column(
        ForeignKey("terms.version", ondelete="RESTRICT"), primary_key=True
    )
    accepted_at: Mapped[datetime]
