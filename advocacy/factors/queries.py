"""Reading what a person can prove themselves with."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from advocacy.factors.models import Authenticator, Passkey, RecoveryCode
from advocacy.people.models import Person


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has besides the password."""

    authenticator: Authenticator | None
    passkeys: list[Passkey]
    recovery_codes: int

    def __bool__(self) -> bool:
        """Tell whether there is a second factor."""
        return self.authenticator is not None or bool(self.passkeys)


def factors_of(session: Session, person_id: int) -> Factors:
    """Return what a person has besides the password."""
    passkeys = session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    )
    codes = session.scalar(
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id)
    )
    return Factors(session.get(Authenticator, person_id), list(passkeys), codes or 0)


def has_factor() -> ColumnElement[bool]:
    """Return the condition under which a person of a query has a second factor."""
    return or_(
        select(Authenticator.person_id).where(Authenticator.person_id == Person.id).exists(),
        select(Passkey.id).where(Passkey.person_id == Person.id).exists(),
    )


def find_passkey(session: Session, credential_id: bytes) -> Passkey | None:
    """Return the passkey that has this id."""
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))
