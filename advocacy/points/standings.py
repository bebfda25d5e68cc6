"""Standings: people's sums by period, and the tallies of ranks, kept as entries are written."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from advocacy.core.database import upsert
from advocacy.core.statements import built_once
from advocacy.core.time import periods_of
from advocacy.people.models import Person
from advocacy.people.queries import hold_person
from advocacy.points import queries, rules
from advocacy.points.models import Entry, Standing, Tally
from advocacy.points.rules import Began, Evidence, Kind, Rule, RuleBook
from advocacy.programme.queries import hold_for_posting


@dataclass(slots=True)
class Sums:
    """What entries add to a person's month. The names are those of ``Standing``."""

    seen: int = 0
    word: int = 0
    shares: int = 0
    conversations: int = 0
    answers: int = 0
    in_person: int = 0

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add one entry."""
        points = entry["points"]
        if entry["rule"] == Rule.SHARE:
            self.shares += points
            return
        if entry["evidence"] == Evidence.SEEN:
            self.seen += points
        else:
            self.word += points
        if entry["kind"] == Kind.MET:
            self.in_person += points
        elif entry["began"] == Began.CONTACT:
            self.answers += points
        else:
            self.conversations += points


SUMS = ("seen", "word", "shares", "conversations", "answers", "in_person")


def move_standings(
    session: Session, entries: Collection[Mapping[str, Any]], book: RuleBook
) -> None:
    """Move the standings of a month, its quarter, its year and all time by some entries."""
    moved: dict[tuple[int, str], Sums] = defaultdict(Sums)
    for entry in entries:
        moved[entry["person_id"], entry["month"]].add(entry)
    add_to_standings(session, moved, book)


def add_to_standings(
    session: Session, moved: Mapping[tuple[int, str], Sums], book: RuleBook
) -> None:
    """Add sums to persons' months and to the longer periods; ranks' tallies follow.

    The caller holds the persons: what is read here is written anew below.
    """
    before, off = _standings(session, moved)
    after = {key: dict(row) for key, row in before.items()}
    for (person, month), sums in sorted(moved.items()):
        changes = dict(zip(SUMS, astuple(sums), strict=True))
        points = _month_points_moved(after.get((person, month)), changes, book.of_month(month))
        for period in periods_of(month):
            row = after.setdefault((person, period), dict.fromkeys((*SUMS, "points"), 0))
            for name, change in changes.items():
                row[name] += change
            row["points"] += points
    upsert(
        session,
        Standing,
        [
            {"person_id": person, "period": period, **row}
            for (person, period), row in sorted(after.items())
            if before.get((person, period)) != row
        ],
        keys=("person_id", "period"),
    )
    tallies: Counter[tuple[str, int]] = Counter()
    for (person, period), row in after.items():
        if person not in off:
            if (person, period) in before:
                tallies[period, before[person, period]["points"]] -= 1
            tallies[period, row["points"]] += 1
    _add_to_tallies(session, tallies)


def _add_to_tallies(session: Session, tallies: Mapping[tuple[str, int], int]) -> None:
    upsert(
        session,
        Tally,
        [
            {"period": period, "points": points, "people": people}
            for (period, points), people in sorted(tallies.items())
            if people
        ],
        keys=("period", "points"),
        adds="people",
    )


@contextmanager
def recounted(session: Session, person: Person) -> Iterator[None]:
    """Keep the tallies true while a person leaves the boards or comes back onto them."""
    hold_for_posting(session)
    hold_person(session, person.id)
    session.refresh(person, ["left_ranking", "deactivated_at"])
    before = _places(session, person)
    yield
    session.flush()
    after = _places(session, person)
    _add_to_tallies(session, {key: after[key] - before[key] for key in sorted({*before, *after})})


def _places(session: Session, person: Person) -> Counter[tuple[str, int]]:
    """Return the period and the points of every board that a person is on now."""
    first_open = queries.first_open_month(session)
    standings = session.execute(
        select(Standing.period, Standing.points).where(Standing.person_id == person.id)
    )
    return Counter(
        (period, points)
        for period, points in standings
        if not person.left_ranking
        and (person.deactivated_at is None or queries.is_wholly_closed(period, first_open))
    )


def recount(session: Session, periods: Iterable[str]) -> None:
    """Make the tallies of some periods anew from their standings."""
    first_open = queries.first_open_month(session)
    for period in periods:
        session.execute(
            delete(Tally).where(Tally.period == period).execution_options(synchronize_session=False)
        )
        found = session.execute(queries.tallied(period, first_open))
        _add_to_tallies(session, {(each, points): people for each, points, people in found})


def _month_points_moved(
    row: Mapping[str, int] | None, changes: Mapping[str, int], of: rules.RuleSet
) -> int:
    before = row or dict.fromkeys(SUMS, 0)
    seen, word, shares = (before[name] for name in SUMS[:3])
    new_seen, new_word, new_shares = (before[name] + changes[name] for name in SUMS[:3])
    return rules.month_points(new_seen, new_word, new_shares, of) - rules.month_points(
        seen, word, shares, of
    )


def _standings(
    session: Session, months: Collection[tuple[int, str]]
) -> tuple[dict[tuple[int, str], dict[str, int]], set[int]]:
    """Return the standings that persons' months move, and who of the persons is on no open board.

    Standings are by person and period; on no board is who left the ranking or is deactivated.
    """
    people = sorted({person for person, _ in months})
    periods = sorted({period for _, month in months for period in periods_of(month)})
    found: dict[tuple[int, str], dict[str, int]] = {}
    off: set[int] = set()
    for at in range(0, len(people), queries.CHUNK):
        rows = session.connection().execute(*_of(people[at : at + queries.CHUNK], periods))
        for person, is_off, period, *values in rows:
            if is_off:
                off.add(person)
            if period is not None:
                found[person, period] = dict(zip((*SUMS, "points"), values, strict=True))
    return found, off


@built_once
def _of(people: Sequence[int], periods: Sequence[str]) -> Any:
    return (
        select(
            Person.id,
            or_(Person.left_ranking.is_(True), Person.deactivated_at.is_not(None)),
            Standing.period,
            *(getattr(Standing, name) for name in (*SUMS, "points")),
        )
        .outerjoin(Standing, and_(Standing.person_id == Person.id, Standing.period.in_(periods)))
        .where(Person.id.in_(people))
        .order_by(Person.id, Standing.period)
    )


def rebuild_standings(session: Session) -> None:
    """Make all standings and tallies anew from the ledger."""
    session.execute(delete(Tally).execution_options(synchronize_session=False))
    session.execute(delete(Standing).execution_options(synchronize_session=False))
    book = queries.rule_book(session)
    columns = [getattr(Entry, name) for name in _LEDGER_COLUMNS]
    moved: dict[tuple[int, str], Sums] = defaultdict(Sums)
    last_person = None
    rows = session.execute(
        select(*columns).order_by(Entry.person_id).execution_options(yield_per=5000)
    )
    for row in rows:
        if last_person is not None and row.person_id != last_person and len(moved) > queries.CHUNK:
            add_to_standings(session, moved, book)
            moved.clear()
        last_person = row.person_id
        moved[row.person_id, row.month].add(row._asdict())
    add_to_standings(session, moved, book)
    recount(session, session.scalars(select(Standing.period).distinct()).all())


_LEDGER_COLUMNS = ("person_id", "month", "rule", "evidence", "kind", "began", "points")
