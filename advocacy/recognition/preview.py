"""What closing a month would close: what its rows add up to, which the database does."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, not_, or_, select, union
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.people.models import Absence, Person
from advocacy.points.models import Life, Standing
from advocacy.points.totals import standings_on_word
from advocacy.programme.queries import get_programme
from advocacy.recognition.ranking import crowd_of
from advocacy.recognition.spans import Span, span_of
from advocacy.relationships.days import balance_by_days


class Preview(NamedTuple):
    """What the rows of `boards.rows_to_close` add up to.

    ``left``: how many of the people left the ranking. ``on_word``: how many earned how much on
    their word alone, before the limit.
    """

    people: int
    left: int
    points: int
    begun: int
    alive: int
    on_word: Mapping[int, int]


def preview(session: Session, month: str, today: date) -> Preview:
    """Return what closing an open month would close."""
    span = span_of(session, month)
    people, left, _ = crowd_of(session, span)
    rows = standings_on_word(session, month)
    on_word = Counter({row.word: row.people for row in rows})
    if nothing := people - on_word.total():
        on_word[0] += nothing
    points = sum(row.points for row in rows)
    return Preview(people, left, points, *_relationships(session, span, today), on_word)


def _relationships(session: Session, span: Span, today: date) -> tuple[int, int]:
    """Return how many relationships began in a month, and how many are alive, of its people."""
    at = min(span.last, today)
    after = time.start_of_day(at + timedelta(days=1), get_programme(session).time_zone)
    # All of them few, along their indexes.
    not_in_it = select(Person.id).where(Person.joined > span.last, not_(span.shape.has_points()))
    gone = select(Absence.person_id).where(
        Absence.gone_on <= at, or_(Absence.back_on.is_(None), Absence.back_on > at)
    )
    deactivated = select(Person.id).where(Person.deactivated_at < after)
    others_begun = and_(
        Life.person_id.in_(not_in_it),
        Life.revived.is_(False),
        Life.starts_on.between(span.first, at),
    )
    others_alive = and_(Life.starts_on <= at, Life.ends_on >= at)
    begun, alive = session.execute(
        select(func.count().filter(others_begun), func.count().filter(others_alive)).where(
            Life.person_id.in_(union(not_in_it, gone, deactivated))
        ),
        span.values(),
    ).one()
    everybody = balance_by_days(session, span.first, at)
    return everybody.begun - begun, everybody.closing - alive


def most_on_word(session: Session, month: str, limit: int) -> list[tuple[int, str, int]]:
    """Return who of a board earned most on their word alone: number, name and how much."""
    rows = session.execute(
        select(Person.id, Person.name, Standing.word)
        .join(Standing, Standing.person_id == Person.id)
        .where(Standing.period == month, Standing.word > 0, Person.left_ranking.is_(False))
        .order_by(Standing.word.desc(), Standing.points.desc(), Person.email)
        .limit(limit)
    )
    return [(number, name, word) for number, name, word in rows]
