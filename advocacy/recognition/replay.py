"""A month as it stood at a moment: places, from when entries were recorded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from advocacy.core.time import day_of, first_day, last_day, month_of, start_of_day
from advocacy.people.models import Absence, Person
from advocacy.points.models import ClosedMonth, Entry
from advocacy.points.queries import entered_at, rule_book
from advocacy.points.rules import Evidence, RuleBook
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


def points_at(session: Session, person: Person, period: str, at: datetime) -> int:
    """Return a person's points in a period as it stood at a moment."""
    points = _points(rule_book(session), period, at)
    return session.scalar(select(points).where(Person.id == person.id)) or 0


def moved_at(
    session: Session, person: Person, moments: Collection[datetime]
) -> dict[datetime, dict[str, int]]:
    """Return how a person's points moved at moments, by month; no month where they stayed."""
    moved: dict[datetime, dict[str, int]] = {}
    for at, months in entered_at(session, person.id, moments).items():
        before = at - timedelta(microseconds=1)
        by_month = {
            month: points_at(session, person, month, at) - points_at(session, person, month, before)
            for month in months
        }
        moved[at] = {month: points for month, points in by_month.items() if points}
    return moved


def place_at(session: Session, person: Person, period: str, at: datetime) -> Place | None:
    """Return a person's place in a period as it stood at a moment.

    The ledger is added up, for everybody, from what had been recorded by then. Who was deactivated
    only later still had a place, and among others keeps it in a period that was closed by then; of
    who is back since, the days of absence are known. Who left the ranking has none, as nobody
    keeps when that was.

    :returns: None for who had no place: not here yet, gone by then, or off the ranking.
    """
    points = _points(rule_book(session), period, at)
    gone = _gone(at, get_programme(session).time_zone)
    closed = session.get(ClosedMonth, month_of(last_day(period)))
    board = select(func.coalesce(points, 0).label("points")).where(
        Person.left_ranking.is_(False),
        Person.created_at <= at,
        # a closed period keeps its leavers, as its board does
        true() if closed is not None and closed.closed_at <= at else ~gone,
        or_(Person.joined <= last_day(period), points.is_not(None)),
    )
    mine = session.scalar(board.where(Person.id == person.id, ~gone))
    if mine is None:
        return None
    everybody = board.subquery()
    people, above = session.execute(
        select(func.count(), func.count().filter(everybody.c.points > mine)).select_from(everybody)
    ).one()
    return Place(above + 1, people)


def _points(book: RuleBook, period: str, at: datetime) -> Any:
    """Return what a person's months in a period were worth at a moment, None without an entry.

    It is asked person by person, along the index of a person's months: so it takes as long however
    many other months the ledger has.
    """
    word = func.sum(case((Entry.evidence == Evidence.WORD, Entry.points), else_=0))
    limit = case(
        *((Entry.month >= start, rules.word_limit) for start, rules in reversed(book.versions))
    )
    months = (
        select(
            (func.sum(Entry.points) - case((word > limit, word - limit), else_=0)).label("points")
        )
        .where(
            Entry.person_id == Person.id,
            Entry.month.between(month_of(first_day(period)), month_of(last_day(period))),
            Entry.recorded_at <= at,
        )
        .group_by(Entry.month)
        .correlate(Person)
        .subquery()
    )
    return select(func.sum(months.c.points)).correlate(Person).scalar_subquery()


def _gone(at: datetime, zone: str) -> ColumnElement[bool]:
    """Return who was deactivated at a moment; midnight is the end of a day."""
    day = day_of(at - timedelta.resolution, zone)
    left_later = Person.deactivated_at >= start_of_day(day + timedelta(days=1), zone)
    away = (
        select(Absence.person_id)
        .where(
            Absence.person_id == Person.id,
            or_(
                and_(Absence.gone_on <= day, Absence.back_on > day),
                # of who is not back, the moment of leaving is known, unless it was twice
                and_(
                    Absence.gone_on <= day,
                    Absence.back_on.is_(None),
                    or_(Absence.gone_on < day, left_later),
                ),
            ),
        )
        .exists()
    )
    return or_(func.coalesce(Person.deactivated_at <= at, false()), away)
