"""Forms that were sent."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base


class SentForm(Base):
    """A form that was carried out, so that sending it again answers as before."""

    __tablename__ = "sent_form"
    __table_args__ = (Index(None, "sent_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(2000), default="")
    sent_at: Mapped[datetime]
