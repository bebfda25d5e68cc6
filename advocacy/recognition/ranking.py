"""Who stands above whom: ranks from how many people stand at which points."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from advocacy.people.models import Person
from advocacy.points.models import Standing
from advocacy.recognition.spans import Shape, Span, span_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands: a rank among so many."""

    rank: int
    of: int


def with_nothing(shape: Shape) -> Any:
    """Return who is on a board without points in its period, by an outer join of standings."""
    return and_(
        func.coalesce(Standing.points, 0) == 0,
        or_(Person.joined <= shape.last(), Standing.person_id.is_not(None)),
        shape.shown(),
    )


@cache
def _zeros(shape: Shape) -> Any:
    return (
        select(func.count())
        .select_from(Person)
        .outerjoin(Standing, shape.standing())
        .where(with_nothing(shape))
    )


@cache
def _above(shape: Shape) -> Any:
    tallied = shape.tallied().subquery()
    return select(func.coalesce(func.sum(tallied.c.people), 0)).where(
        tallied.c.points > bindparam("points", type_=Integer), tallied.c.points != 0
    )


@cache
def _lowest(shape: Shape) -> Any:
    tallied = shape.tallied().subquery()
    return select(func.min(tallied.c.points)).where(tallied.c.people > 0)


class Crowd(NamedTuple):
    """How many people a period has: in all, of these not on the board by their own wish, or gone.

    ``gone``: who is deactivated, while a month of it is open.
    """

    people: int
    left: int
    gone: int

    @property
    def shown(self) -> int:
        """Return how many are on the board."""
        return self.people - self.left - self.gone


@cache
def _crowd(shape: Shape) -> Any:
    """Ask for everybody less the few who are not in it, each along an index."""
    everybody = select(func.count()).select_from(Person).scalar_subquery()
    later = (
        select(func.count())
        .select_from(Person)
        .where(Person.joined > shape.last(), not_(shape.has_points()))
        .scalar_subquery()
    )
    stayed = Person.left_ranking.is_(False)
    gone = shape.counted(and_(Person.deactivated_at.is_not(None), stayed))
    return select(
        everybody - later,
        shape.counted(Person.left_ranking.is_(True)),
        literal(0) if shape.wholly_closed else gone,
    )


def crowd_of(session: Session, span: Span) -> Crowd:
    """Return how many people a period of the whole programme has."""
    return Crowd(*session.execute(_crowd(span.shape), span.values()).one())


def count_shown(session: Session, span: Span) -> int:
    """Return how many people are on the board of a period, of everybody or of a team."""
    if not span.shape.of_team:
        return crowd_of(session, span).shown
    return session.scalar(select(span.shape.counted(span.shape.shown())), span.values()) or 0


def count_zeros(session: Session, span: Span) -> int:
    """Return how many people of the board have no points."""
    return session.scalar(_zeros(span.shape), span.values()) or 0


def count_above(session: Session, span: Span, points: int) -> int:
    """Return how many people of the board stand above some points."""
    above = session.scalar(_above(span.shape), {**span.values(), "points": points})
    return int(above or 0) + (count_zeros(session, span) if points < 0 else 0)


@cache
def _at(shape: Shape) -> Any:
    tallied = shape.tallied().subquery()
    return select(func.coalesce(func.sum(tallied.c.people), 0)).where(
        tallied.c.points == bindparam("points", type_=Integer)
    )


def count_at(session: Session, span: Span, points: int) -> int:
    """Return how many people of the board stand at exactly so many points."""
    if not points:
        return count_zeros(session, span)
    return int(session.scalar(_at(span.shape), {**span.values(), "points": points}) or 0)


def has_negatives(session: Session, span: Span) -> bool:
    """Tell whether anybody of the board stands below nothing."""
    lowest = session.scalar(_lowest(span.shape), span.values())
    return lowest is not None and lowest < 0


def ranks_from(tally: Mapping[int, int], wanted: Collection[int]) -> dict[int, int]:
    """Return the rank that each of some points has, from how many people stand where."""
    found = {}
    standing = sorted(tally.items(), reverse=True)
    above = at = 0
    for points in sorted(wanted, reverse=True):
        while at < len(standing) and standing[at][0] > points:
            above += standing[at][1]
            at += 1
        found[points] = above + 1
    return found


def place_of(session: Session, person: Person, period: str) -> Place | None:
    """Return a person's own place in a period; None for who left the ranking.

    Who had not joined by the period's end and has no points in it has none either.
    """
    if person.left_ranking or person.deactivated_at is not None:
        return None
    span = span_of(session, period)
    standing = session.get(Standing, (person.id, period))
    if standing is None and person.joined > span.last:
        return None
    points = standing.points if standing else 0
    return Place(count_above(session, span, points) + 1, count_shown(session, span))
