"""The programme's one row."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.programme.rules import NAME_LENGTH


class Programme(Base):
    """What holds for everybody; there is exactly one.

    ``second_step_required``: managers and administrators need more than a password.
    ``closed_through`` is the last closed month. A posting holds this row shared while it writes,
    and closing a month holds it alone, so that nothing is entered into a month that is being
    closed.
    """

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    time_zone: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date]
    closed_through: Mapped[str | None] = mapped_column(String(7))
    is_sample: Mapped[bool] = mapped_column(default=False)
    second_step_required: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
