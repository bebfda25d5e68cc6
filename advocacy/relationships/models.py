"""What the days of the programme add up to."""

from datetime import date

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base


class DayCount(Base):
    """What everybody's relationships and conversations of a day add up to.

    A day has as many rows as were written, and its figures are their sums. The database writes
    one itself whenever a stretch of life or who took part in a talk changes, so that none can be
    missing and nobody waits for another; the clock makes one of many. ``begun`` and ``revived``
    are of their first day, ``drifted`` and ``ended`` of the last on which they were alive.
    """

    __tablename__ = "day_count"
    __table_args__ = (Index(None, "day"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )  # a talk brings several rows
    day: Mapped[date]
    begun: Mapped[int] = mapped_column(server_default="0")
    revived: Mapped[int] = mapped_column(server_default="0")
    drifted: Mapped[int] = mapped_column(server_default="0")
    ended: Mapped[int] = mapped_column(server_default="0")
    conversations: Mapped[int] = mapped_column(server_default="0")
    they_began: Mapped[int] = mapped_column(server_default="0")
