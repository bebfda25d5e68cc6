"""Boards: who builds the most relationships in a period, page by page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from advocacy.core import time
from advocacy.people.models import Person, Team
from advocacy.points.models import Standing
from advocacy.programme.queries import get_programme
from advocacy.recognition.figures import figures_of
from advocacy.recognition.models import ClosedStanding
from advocacy.recognition.ranking import (
    count_above,
    count_zeros,
    has_negatives,
    ranks_from,
    with_nothing,
)
from advocacy.recognition.rules import Figures, MadeOf, ranks
from advocacy.recognition.spans import Shape, Span, span_of

CHUNK = 500
_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A person on a board; ``movement`` is places gained since the period before."""

    rank: int
    person_id: int
    email: str
    name: str
    team_id: int | None
    team: str
    points: int
    left: bool = False
    deactivated_at: datetime | None = None
    movement: int | None = None
    figures: Figures = field(default_factory=Figures)
    made_of: MadeOf = field(default_factory=MadeOf)


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board: who builds the most relationships in a period."""

    period: str
    wholly_closed: bool
    rows: Sequence[BoardRow]
    left_ranking: int
    has_more: bool
    people: int | None = None
    """How many are on the board, where the last of them is on the page: not counted for it."""


class _Band(Enum):
    """The parts of a board that an index finds each by itself."""

    ABOVE = "above nothing"
    ZERO = "nothing"
    BELOW = "below nothing"


def board(
    session: Session,
    period: str,
    *,
    today: date,
    team_id: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Board:
    """Return a page of the board of a period.

    By points, then by the e-mail's code points; equal points share a rank. Everybody is on it who
    had joined by the period's end or has points in it, except who left the ranking or, unless
    the period is wholly closed, is deactivated.

    :param team_id: only members of a team, ranked among themselves.
    """
    span = span_of(session, period, team_id)
    before = time.previous_period(period)
    prior = span_of(session, before, team_id, prefix="before_") if before else None
    wanted = None if limit is None else limit + 1
    found = _page(session, span, prior, limit=wanted, offset=offset)
    has_more = limit is not None and len(found) > limit
    found = found[:limit]
    ranked = _ranks(session, span, [columns.points for columns in found], offset)
    movements, left = _movements_and_left(session, span, prior, ranked, found)
    figures = _figures_in_order(session, span, found, today)
    rows = [
        _row(rank, columns, known, movement)
        for rank, columns, known, movement in zip(ranked, found, figures, movements, strict=True)
    ]
    people = offset + len(rows) if rows and not has_more else None
    return Board(period, span.wholly_closed, rows, left, has_more, people)


def rows_to_close(session: Session, month: str, today: date) -> list[tuple[int | None, BoardRow]]:
    """Return everybody's row in a month as it will be sealed, best first.

    Who left the ranking has no rank, but keeps figures. Call it before the month is closed.
    """
    span = span_of(session, month)
    found = session.execute(_to_close(span.shape), span.values()).all()
    placed = iter(ranks([columns.points for columns in found if not columns.left_ranking]))
    figures = _figures_in_order(session, span, found, today)
    return [
        (None if columns.left_ranking else next(placed), _row(0, columns, known))
        for columns, known in zip(found, figures, strict=True)
    ]


def _page(
    session: Session, span: Span, prior: Span | None, *, limit: int | None, offset: int
) -> list[Any]:
    """Return the rows of a page, band by band."""
    values = {**span.values(), **(prior.values() if prior else {})}

    def band(which: _Band, limit: int | None, offset: int) -> list[Any]:
        statement = _band(which, span.shape, prior.shape if prior else None)
        part = {"rows": _ALL if limit is None else limit, "skipped": offset}
        return list(session.execute(statement, {**values, **part}).all())

    above = count_above(session, span, 0) if offset else 0
    found: list[Any] = []
    skip = offset
    if not offset or skip < above:
        found = band(_Band.ABOVE, limit, skip)
    rest = None if limit is None else limit - len(found)
    if rest == 0:
        return found
    skip = max(0, skip - above)
    zeros = band(_Band.ZERO, rest, skip)
    rest = None if rest is None else rest - len(zeros)
    if rest == 0 or not has_negatives(session, span):
        return [*found, *zeros]
    skip = 0 if zeros else max(0, skip - count_zeros(session, span))
    return [*found, *zeros, *band(_Band.BELOW, rest, skip)]


@cache
def _band(which: _Band, shape: Shape, prior: Shape | None) -> Any:
    rows = select(*_columns(shape, prior))
    if which is _Band.ZERO:
        rows = rows.outerjoin(Standing, shape.standing()).where(with_nothing(shape))
    else:
        rows = rows.join(Standing, Standing.person_id == Person.id).where(
            Standing.period == shape.period(),
            Standing.points > 0 if which is _Band.ABOVE else Standing.points < 0,
            shape.shown(),
        )
        rows = rows.order_by(Standing.points.desc())
    return (
        rows.order_by(Person.email)
        .limit(bindparam("rows", type_=BigInteger, literal_execute=True))
        .offset(bindparam("skipped", type_=BigInteger, literal_execute=True))
    )


@cache
def _to_close(shape: Shape) -> Any:
    return (
        select(*_columns(shape, None))
        .outerjoin(Standing, shape.standing())
        .where(or_(Person.joined <= shape.last(), Standing.person_id.is_not(None)))
        .order_by(func.coalesce(Standing.points, 0).desc(), Person.email)
    )


def _columns(shape: Shape, prior: Shape | None) -> list[Any]:
    """Return a row's columns; ``before`` and ``was_in_team`` are of the period before."""
    team, before = aliased(Team), aliased(Standing)
    team_id: Any = Person.team_id
    team_name: Any = select(team.name).where(team.id == Person.team_id).scalar_subquery()
    if shape.wholly_closed:
        then = ClosedStanding.person_id == Person.id, ClosedStanding.month == shape.last_month()
        team_id = select(ClosedStanding.team_id).where(*then).scalar_subquery()
        team_name = select(ClosedStanding.team).where(*then).scalar_subquery()
    points_before: Any = literal(None)
    if prior is not None:
        points_before = (
            select(before.points)
            .where(before.person_id == Person.id, before.period == prior.period())
            .scalar_subquery()
        )
    return [
        Person.id,
        Person.email,
        Person.name,
        Person.left_ranking,
        Person.deactivated_at,
        Person.joined,
        team_id.label("in_team"),
        team_name.label("team"),
        func.coalesce(Standing.points, 0).label("points"),
        *(
            func.coalesce(getattr(Standing, name), 0).label(name)
            for name in ("conversations", "answers", "in_person", "shares")
        ),
        points_before.label("before"),
        (prior.in_team() if prior and prior.of_team else true()).label("was_in_team"),
    ]


def _ranks(session: Session, span: Span, points: Sequence[int], offset: int) -> list[int]:
    """Return the rank of each row of a page that begins so far down."""
    found: list[int] = []
    for at, each in enumerate(points):
        if at and points[at - 1] == each:
            found.append(found[-1])
        elif not at and offset:
            found.append(count_above(session, span, each) + 1)
        else:
            found.append(offset + at + 1)
    return found


def _row(rank: int, columns: Any, figures: Figures, movement: int | None = None) -> BoardRow:
    return BoardRow(
        rank=rank,
        person_id=columns.id,
        email=columns.email,
        name=columns.name,
        team_id=columns.in_team,
        team=columns.team or "",
        points=columns.points,
        left=columns.left_ranking,
        deactivated_at=columns.deactivated_at,
        movement=movement,
        figures=figures,
        made_of=MadeOf(columns.conversations, columns.answers, columns.in_person, columns.shares),
    )


def _movements_and_left(
    session: Session, span: Span, prior: Span | None, ranked: Sequence[int], found: Sequence[Any]
) -> tuple[list[int | None], int]:
    """Return the places that each row gained, and how many left the ranking.

    A row has no movement where the period before has no row of that person.
    """
    before = [_points_before(prior, columns) for columns in found]
    lowest = min((points for points in before if points is not None), default=None)
    if prior is None or lowest is None:
        statement = _left_and_above(span.shape, None)
        values = span.values()
    else:
        statement = _left_and_above(span.shape, prior.shape)
        values = {**span.values(), **prior.values(), "lowest": lowest}
    left = 0
    above: Counter[int] = Counter()
    for points, people in session.execute(statement, values).all():
        if points is None:
            left = people
        else:
            above[points] += people
    if prior is not None and lowest is not None and lowest < 0:
        above[0] = count_zeros(session, prior)
    ranks_before = ranks_from(above, {points for points in before if points is not None})
    return [
        None if points is None else ranks_before[points] - rank
        for rank, points in zip(ranked, before, strict=True)
    ], left


def _points_before(prior: Span | None, columns: Any) -> int | None:
    """Return a person's points in the period before, None for who was not on its board."""
    if prior is None or not columns.was_in_team:
        return None
    if columns.deactivated_at is not None and not prior.wholly_closed:
        return None
    if columns.before is None and columns.joined > prior.last:
        return None
    return columns.before or 0


@cache
def _left_and_above(shape: Shape, prior: Shape | None) -> Any:
    """Build what asks how many left the ranking, and who stood above where: points, people."""
    left = select(literal(None, type_=Integer).label("points"), shape.left().label("people"))
    if prior is None:
        return left
    tallied = prior.tallied().subquery()
    above = select(tallied.c.points, tallied.c.people).where(
        tallied.c.points > bindparam("lowest", type_=Integer), tallied.c.points != 0
    )
    return union_all(left, above)


def _figures_in_order(
    session: Session, span: Span, rows: Sequence[Any], today: date
) -> list[Figures]:
    found: dict[int, Figures] = {}
    for at in range(0, len(rows), CHUNK):
        people = [columns.id for columns in rows[at : at + CHUNK]]
        found |= figures_of(session, people, (span.first, span.last), span.first_open, today)
    zone = get_programme(session).time_zone
    at_day = min(span.last, today)
    figures = []
    for columns in rows:
        gone = columns.deactivated_at and time.day_of(columns.deactivated_at, zone) <= at_day
        known = found.get(columns.id, Figures())
        figures.append(replace(known, alive=0) if gone else known)
    return figures
