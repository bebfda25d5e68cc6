"""Contacts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.contacts import rules
from advocacy.core.tables import Base


class Contact(Base):
    """Somebody outside the company, private to one advocate unless shared.

    Its number is that of its tie in the ledger, which stays when the contact is erased.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("name <> '' OR email <> ''", name="known_by_something"),
        UniqueConstraint("person_id", "email_key"),
        Index(None, "person_id", "name_key"),
        Index(None, "email_key"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("tie.id", ondelete="RESTRICT"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(rules.NAME_LENGTH), default="")
    name_key: Mapped[str] = mapped_column(String(3 * rules.NAME_LENGTH), default="")
    email: Mapped[str] = mapped_column(String(rules.EMAIL_LENGTH), default="")
    email_key: Mapped[str | None] = mapped_column(String(3 * rules.EMAIL_LENGTH))
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def label(self) -> str:
        """The name to show to the advocate."""
        return self.name or self.email
