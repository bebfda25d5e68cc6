"""Shares and tracked links."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.shares import rules


class TrackedLink(Base):
    """A short link of one person to one item on one channel. It counts visits, knows nobody."""

    __tablename__ = "tracked_link"
    __table_args__ = (UniqueConstraint("person_id", "item_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="RESTRICT"))
    channel: Mapped[str] = mapped_column(String(rules.CHANNEL_LENGTH))
    visits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Share(Base):
    """An item that a person put out on a channel.

    ``day`` is its date in the programme's zone, fixed when written. ``counted`` says whether
    points and boards know it; else it is only remembered.
    """

    __tablename__ = "share"
    __table_args__ = (
        Index(None, "person_id", "day"),
        Index(None, "day"),
        Index(None, "item_id"),
        Index(
            "uq_share_digest_without_id",
            "digest",
            unique=True,
            sqlite_where=text("external_id IS NULL"),
            postgresql_where=text("external_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="RESTRICT"))
    channel: Mapped[str] = mapped_column(String(rules.CHANNEL_LENGTH))
    address: Mapped[str] = mapped_column(String(rules.ADDRESS_LENGTH), default="")
    day: Mapped[date]
    occurred_at: Mapped[datetime | None]
    logged_on: Mapped[date]
    logged_at: Mapped[datetime]
    counted: Mapped[bool]
    reported: Mapped[bool] = mapped_column(default=False)
    taken_back_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(rules.EXTERNAL_ID_LENGTH), unique=True)
    digest: Mapped[str | None] = mapped_column(String(64))
