"""What a closed month keeps."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base, code_points
from advocacy.people.rules import EMAIL_LENGTH, NAME_LENGTH, TEAM_LENGTH


class ClosedStanding(Base):
    """A person's row in a closed month: figures and texts as they were at its close.

    ``rank`` is empty for somebody who had left the ranking: no row in the files, figures kept.
    """

    __tablename__ = "closed_standing"
    __table_args__ = (Index(None, "month", "rank"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    rank: Mapped[int | None]
    email: Mapped[str] = mapped_column(code_points(EMAIL_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    team_id: Mapped[int | None]
    team: Mapped[str] = mapped_column(String(TEAM_LENGTH))
    points: Mapped[int]
    begun: Mapped[int]
    alive: Mapped[int]
    conversations: Mapped[int]
    answered: Mapped[int]
    in_person: Mapped[int]
    shares: Mapped[int]


class ExportFile(Base):
    """The hash of a file of a closed month."""

    __tablename__ = "export_file"

    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
