"""Reading ties, the ledger, standings and months."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from advocacy.core.statements import built_once
from advocacy.core.time import first_day, is_month, last_day, month_of, shift_month
from advocacy.people.models import Person
from advocacy.points import rules
from advocacy.points.models import Entry, KeptRuleSet, Life, Standing, Tie
from advocacy.points.rule_sets import FIRST_BOOK, NUMBERS, RuleBook, RuleSet
from advocacy.points.rules import Line
from advocacy.programme.queries import find_programme

CHUNK = 500
"""How many values one IN list carries."""

_LINE = (Entry.day, Entry.rule, Entry.evidence, Entry.kind, Entry.began)

_RULE_SETS = select(KeptRuleSet).order_by(KeptRuleSet.from_month)
_RULE_NUMBERS = select(
    KeptRuleSet.from_month, *(getattr(KeptRuleSet, name) for name in NUMBERS)
).order_by(KeptRuleSet.from_month)


def last_closed_month(session: Session) -> str | None:
    """Return the last month that is closed, or None while all are open."""
    programme = find_programme(session)
    return programme.closed_through if programme else None


def first_open_month(session: Session) -> str | None:
    """Return the month after the last closed one, or None while all are open."""
    last = last_closed_month(session)
    return shift_month(last, 1) if last else None


def is_wholly_closed(period: str, first_open: str | None) -> bool:
    """Tell whether every month of a period is closed; all time never is."""
    return month_of(last_day(period)) < (first_open or "")


def rule_sets(session: Session) -> list[KeptRuleSet]:
    """Return the versions of the rules that somebody set, earliest first."""
    return list(session.scalars(_RULE_SETS))


def rule_book(session: Session) -> RuleBook:
    """Return the rules of every month."""
    rows = session.connection().execute(_RULE_NUMBERS).all()
    found = (
        (row.from_month, RuleSet.of_numbers({name: getattr(row, name) for name in NUMBERS}))
        for row in rows
    )
    return RuleBook((*FIRST_BOOK.versions, *found)) if rows else FIRST_BOOK


def tallied(period: str, first_open: str | None) -> Select[str, int, int]:
    """Return the query for how many people on the board stand at how many points in a period."""
    shown: ColumnElement[bool] = Person.left_ranking.is_(False)
    if not is_wholly_closed(period, first_open):
        shown = and_(shown, Person.deactivated_at.is_(None))
    return (
        select(Standing.period, Standing.points, func.count())
        .join(Person, Person.id == Standing.person_id)
        .where(Standing.period == period, shown)
        .group_by(Standing.period, Standing.points)
    )


def earliest_entry_month(session: Session) -> str | None:
    """Return the first month that an entry stands in, or None while the ledger is empty.

    Whoever has a standing in a month has one in its year, which sorts right before its months.
    """
    year = select(func.min(Standing.period)).scalar_subquery()
    return session.scalar(select(func.min(Standing.period)).where(Standing.period > year))


def written_for_ties(
    session: Session, ties: Collection[int]
) -> dict[int, dict[Line, dict[int, int]]]:
    """Return what the ledger says of ties: by tie, by line, and by the deed that it names.

    What it says of those that are merged into them is theirs.

    :param ties: none that is merged into another.
    """
    written: dict[int, dict[Line, dict[int, int]]] = {}
    for chunk in _chunks(ties):
        rows = session.connection().execute(*_written_for_ties(chunk)).all()
        for tie, deed, points, day, rule, evidence, kind, began in rows:
            of = Line(day, rule, evidence, str(kind), str(began))
            written.setdefault(tie, {}).setdefault(of, {})[deed] = int(points)
    return written


@built_once
def _written_for_ties(ties: Sequence[int]) -> Any:
    kept = func.coalesce(Tie.merged_into, Tie.id)
    return (
        select(kept, Entry.deed, func.sum(Entry.points), *_LINE)
        .join(Tie, Tie.id == Entry.tie_id)
        .where(or_(Tie.id.in_(ties), Tie.merged_into.in_(ties)))
        .group_by(kept, Entry.deed, *_LINE)
        .having(func.sum(Entry.points) != 0)
        .order_by(kept, Entry.deed, *_LINE)
    )


def written_for_shares(
    session: Session,
    days: Collection[tuple[int, date]] | None = None,
    *,
    people: tuple[int, int] | None = None,
) -> dict[tuple[int, date], dict[int, int]]:
    """Return what the ledger says of shares: by person and day, and by the share that it names.

    :param days: of whom and which days; all without.
    :param people: the first and the last number of the persons in question.
    """
    query = (
        select(Entry.person_id, Entry.day, Entry.deed, func.sum(Entry.points))
        .where(Entry.tie_id.is_(None))
        .group_by(Entry.person_id, Entry.day, Entry.deed)
        .having(func.sum(Entry.points) != 0)
        .order_by(Entry.person_id, Entry.day, Entry.deed)
    )
    if people is not None:
        query = query.where(Entry.person_id.between(*people))
    ordered = [] if days is None else sorted(days)
    queries = (
        [query]
        if days is None
        else [
            query.where(tuple_(Entry.person_id, Entry.day).in_(ordered[at : at + CHUNK]))
            for at in range(0, len(ordered), CHUNK)
        ]
    )
    written: dict[tuple[int, date], dict[int, int]] = {}
    for each in queries:
        for person, day, share, points in session.execute(each):
            written.setdefault((person, day), {})[share] = int(points)
    return written


def lives_of_ties(session: Session, ties: Collection[int]) -> dict[int, list[rules.Life]]:
    """Return the living stretches of ties, earliest first."""
    found: dict[int, list[rules.Life]] = {}
    for chunk in _chunks(ties):
        rows = session.connection().execute(*_lives_of_ties(chunk))
        for tie, starts_on, ends_on, revived in rows:
            found.setdefault(tie, []).append(rules.Life(starts_on, ends_on, revived))
    return found


@built_once
def _lives_of_ties(ties: Sequence[int]) -> Select[int, date, date, bool]:
    return (
        select(Life.tie_id, Life.starts_on, Life.ends_on, Life.revived)
        .where(Life.tie_id.in_(ties))
        .order_by(Life.tie_id, Life.starts_on)
    )


def entries_of_month(session: Session, person_id: int, month: str) -> list[Entry]:
    """Return a person's entries in a month, latest day first, as they were recorded."""
    return list(session.scalars(*_of_month(person_id, month)))


@built_once
def _of_month(person_id: int, month: str) -> Select[Entry]:
    return (
        select(Entry)
        .where(Entry.person_id == person_id, Entry.month == month)
        .order_by(Entry.day.desc(), Entry.id.desc())
    )


def entries_of_tie(session: Session, person_id: int, tie: int) -> list[Entry]:
    """Return a tie's entries in all months, latest day first, as they were recorded."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.tie_id.in_(one_with(tie)), Entry.person_id == person_id)
            .order_by(Entry.day.desc(), Entry.id.desc())
        )
    )


def entered_at(
    session: Session, person_id: int, moments: Collection[datetime]
) -> dict[datetime, dict[str, int]]:
    """Return what was entered for a person at moments, by month, the limit on one's word aside."""
    rows = session.execute(
        select(Entry.recorded_at, Entry.month, func.sum(Entry.points))
        .where(Entry.person_id == person_id, Entry.recorded_at.in_(sorted(moments)))
        .group_by(Entry.recorded_at, Entry.month)
        .order_by(Entry.recorded_at, Entry.month)
    )
    found: dict[datetime, dict[str, int]] = {moment: {} for moment in moments}
    for moment, month, points in rows:
        found[moment][month] = int(points)
    return found


def one_with(tie: int) -> Select[int]:
    """Return the query for the numbers of a tie and of those that are merged into it."""
    return select(Tie.id).where(or_(Tie.id == tie, Tie.merged_into == tie))


def kept_ties(session: Session, ties: Collection[int]) -> dict[int, int]:
    """Return of those among some ties that are merged into another, into which."""
    found: dict[int, int] = {}
    for chunk in _chunks(ties):
        rows = session.execute(
            select(Tie.id, Tie.merged_into).where(Tie.id.in_(chunk), Tie.merged_into.is_not(None))
        )
        found.update({tie: kept for tie, kept in rows if kept is not None})
    return found


def merges_of(session: Session, person_id: int) -> set[tuple[int | None, datetime | None]]:
    """Return into which of a person's ties another was merged, and when."""
    rows = session.execute(
        select(Tie.merged_into, Tie.merged_at).where(
            Tie.person_id == person_id, Tie.merged_into.is_not(None)
        )
    )
    return {(kept, at) for kept, at in rows}


def has_entries(session: Session, person_id: int, conversation: int) -> bool:
    """Tell whether a conversation of a person ever brought an entry."""
    found = select(Entry.id).where(
        Entry.person_id == person_id, Entry.deed == conversation, Entry.tie_id.is_not(None)
    )
    return session.scalar(found.limit(1)) is not None


def standing_of(session: Session, person_id: int, period: str) -> Standing | None:
    """Return a person's sums in a period, None when there is no entry in it."""
    return session.get(Standing, (person_id, period))


def points_by_month(session: Session, person_id: int, period: str) -> dict[str, int]:
    """Return a person's points in the months of a period, earliest first; none without entries."""
    first, last = month_of(first_day(period)), month_of(last_day(period))
    rows = session.execute(
        select(Standing.period, Standing.points)
        .where(Standing.person_id == person_id, Standing.period.between(first, last))
        .order_by(Standing.period)
    )
    return {month: points for month, points in rows if is_month(month)}


def highest_tie_number(session: Session, person_id: int) -> int:
    """Return the highest number that a tie of this person has, 0 without any."""
    return session.scalar(select(func.max(Tie.number)).where(Tie.person_id == person_id)) or 0


def _chunks(values: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(values)
    return (ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK))
