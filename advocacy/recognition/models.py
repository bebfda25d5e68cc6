"""What a closed month keeps."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
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


class ClosedBalance(Base):
    """A person's balance of relationships in a closed month, as it was at its close.

    ``team_id`` is the team of its last day, ``team_before`` that in which ``opening`` counted.
    ``they_began``: how many of the conversations the other side began. Who has nothing but zeros
    has no row. The database refuses to change or delete it.
    """

    __tablename__ = "closed_balance"
    __table_args__ = (
        CheckConstraint(
            "opening + corrected + begun + revived - drifted - ended = closing", name="adds_up"
        ),
        Index(None, "month", "team_id"),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    team_before: Mapped[int | None]
    team_id: Mapped[int | None]
    opening: Mapped[int]
    corrected: Mapped[int]
    begun: Mapped[int]
    revived: Mapped[int]
    drifted: Mapped[int]
    ended: Mapped[int]
    closing: Mapped[int]
    conversations: Mapped[int]
    they_began: Mapped[int]


class ClosedTotal(Base):
    """What a figure of all rows of a closed month adds up to: of its standings, or its balances.

    The database refuses to change or delete it.
    """

    __tablename__ = "closed_total"

    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    rows: Mapped[str] = mapped_column(String(9), primary_key=True)
    figure: Mapped[str] = mapped_column(String(13), primary_key=True)
    count: Mapped[int]


class ExportFile(Base):
    """The hash of a file of a closed month."""

    __tablename__ = "export_file"

    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
