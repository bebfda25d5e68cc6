"""Reading sign-ins and one-time links."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from advocacy.auth.models import OneTimeLink, SignIn
from advocacy.people.models import Person


def hashed(code: str) -> str:
    """Return what is kept of a code or a token."""
    return hashlib.sha256(code.encode()).hexdigest()


def person_of_sign_in(session: Session, token: str, now: datetime) -> Person | None:
    """Return the active person whom a sign-in belongs to, with the team; None when it ended."""
    return session.scalar(
        select(Person)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == hashed(token),
            SignIn.ends_at > now,
            Person.deactivated_at.is_(None),
        )
        .options(joinedload(Person.team))
    )


def find_link(session: Session, code: str, now: datetime) -> OneTimeLink | None:
    """Return a one-time link that is neither used nor too old."""
    link = session.get(OneTimeLink, hashed(code))
    return link if link is not None and link.ends_at > now else None
