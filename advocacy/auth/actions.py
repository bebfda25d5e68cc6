"""Writing passwords, sign-ins and one-time links."""

import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from advocacy.auth import queries, rules
from advocacy.auth.models import Credential, OneTimeLink, SignIn
from advocacy.core.errors import NotFound
from advocacy.people.models import Person
from advocacy.people.queries import find_person_by_email, has_administrator

_HASHER = PasswordHasher()  # Argon2id, RFC 9106's second recommended parameters
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe())


def check_credentials(session: Session, email: str, password: str) -> Person | None:
    """Return the active person who has this address and password, else None.

    An unknown address takes as long as a wrong password.
    """
    person = find_person_by_email(session, email)
    credential = session.get(Credential, person.id) if person else None
    try:
        _HASHER.verify(credential.password_hash if credential else _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return None
    if person is None or person.deactivated_at is not None:
        return None
    return person


def set_password(session: Session, person_id: int, password: str, now: datetime) -> None:
    """Set a person's password and end all sign-ins and one-time links.

    :raises Invalid: when it is too short or too long.
    """
    rules.check_password(password)
    hashed = _HASHER.hash(password)
    credential = session.get(Credential, person_id)
    if credential is None:
        session.add(Credential(person_id=person_id, password_hash=hashed, changed_at=now))
    else:
        credential.password_hash, credential.changed_at = hashed, now
    end_sign_ins(session, person_id)
    end_links(session, person_id)
    session.flush()


def begin_sign_in(session: Session, person_id: int, now: datetime) -> str:
    """Begin a sign-in and return its token, which only the person's cookie keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=queries.hashed(token),
            person_id=person_id,
            began_at=now,
            ends_at=now + rules.SIGN_IN_LASTS,
        )
    )
    session.flush()
    return token


def end_sign_in(session: Session, token: str) -> None:
    """End one sign-in."""
    session.execute(delete(SignIn).where(SignIn.token_hash == queries.hashed(token)))


def end_sign_ins(session: Session, person_id: int) -> None:
    """End all sign-ins of a person at once."""
    session.execute(delete(SignIn).where(SignIn.person_id == person_id))


def end_links(session: Session, person_id: int) -> None:
    """End a person's one-time links."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.person_id == person_id))


def make_link(session: Session, person_id: int | None, now: datetime) -> str:
    """Make a one-time link and return its code; earlier ones for the same purpose end.

    :param person_id: whose password it sets; None for the first set-up.
    """
    code = secrets.token_urlsafe(24)
    same = (
        OneTimeLink.person_id.is_(None) if person_id is None else OneTimeLink.person_id == person_id
    )
    session.execute(delete(OneTimeLink).where(same))
    session.add(
        OneTimeLink(
            code_hash=queries.hashed(code),
            person_id=person_id,
            made_at=now,
            ends_at=now + rules.LINK_LASTS,
        )
    )
    session.flush()
    return code


def use_link(session: Session, code: str, now: datetime) -> int | None:
    """Use up a one-time link and return whose it is, None for the first set-up.

    :raises NotFound: when it was used, is too old, or the set-up is done.
    """
    used = session.execute(
        delete(OneTimeLink)
        .where(OneTimeLink.code_hash == queries.hashed(code), OneTimeLink.ends_at > now)
        .returning(OneTimeLink.person_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()  # of two at the same moment, the database lets one through
    if used is None or (used.person_id is None and has_administrator(session)):
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    person_id: int | None = used.person_id
    return person_id


def forget_ended(session: Session, now: datetime) -> int:
    """Remove sign-ins and one-time links that have ended; return how many."""
    sign_ins = delete(SignIn).where(SignIn.ends_at <= now).returning(SignIn.token_hash)
    links = delete(OneTimeLink).where(OneTimeLink.ends_at <= now).returning(OneTimeLink.code_hash)
    return sum(len(session.scalars(gone).all()) for gone in (sign_ins, links))
