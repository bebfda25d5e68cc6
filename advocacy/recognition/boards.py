"""Boards: who builds the most relationships in a period, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from advocacy.core import time
from advocacy.people.models import Person, Team
from advocacy.people.rules import team_key
from advocacy.points.models import Standing
from advocacy.programme.queries import get_programme
from advocacy.recognition.figures import beside_points
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

_ALL = 2**31 - 1


class BoardRow(NamedTuple):
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
    figures: Figures = Figures()
    made_of: MadeOf = MadeOf()


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board: who builds the most relationships in a period."""

    period: str
    wholly_closed: bool
    rows: Sequence[BoardRow]
    left_ranking: int
    has_more: bool
    teams: Sequence[tuple[int, str]]
    """All teams that a board can be asked of, by name: number and name."""
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
    previous = time.previous_period(period)
    prior = span_of(session, previous, team_id, prefix="before_") if previous else None
    wanted = None if limit is None else limit + 1
    found = _page(session, span, prior, limit=wanted, offset=offset)
    has_more = limit is not None and len(found) > limit
    found = found[:limit]
    ranked = _ranks(session, span, [columns.points for columns in found], offset)
    before = [_points_before(prior, columns) for columns in found]
    lowest = min((points for points in before if points is not None), default=None)
    numbers = [columns.id for columns in found]
    beside = beside_points(session, span, numbers, today, prior=prior, lowest=lowest)
    movements = _movements(session, prior, beside.above, ranked, before)
    figures = _figures_in_order(session, span, found, beside.figures, today)
    rows = [
        _row(rank, columns, known, movement)
        for rank, columns, known, movement in zip(ranked, found, figures, movements, strict=True)
    ]
    people = offset + len(rows) if rows and not has_more else None
    by_name = sorted(beside.teams.items(), key=lambda team: team_key(team[1]))
    return Board(period, span.wholly_closed, rows, beside.left, has_more, by_name, people)


def rows_to_close(session: Session, month: str, today: date) -> list[tuple[int | None, BoardRow]]:
    """Return everybody's row in a month as it will be sealed, best first.

    Who left the ranking has no rank, but keeps figures. Call it before the month is closed.
    """
    span = span_of(session, month)
    found = session.execute(_to_close(span.shape), span.values()).all()
    placed = iter(ranks([columns.points for columns in found if not columns.left_ranking]))
    known = beside_points(session, span, [columns.id for columns in found], today).figures
    figures = _figures_in_order(session, span, found, known, today)
    return [
        (None if columns.left_ranking else next(placed), _row(0, columns, each))
        for columns, each in zip(found, figures, strict=True)
    ]


def first_to_close(session: Session, month: str, today: date, *, limit: int) -> list[BoardRow]:
    """Return the best rows with a rank of `rows_to_close`, without reading all the others."""
    span = span_of(session, month)
    shape = replace(span.shape, as_closed=True)
    found: list[Any] = []
    for which in _Band:
        if len(found) < limit:
            part = {"rows": limit - len(found), "skipped": 0}
            statement = _band(which, shape, None)
            found += session.connection().execute(statement, {**span.values(), **part}).all()
    known = beside_points(session, span, [columns.id for columns in found], today).figures
    figures = _figures_in_order(session, span, found, known, today)
    placed = ranks([columns.points for columns in found])
    return [_row(*each) for each in zip(placed, found, figures, strict=True)]


def _page(
    session: Session, span: Span, prior: Span | None, *, limit: int | None, offset: int
) -> list[Any]:
    """Return the rows of a page, band by band."""
    values = {**span.values(), **(prior.values() if prior else {})}

    def band(which: _Band, limit: int | None, offset: int) -> list[Any]:
        statement = _band(which, span.shape, prior.shape if prior else None)
        part = {"rows": _ALL if limit is None else limit, "skipped": offset}
        return list(session.connection().execute(statement, {**values, **part}).all())

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
        points = shape.points()
        rows = rows.join(Standing, shape.standing(), isouter=shape.of_team).where(
            points > 0 if which is _Band.ABOVE else points < 0, shape.shown()
        )
        rows = rows.order_by(points.desc())
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
    number, email, name, left, gone, _joined, team_id, team, points, *made, _, _ = columns
    made_of = MadeOf(*made)
    return BoardRow(
        rank,
        number,
        email,
        name,
        team_id,
        team or "",
        points,
        left,
        gone,
        movement,
        figures,
        made_of,
    )


def _movements(
    session: Session,
    prior: Span | None,
    above: dict[int, int],
    ranked: Sequence[int],
    before: Sequence[int | None],
) -> list[int | None]:
    """Return the places that each row gained.

    A row has no movement where the period before has no row of that person.
    """
    known = {points for points in before if points is not None}
    if prior is not None and known and min(known) < 0:
        above = {**above, 0: count_zeros(session, prior)}
    ranks_before = ranks_from(above, known)
    return [
        None if points is None else ranks_before[points] - rank
        for rank, points in zip(ranked, before, strict=True)
    ]


def _points_before(prior: Span | None, columns: Any) -> int | None:
    """Return a person's points in the period before, None for who was not on its board."""
    if prior is None or not columns.was_in_team:
        return None
    if columns.deactivated_at is not None and not prior.wholly_closed:
        return None
    if columns.before is None and columns.joined > prior.last:
        return None
    return columns.before or 0


def _figures_in_order(
    session: Session, span: Span, rows: Sequence[Any], found: dict[int, Figures], today: date
) -> list[Figures]:
    """Return each row's figures; who is deactivated by then has no living relationship."""
    zone = get_programme(session).time_zone
    at_day = min(span.last, today)
    figures = []
    for columns in rows:
        gone = columns.deactivated_at and time.day_of(columns.deactivated_at, zone) <= at_day
        known = found.get(columns.id, Figures())
        figures.append(known._replace(alive=0) if gone else known)
    return figures
