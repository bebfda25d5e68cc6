"""Reading boards, places and months."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from advocacy.conversations.models import Conversation, Participant
from advocacy.core import time
from advocacy.core.errors import NotFound
from advocacy.people.models import Person, Team
from advocacy.points.models import ClosedMonth, Standing, Tally
from advocacy.points.queries import (
    closed_months,
    earliest_entry_month,
    first_open_month,
    is_wholly_closed,
    last_closed_month,
)
from advocacy.programme.queries import get_programme
from advocacy.recognition.figures import figures_of
from advocacy.recognition.models import ClosedStanding, ExportFile
from advocacy.recognition.rules import Figures, Format, MadeOf, MonthState, ranks
from advocacy.shares.models import Share

CHUNK = 500


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands: a rank among so many."""

    rank: int
    of: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A period, what is closed of it, and who may have a row: everybody, or a team."""

    period: str
    first: date
    last: date
    wholly_closed: bool
    first_open: str | None
    team_id: int | None = None

    def months(self) -> ColumnElement[bool]:
        """Return the sealed months of the period."""
        return ClosedStanding.month.between(time.month_of(self.first), time.month_of(self.last))

    def last_month(self) -> str:
        """Return the month that the period ends with."""
        return time.month_of(self.last)

    def shown(self) -> ColumnElement[bool]:
        """Return who is on the board: not at the own wish, nor deactivated meanwhile."""
        stays: ColumnElement[bool] = Person.left_ranking.is_(False)
        if not self.wholly_closed:
            stays = and_(stays, Person.deactivated_at.is_(None))
        return stays if self.team_id is None else and_(stays, self.in_team())

    def left(self) -> Any:
        """Return the query for how many would be on the board, had they not left the ranking."""
        left: ColumnElement[bool] = Person.left_ranking.is_(True)
        if not self.wholly_closed:
            left = and_(left, Person.deactivated_at.is_(None))
        return self.counted(left if self.team_id is None else and_(left, self.in_team()))

    def has_points(self) -> ColumnElement[bool]:
        """Return who has points in the period."""
        return (
            select(Standing.person_id)
            .where(Standing.person_id == Person.id, Standing.period == self.period)
            .exists()
        )

    def counted(self, who: ColumnElement[bool]) -> Any:
        """Return the query for how many had joined by the period's end or have points in it."""
        in_time = select(func.count()).select_from(Person).where(who, Person.joined <= self.last)
        later = (
            select(func.count())
            .select_from(Person)
            .where(who, Person.joined > self.last, self.has_points())
        )
        return in_time.scalar_subquery() + later.scalar_subquery()

    def in_team(self) -> ColumnElement[bool]:
        """Return who counts in the team: by the last day of a closed period, else today."""
        if not self.wholly_closed:
            return Person.team_id == self.team_id
        return (
            select(ClosedStanding.person_id)
            .where(
                ClosedStanding.person_id == Person.id,
                ClosedStanding.month == self.last_month(),
                ClosedStanding.team_id == self.team_id,
            )
            .exists()
        )

    def tallied(self) -> Any:
        """Return the query for points and how many people on the board stand at them."""
        if self.team_id is None:
            return select(Tally.points, Tally.people).where(Tally.period == self.period)
        return (
            select(Standing.points, literal(1).label("people"))
            .join(Person, Person.id == Standing.person_id)
            .where(Standing.period == self.period, self.shown())
        )


def _span(period: str, first_open: str | None, team_id: int | None = None) -> _Span:
    return _Span(
        period,
        time.first_day(period),
        time.last_day(period),
        is_wholly_closed(period, first_open),
        first_open,
        team_id,
    )


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
    span = _span(period, first_open_month(session), team_id)
    before = time.previous_period(period)
    prior = _span(before, span.first_open, team_id) if before else None
    wanted = None if limit is None else limit + 1
    found = _page(session, span, prior, limit=wanted, offset=offset)
    has_more = limit is not None and len(found) > limit
    found = found[:limit]
    rows = _ranked(session, span, found, offset)
    movements, left = _movements_and_left(session, span, prior, rows, found)
    figures = _figures_in_order(session, span, rows, today)
    rows = [
        replace(row, movement=movement, figures=known)
        for row, movement, known in zip(rows, movements, figures, strict=True)
    ]
    people = offset + len(rows) if rows and not has_more else None
    return Board(period, span.wholly_closed, rows, left, has_more, people)


def _page(
    session: Session, span: _Span, prior: _Span | None, *, limit: int | None, offset: int
) -> list[Any]:
    """Return the rows of a page, band by band: above nothing, nothing, below nothing."""
    above = _count_above(session, span, 0) if offset else 0
    found: list[Any] = []
    skip = offset
    if not offset or skip < above:
        found = _band(session, span, prior, Standing.points > 0, limit=limit, offset=skip)
    rest = None if limit is None else limit - len(found)
    if rest == 0:
        return found
    skip = max(0, skip - above)
    zeros = _zeros(session, span, prior, limit=rest, offset=skip)
    rest = None if rest is None else rest - len(zeros)
    if rest == 0 or not _has_negatives(session, span):
        return [*found, *zeros]
    skip = 0 if zeros else max(0, skip - _count_zeros(session, span))
    below = _band(session, span, prior, Standing.points < 0, limit=rest, offset=skip)
    return [*found, *zeros, *below]


_COLUMNS = ("conversations", "answers", "in_person", "shares")


def _columns(span: _Span, prior: _Span | None) -> list[Any]:
    """Return a row's columns; the last three say where the person stood in the period before."""
    team, before = aliased(Team), aliased(Standing)
    team_id: Any = Person.team_id
    team_name: Any = select(team.name).where(team.id == Person.team_id).scalar_subquery()
    if span.wholly_closed:
        then = ClosedStanding.person_id == Person.id, ClosedStanding.month == span.last_month()
        team_id = select(ClosedStanding.team_id).where(*then).scalar_subquery()
        team_name = select(ClosedStanding.team).where(*then).scalar_subquery()
    return [
        Person.id,
        Person.email,
        Person.name,
        Person.left_ranking,
        Person.deactivated_at,
        team_id,
        team_name,
        func.coalesce(Standing.points, 0),
        *(func.coalesce(getattr(Standing, name), 0) for name in _COLUMNS),
        Person.joined,
        select(before.points)
        .where(before.person_id == Person.id, before.period == (prior.period if prior else ""))
        .scalar_subquery(),
        prior.in_team() if prior and prior.team_id is not None else true(),
    ]


def _band(
    session: Session,
    span: _Span,
    prior: _Span | None,
    band: ColumnElement[bool],
    *,
    limit: int | None,
    offset: int,
) -> list[Any]:
    return list(
        session.execute(
            select(*_columns(span, prior))
            .join(Standing, Standing.person_id == Person.id)
            .where(Standing.period == span.period, band, span.shown())
            .order_by(Standing.points.desc(), Person.email)
            .limit(limit)
            .offset(offset)
        )
    )


def _standing_in(span: _Span) -> ColumnElement[bool]:
    return and_(Standing.person_id == Person.id, Standing.period == span.period)


def _with_nothing(span: _Span) -> ColumnElement[bool]:
    return and_(
        func.coalesce(Standing.points, 0) == 0,
        or_(Person.joined <= span.last, Standing.person_id.is_not(None)),
        span.shown(),
    )


def _zeros(
    session: Session, span: _Span, prior: _Span | None, *, limit: int | None, offset: int
) -> list[Any]:
    return list(
        session.execute(
            select(*_columns(span, prior))
            .outerjoin(Standing, _standing_in(span))
            .where(_with_nothing(span))
            .order_by(Person.email)
            .limit(limit)
            .offset(offset)
        )
    )


def _count_zeros(session: Session, span: _Span) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Person)
            .outerjoin(Standing, _standing_in(span))
            .where(_with_nothing(span))
        )
        or 0
    )


def _count_above(session: Session, span: _Span, points: int) -> int:
    """Return how many people of the board stand above some points."""
    tallied = span.tallied().subquery()
    above = session.scalar(
        select(func.coalesce(func.sum(tallied.c.people), 0)).where(
            tallied.c.points > points, tallied.c.points != 0
        )
    )
    return int(above or 0) + (_count_zeros(session, span) if points < 0 else 0)


def _has_negatives(session: Session, span: _Span) -> bool:
    tallied = span.tallied().subquery()
    lowest = session.scalar(select(func.min(tallied.c.points)).where(tallied.c.people > 0))
    return lowest is not None and lowest < 0


def _ranked(session: Session, span: _Span, found: Sequence[Any], offset: int) -> list[BoardRow]:
    rows: list[BoardRow] = []
    for place, columns in enumerate(found, start=offset + 1):
        row = _row(place, columns)
        if rows and rows[-1].points == row.points:
            row = replace(row, rank=rows[-1].rank)
        elif not rows and offset:
            row = replace(row, rank=_count_above(session, span, row.points) + 1)
        rows.append(row)
    return rows


def _row(rank: int, columns: Any) -> BoardRow:
    number, email, name, left, deactivated_at, team_id, team, points, *more = columns
    return BoardRow(
        rank=rank,
        person_id=number,
        email=email,
        name=name,
        team_id=team_id,
        team=team or "",
        points=points,
        left=left,
        deactivated_at=deactivated_at,
        made_of=MadeOf(*more[: len(_COLUMNS)]),
    )


def _movements_and_left(
    session: Session, span: _Span, prior: _Span | None, rows: Sequence[BoardRow], found: Any
) -> tuple[list[int | None], int]:
    """Return the places that each row gained, and how many left the ranking.

    A row has no movement where the period before has no row of that person.
    """
    before: list[int | None] = []
    for row, columns in zip(rows, found, strict=True):
        joined, points, in_team = columns[-3:]
        absent = prior is None or not in_team or (points is None and joined > prior.last)
        if row.deactivated_at is not None and prior is not None and not prior.wholly_closed:
            absent = True
        before.append(None if absent else points or 0)
    lowest = min((points for points in before if points is not None), default=None)
    parts = [
        select(
            literal("left").label("what"),
            literal(0).label("points"),
            span.left(),
        )
    ]
    if prior is not None and lowest is not None:
        tallied = prior.tallied().subquery()
        parts.append(
            select(literal("above"), tallied.c.points, tallied.c.people).where(
                tallied.c.points > lowest, tallied.c.points != 0
            )
        )
    statement: Any = union_all(*parts)
    left = 0
    above: Counter[int] = Counter()
    for what, points, people in session.execute(statement):
        if what == "left":
            left = people
        else:
            above[points] += people
    if prior is not None and lowest is not None and lowest < 0:
        above[0] = _count_zeros(session, prior)
    ranks_before = _ranks_from(above, {points for points in before if points is not None})
    return [
        None if points is None else ranks_before[points] - row.rank
        for row, points in zip(rows, before, strict=True)
    ], left


def _ranks_from(tally: Counter[int], wanted: Collection[int]) -> dict[int, int]:
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


def _figures_in_order(
    session: Session, span: _Span, rows: Sequence[BoardRow], today: date
) -> Iterator[Figures]:
    zone = get_programme(session).time_zone
    found: dict[int, Figures] = {}
    for at in range(0, len(rows), CHUNK):
        people = [row.person_id for row in rows[at : at + CHUNK]]
        found |= figures_of(session, people, (span.first, span.last), span.first_open, today)
    at_day = min(span.last, today)
    for row in rows:
        figures = found.get(row.person_id, Figures())
        gone = row.deactivated_at and time.day_of(row.deactivated_at, zone) <= at_day
        yield replace(figures, alive=0) if gone else figures


def place_of(session: Session, person: Person, period: str) -> Place | None:
    """Return a person's own place in a period; None for who left the ranking.

    Who had not joined by the period's end and has no points in it has none either.
    """
    if person.left_ranking or person.deactivated_at is not None:
        return None
    span = _span(period, first_open_month(session))
    standing = session.get(Standing, (person.id, period))
    if standing is None and person.joined > span.last:
        return None
    points = standing.points if standing else 0
    gone: list[Any] = [span.counted(Person.left_ranking.is_(True))]
    if not span.wholly_closed:
        stayed = Person.left_ranking.is_(False)
        gone.append(span.counted(and_(Person.deactivated_at.is_not(None), stayed)))
    everybody = select(func.count()).select_from(Person).scalar_subquery()
    later = (
        select(func.count())
        .select_from(Person)
        .where(Person.joined > span.last, not_(span.has_points()))
        .scalar_subquery()
    )
    counts = session.execute(select(everybody, later, *gone)).one()
    above = _count_above(session, span, points)
    return Place(above + 1, counts[0] - sum(counts[1:]))


def rows_to_close(session: Session, month: str, today: date) -> list[tuple[int | None, BoardRow]]:
    """Return everybody's row in a month as it will be sealed, best first.

    Who left the ranking has no rank, but keeps figures. Call it before the month is closed.
    """
    span = _span(month, first_open_month(session))
    found = session.execute(
        select(*_columns(span, None))
        .outerjoin(Standing, _standing_in(span))
        .where(or_(Person.joined <= span.last, Standing.person_id.is_not(None)))
        .order_by(func.coalesce(Standing.points, 0).desc(), Person.email)
    )
    rows = [_row(0, row) for row in found]
    placed = iter(ranks([row.points for row in rows if not row.left]))
    figures = _figures_in_order(session, span, rows, today)
    return [
        (None if row.left else next(placed), replace(row, figures=known))
        for row, known in zip(rows, figures, strict=True)
    ]


def earliest_month(session: Session, today: date) -> str:
    """Return the first month that counts: of the first day, the first entry or conversation."""
    first = min(get_programme(session).first_day, today)
    spoken = session.scalar(
        select(func.min(Conversation.day))
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(Participant.counted.is_(True), Conversation.taken_back_at.is_(None))
    )
    shared = session.scalar(
        select(func.min(Share.day)).where(Share.counted.is_(True), Share.taken_back_at.is_(None))
    )
    days = [time.month_of(day) for day in (first, spoken, shared) if day]
    closed = session.scalar(select(func.min(ClosedMonth.month)))
    entry = earliest_entry_month(session)
    return closed or min(days + ([entry] if entry else []))


def has_begun(session: Session, period: str, today: date) -> bool:
    """Tell whether any month of a period counts: it is not all before the first one.

    What the programme's first day says already costs no query.
    """
    last = time.month_of(time.last_day(period))
    if last >= time.month_of(min(get_programme(session).first_day, today)):
        return True
    return last >= earliest_month(session, today)


def check_period(session: Session, period: str, today: date) -> None:
    """Refuse a period that is still to come, or all before the first month that counts.

    :raises NotFound: saying which.
    """
    if time.first_day(period) > today:
        raise NotFound(f"{time.words_for_period(period)} is still to come.", field="period")
    if not has_begun(session, period, today):
        raise NotFound(
            f"The programme had not begun in {time.words_for_period(period)}.", field="period"
        )


def period_before(session: Session, period: str, today: date) -> str | None:
    """Return the period before this one, unless nothing counts in it."""
    before = time.previous_period(period)
    return before if before and has_begun(session, before, today) else None


def month_to_close(session: Session, today: date) -> str | None:
    """Return the last month that is over, unless it is closed or nothing counts in it."""
    month = time.shift_month(time.month_of(today), -1)
    if month <= (last_closed_month(session) or "") or not has_begun(session, month, today):
        return None
    return month


def months(session: Session, today: date) -> list[MonthState]:
    """Return the programme's months without a gap, from the earliest that counts to today's."""
    closed = {month.month: month.closed_at for month in closed_months(session)}
    hashes: dict[str, dict[str, str | None]] = {}
    for file in session.scalars(select(ExportFile)):
        known = hashes.setdefault(file.month, dict.fromkeys([str(kind) for kind in Format]))
        known[file.format] = file.sha256
    return [
        MonthState(month, closed[month], hashes[month]) if month in closed else MonthState(month)
        for month in time.months_between(earliest_month(session, today), time.month_of(today))
    ]


def get_closed_month(session: Session, month: str) -> ClosedMonth:
    """Return a closed month.

    :raises NotFound: when it is not closed.
    """
    closed = session.get(ClosedMonth, month)
    if closed is None:
        raise NotFound(f"{time.words_for_period(month)} is not closed.", field="month")
    return closed


def get_closed_rows(session: Session, month: str) -> list[ClosedStanding]:
    """Return the sealed rows of a closed month, who left the ranking last.

    :raises NotFound: when the month is not closed.
    """
    get_closed_month(session, month)
    return list(
        session.scalars(
            select(ClosedStanding)
            .where(ClosedStanding.month == month)
            .order_by(ClosedStanding.rank.is_(None), ClosedStanding.rank, ClosedStanding.email)
        )
    )


def get_hash(session: Session, month: str, format: str) -> str | None:
    """Return the hash of a file of a closed month, or None when there is none."""
    file = session.get(ExportFile, (month, format))
    return file.sha256 if file else None
