"""Items."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.content import rules
from advocacy.core.tables import Base


class Item(Base):
    """A piece of content: a link with its caption, or a text of its own.

    ``digest`` is the hash of what an import brought, so that the same row adds nothing.
    """

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("title <> ''", name="titled"),
        CheckConstraint("state IN ('draft', 'published', 'archived')", name="state"),
        Index(None, "state", "published_at"),
        Index(None, "title"),
        Index(
            "uq_item_digest_without_id",
            "digest",
            unique=True,
            sqlite_where=sql("external_id IS NULL"),
            postgresql_where=sql("external_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(rules.TITLE_LENGTH))
    url: Mapped[str] = mapped_column(String(rules.URL_LENGTH), default="")
    text: Mapped[str] = mapped_column(String(rules.TEXT_LENGTH), default="")
    topics: Mapped[str] = mapped_column(String(rules.TOPICS_LENGTH), default="")
    state: Mapped[str] = mapped_column(String(10), default=rules.State.DRAFT)
    published_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    external_id: Mapped[str | None] = mapped_column(String(rules.EXTERNAL_ID_LENGTH), unique=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
