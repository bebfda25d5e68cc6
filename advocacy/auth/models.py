"""Passwords, sessions and one-time links. Codes are kept as hashes only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.auth import rules
from advocacy.core.tables import Base
from advocacy.people.rules import EMAIL_LENGTH


class Credential(Base):
    """A person's password, as an Argon2id hash."""

    __tablename__ = "credential"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class SignIn(Base):
    """One sign-in on one device, until it ends. The cookie names it and holds nothing else.

    ``device`` is what its browser said of itself, in a few words; ``seen_at`` is true to the hour.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(rules.DEVICE_LENGTH), default="")
    seen_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link to set a password once; without a person it is the first set-up.

    ``by_mail`` says whether it went out in a letter or was shown to be handed over.
    """

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('set-up', 'invitation', 'forgotten')", name="purpose"),
        CheckConstraint("(purpose = 'set-up') = (person_id IS NULL)", name="whose"),
        Index(None, "person_id"),
    )

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(10))
    by_mail: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Attempts(Base):
    """How often signing in failed lately, for one account, device or address: only its hash."""

    __tablename__ = "attempts"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class EmailChange(Base):
    """A new e-mail address that waits until it is confirmed at both addresses."""

    __tablename__ = "email_change"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    old_code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    new_code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    old_confirmed_at: Mapped[datetime | None]
    new_confirmed_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
