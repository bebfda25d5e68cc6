"""Reading sign-ins, one-time links and what waits to be confirmed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from advocacy.auth.models import Credential, EmailChange, OneTimeLink, SignIn
from advocacy.auth.rules import Purpose
from advocacy.core.codes import hashed
from advocacy.core.statements import built_once
from advocacy.factors.queries import has_factor
from advocacy.people.models import Person
from advocacy.people.rules import Role
from advocacy.programme.models import Programme
from advocacy.programme.queries import keep_at_hand
from advocacy.terms.queries import has_accepted


@dataclass(frozen=True, slots=True)
class Known:
    """Who a sign-in belongs to, and what that person has to do first.

    ``owes_factor``: set up a second step, which the role requires. ``owes_terms``: accept them.
    """

    person: Person
    seen_at: datetime
    owes_factor: bool
    owes_terms: bool


@built_once
def _known(
    token_hash: str, now: datetime
) -> Select[Person, Programme | None, datetime, bool, bool]:
    required = and_(
        Person.role.in_([Role.MANAGER, Role.ADMINISTRATOR]),
        func.coalesce(Programme.second_step_required, false()),
    )
    return (
        select(Person, Programme, SignIn.seen_at, and_(required, ~has_factor()), ~has_accepted())
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(Programme, true())
        .where(
            SignIn.token_hash == token_hash,
            SignIn.ends_at > now,
            Person.deactivated_at.is_(None),
        )
        .options(joinedload(Person.team))
    )


def known_by_sign_in(session: Session, token: str, now: datetime) -> Known | None:
    """Return the active person whom a sign-in belongs to, with the team; None when it ended."""
    row = session.execute(*_known(hashed(token), now)).one_or_none()
    if row is None:
        return None
    person, programme, seen_at, owes_factor, owes_terms = row
    keep_at_hand(session, programme)
    return Known(person, seen_at, bool(owes_factor), bool(owes_terms))


def sign_ins_of(session: Session, person_id: int, now: datetime) -> list[SignIn]:
    """Return where a person is signed in, the latest seen first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(SignIn.person_id == person_id, SignIn.ends_at > now)
            .order_by(SignIn.seen_at.desc(), SignIn.token_hash)
        )
    )


def began_at(session: Session, token: str) -> datetime:
    """Return when a sign-in that is in use began."""
    return session.get_one(SignIn, hashed(token)).began_at


def find_link(session: Session, code: str, now: datetime) -> OneTimeLink | None:
    """Return a one-time link that is neither used nor too old."""
    link = session.get(OneTimeLink, hashed(code))
    return link if link is not None and link.ends_at > now else None


def invitation_of(session: Session, person_id: int, now: datetime) -> OneTimeLink | None:
    """Return the invitation that a person has not used yet."""
    return session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.purpose == Purpose.INVITATION,
            OneTimeLink.ends_at > now,
        )
    )


def has_password(session: Session, person_id: int) -> bool:
    """Tell whether a person has chosen a password."""
    return session.get(Credential, person_id) is not None


def password_set_at(session: Session, person_id: int, *, is_held: bool = False) -> datetime | None:
    """Return when a person last chose a password, None when never.

    :param is_held: nobody sets another one until the session ends.
    """
    query = select(Credential.changed_at).where(Credential.person_id == person_id)
    return session.scalar(query.with_for_update() if is_held else query)


def _invited(now: datetime) -> Select[int | None]:
    return select(OneTimeLink.person_id).where(
        OneTimeLink.purpose == Purpose.INVITATION, OneTimeLink.ends_at > now
    )


def _has_password() -> Any:
    return select(Credential.person_id).where(Credential.person_id == Person.id).exists()


def _without_way_in(now: datetime) -> Any:
    invited = _invited(now).where(OneTimeLink.person_id == Person.id)
    return and_(Person.deactivated_at.is_(None), ~_has_password(), ~invited.exists())


def without_way_in(session: Session, now: datetime, limit: int | None = None) -> list[Person]:
    """Return the active persons who have neither a password nor an invitation.

    :param limit: the first so many; all without one.
    """
    query = select(Person).where(_without_way_in(now)).order_by(Person.id).limit(limit)
    return list(session.scalars(query))


def count_without_way_in(session: Session, now: datetime) -> int:
    """Return how many active persons have neither a password nor an invitation.

    All but the others: most have a password, and looking at each for it takes far longer.
    """
    active = Person.deactivated_at.is_(None)
    gone = select(Person.id).where(~active)
    counts: list[Select[int]] = [
        select(func.count()).select_from(Person),
        select(func.count()).select_from(Person).where(~active),
        select(func.count()).select_from(Credential),
        select(func.count()).select_from(Credential).where(Credential.person_id.in_(gone)),
        select(func.count())
        .select_from(Person)
        .where(active, Person.id.in_(_invited(now)), ~_has_password()),
    ]
    people, deactivated, known, known_and_gone, invited = map(
        int, session.execute(select(*(each.scalar_subquery() for each in counts))).one()
    )
    return people - deactivated - (known - known_and_gone) - invited


def invited_among(session: Session, people: Collection[int], now: datetime) -> dict[int, bool]:
    """Return who of some people has no password yet: True when an invitation is out."""
    rows = session.execute(
        select(Person.id, OneTimeLink.code_hash.is_not(None))
        .outerjoin(Credential, Credential.person_id == Person.id)
        .outerjoin(
            OneTimeLink,
            and_(
                OneTimeLink.person_id == Person.id,
                OneTimeLink.purpose == Purpose.INVITATION,
                OneTimeLink.ends_at > now,
            ),
        )
        .where(Person.id.in_(sorted(people)), Credential.person_id.is_(None))
    )
    return {number: bool(invited) for number, invited in rows}


def email_change_of(session: Session, person_id: int, now: datetime) -> EmailChange | None:
    """Return the new address that a person has asked for and not confirmed twice."""
    change = session.get(EmailChange, person_id)
    return change if change is not None and change.ends_at > now else None


def find_email_change(session: Session, code: str, now: datetime) -> EmailChange | None:
    """Return the change of address that a code confirms."""
    code_hash = hashed(code)
    return session.scalar(
        select(EmailChange).where(
            or_(EmailChange.old_code_hash == code_hash, EmailChange.new_code_hash == code_hash),
            EmailChange.ends_at > now,
        )
    )
