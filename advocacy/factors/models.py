"""Authenticator apps, recovery codes and passkeys. Recovery codes are kept as hashes only."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.core.tables import Base
from advocacy.factors.rules import PASSKEY_NAME_LENGTH


class Authenticator(Base):
    """A person's authenticator app. ``last_step`` is the time step of the code used last."""

    __tablename__ = "authenticator"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(String(64))
    last_step: Mapped[int]
    added_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code that takes the place of the app once; using it removes the row."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "person_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


class Passkey(Base):
    """A key on a device or in a password manager; here lies only its public half."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("name <> ''", name="named"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(PASSKEY_NAME_LENGTH))
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
