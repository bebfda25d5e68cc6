"""Contacts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
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


class OtherName(Base):
    """A name or an address that a contact has besides: of somebody who turned out to be the same.

    Whoever is named by it is this contact. It is erased with the contact.
    """

    __tablename__ = "other_name"
    __table_args__ = (
        Index(
            "uq_other_name_email",
            "person_id",
            "key",
            unique=True,
            sqlite_where=text("is_email"),
            postgresql_where=text("is_email"),
        ),
        Index(None, "key"),
    )

    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(3 * rules.EMAIL_LENGTH), primary_key=True)
    is_email: Mapped[bool] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(rules.EMAIL_LENGTH))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
