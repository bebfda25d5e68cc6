"""A month as it stood at a moment: places, from when entries were recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from advocacy.core.time import day_of, last_day
from advocacy.people.models import Absence, Person
from advocacy.points.models import ClosedMonth, Entry
from advocacy.points.queries import rule_book
from advocacy.points.rules import Evidence, Rule
from advocacy.programme.queries import get_programme
from advocacy.recognition.ranking import Place
from advocacy.relationships.explained import Explained, explain


@dataclass(frozen=True, slots=True)
class Replayed:
    """A person's month as it stood: its entries and sums, and the place."""

    explained: Explained
    place: Place | None


def replay(
    session: Session, person: Person, month: str, at: datetime, *, for_manager: bool
) -> Replayed:
    """Return a person's month as it stood at a moment.

    :param for_manager: name contacts only where the advocate shares them.
    """
    explained = explain(session, person, month, for_manager=for_manager, as_of=at)
    return Replayed(explained, place_at(session, person, month, at))


def place_at(session: Session, person: Person, month: str, at: datetime) -> Place | None:
    """Return a person's place in a month as it stood at a moment.

    The ledger is added up, once for everybody, from what had been recorded by then. Who was
    deactivated only later still had a place, and among others keeps it in a month that was closed
    by then; of who is back since, the days of absence are known. Who left the ranking has none,
    as nobody keeps when that was.

    :returns: None for who had no place: not here yet, gone by then, or off the ranking.
    """
    gone = _gone(at, get_programme(session).time_zone)
    limit = rule_book(session).of_month(month).word_limit
    closed = session.get(ClosedMonth, month)
    is_closed = closed is not None and closed.closed_at <= at

    def added(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, Entry.points), else_=0)), 0)

    sums = (
        select(
            Entry.person_id,
            added(or_(Entry.rule == Rule.SHARE, Entry.evidence == Evidence.SEEN)).label("plain"),
            added(Entry.evidence == Evidence.WORD).label("word"),
        )
        .where(Entry.month == month, Entry.recorded_at <= at)
        .group_by(Entry.person_id)
        .subquery()
    )
    counted = case((sums.c.word > limit, limit), else_=sums.c.word)
    points = func.coalesce(sums.c.plain + counted, 0)
    shown = and_(
        Person.left_ranking.is_(False),
        Person.created_at <= at,
        # a closed month keeps its leavers, as its board does
        true() if is_closed else ~gone,
        or_(Person.joined <= last_day(month), sums.c.person_id.is_not(None)),
    )
    board = (
        select(Person.id, points.label("points"))
        .outerjoin(sums, sums.c.person_id == Person.id)
        .where(shown)
        .subquery()
    )
    mine = (
        select(board.c.points)
        .join(Person, Person.id == board.c.id)
        .where(Person.id == person.id, ~gone)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            mine,
            func.count(),
            func.count().filter(board.c.points > mine),
        ).select_from(board)
    ).one()
    return None if found[0] is None else Place(found[2] + 1, found[1])


def _gone(at: datetime, zone: str) -> ColumnElement[bool]:
    """Return who was deactivated at a moment; midnight is the end of a day."""
    day = day_of(at - timedelta.resolution, zone)
    away = (
        select(Absence.person_id)
        .where(
            Absence.person_id == Person.id,
            or_(
                and_(Absence.gone_on <= day, Absence.back_on > day),
                # of who is not back, the moment of leaving is known
                and_(Absence.gone_on < day, Absence.back_on.is_(None)),
            ),
        )
        .exists()
    )
    return or_(func.coalesce(Person.deactivated_at <= at, false()), away)
