"""Passwords, sessions and one-time links. Codes are kept as hashes only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base


class Credential(Base):
    """A person's password, as an Argon2id hash."""

    __tablename__ = "credential"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class SignIn(Base):
    """One sign-in on one device, until it ends. The cookie names it and holds nothing else."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link to set a password once; without a person it is the first set-up."""

    __tablename__ = "one_time_link"
    __table_args__ = (Index(None, "person_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
