"""Reading the terms and who accepted them."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from advocacy.people.models import Person
from advocacy.terms.models import Acceptance, Terms


def current_terms(session: Session) -> Terms | None:
    """Return the version that holds, None while there is none."""
    return session.scalar(select(Terms).order_by(Terms.version.desc()).limit(1))


def every_version(session: Session) -> list[tuple[Terms, int]]:
    """Return all versions, latest first, each with how many accepted it."""
    accepted = (
        select(func.count())
        .select_from(Acceptance)
        .where(Acceptance.version == Terms.version)
        .scalar_subquery()
    )
    rows = session.execute(select(Terms, accepted).order_by(Terms.version.desc()))
    return [(terms, count) for terms, count in rows]


def acceptances_of(session: Session, person_id: int) -> list[tuple[int, datetime]]:
    """Return which versions a person accepted, and when, latest first."""
    rows = session.execute(
        select(Acceptance.version, Acceptance.accepted_at)
        .where(Acceptance.person_id == person_id)
        .order_by(Acceptance.version.desc())
    )
    return [(version, at) for version, at in rows]


def has_accepted() -> ColumnElement[bool]:
    """Return the condition under which a person of a query has accepted what holds."""
    accepted = (
        select(func.max(Acceptance.version))
        .where(Acceptance.person_id == Person.id)
        .scalar_subquery()
    )
    holds = select(func.max(Terms.version)).scalar_subquery()
    return func.coalesce(accepted, 0) >= func.coalesce(holds, 0)
