"""Proving that the ledger, the standings and the closed months are what the record is worth."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from advocacy.contacts.queries import ties_of
from advocacy.conversations.models import Conversation
from advocacy.conversations.records import Record, records_of_ties
from advocacy.core.time import month_of, months_between, periods_of, shift_month
from advocacy.people.models import Person
from advocacy.points import rules
from advocacy.points.actions import write_lives
from advocacy.points.models import ClosedMonth, Entry, Standing, Tally, Tie
from advocacy.points.proof import tamper_problems
from advocacy.points.queries import (
    first_open_month,
    last_closed_month,
    lives_of_ties,
    rule_book,
    tallied,
    written_for_shares,
    written_for_ties,
)
from advocacy.points.rules import Evidence
from advocacy.points.seals import find_seal
from advocacy.points.standings import SUMS, Sums, rebuild_standings
from advocacy.points.totals import (
    STANDINGS,
    standing_problems,
    totals_of_ledger,
    totals_of_standings,
)
from advocacy.programme.queries import get_programme, hold_for_closing
from advocacy.questions.queries import set_aside_marks
from advocacy.recognition import files, queries
from advocacy.recognition.balance_proof import balance_problems
from advocacy.recognition.closed_totals import total_problems
from advocacy.recognition.models import ClosedStanding
from advocacy.recognition.rules import Format
from advocacy.relationships.days import DAYS
from advocacy.shares.queries import records_of_shares

CROWD = 50
TIES = 100
"""How many people, and ties, are held against the record at a time: that much is in memory."""

_HIGHEST = 2**31 - 1

People = tuple[int, int]
"""The first and the last number of some people."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and every problem that was found, in words."""

    entries: int
    people: int
    months: int
    problems: list[str]


def verify(session: Session) -> Report:
    """Hold every entry, standing and closed month against the record, and against their hashes."""
    zone = get_programme(session).time_zone
    problems = [*_as_far_as_read(tamper_problems(session, zone))]
    problems += _as_far_as_read(_record_problems(session))
    entries, people = session.execute(
        select(func.count(), func.count(Entry.person_id.distinct())).select_from(Entry)
    ).one()
    months = session.scalar(select(func.count(Entry.month.distinct())))
    return Report(entries, people, months or 0, problems)


def _as_far_as_read(problems: Iterator[str]) -> Iterator[str]:
    """Yield problems up to a row that cannot be read, and then say so.

    SQLite keeps what is no day in the place of a day, and text in that of a number.
    """
    try:
        yield from problems
    except (LookupError, TypeError, ValueError) as error:
        yield f"a row cannot be read, so the rest was not looked at: {error}"


def _record_problems(session: Session) -> Iterator[str]:
    for people in _crowds(session):
        yield from _tie_problems(session, people)
        yield from _share_problems(session, people)
        yield from _standing_problems(session, people)
    yield from _set_aside_problems(session)
    yield from _month_problems(session)
    yield from _tally_problems(session)
    yield from standing_problems(session)
    yield from _closed_problems(session)
    yield from balance_problems(session)


def _crowds(session: Session) -> Iterator[People]:
    """Yield the first and the last number of so many people at a time; no number is left out."""
    after = -_HIGHEST
    while True:
        last = session.scalar(
            select(Person.id)
            .where(Person.id > after)
            .order_by(Person.id)
            .offset(CROWD - 1)
            .limit(1)
        )
        yield after + 1, last or _HIGHEST
        if last is None:
            return
        after = last


def adds_up(session: Session, months: Collection[str]) -> tuple[int, int, list[str]]:
    """Hold the standings of some months against the ledger.

    Their control totals are compared first; only where these differ, each person's sums are.

    :returns: how many entries there are, in how many months of people, and what does not agree.
    """
    book = rule_book(session)
    limits = {month: book.of_month(month).word_limit for month in sorted(months)}
    standings, wrong = totals_of_standings(session, limits)
    ledger = totals_of_ledger(session, limits)
    agree = {month: totals for month, (_, totals) in standings.items()} == {
        month: totals for month, (_, totals) in ledger.items()
    }
    if wrong or not agree:
        return _adds_up_by_person(session, limits)
    entries, of_people = (sum(count for count, _ in each.values()) for each in (ledger, standings))
    return entries, of_people, []


def _adds_up_by_person(session: Session, limits: Mapping[str, int]) -> tuple[int, int, list[str]]:
    on_word = case((Entry.evidence == Evidence.WORD, Entry.points), else_=0)
    sums = (
        select(
            Entry.person_id,
            Entry.month,
            func.count().label("entries"),
            func.sum(Entry.points).label("points"),
            func.sum(on_word).label("word"),
        )
        .where(Entry.month.in_(limits))
        .group_by(Entry.person_id, Entry.month)
        .subquery()
    )
    limit = case(limits, value=sums.c.month)
    # What `rules.month_points` says of the sums.
    due = sums.c.points - case((sums.c.word > limit, sums.c.word - limit), else_=0)
    has = func.coalesce(Standing.points, 0)
    same = and_(Standing.person_id == sums.c.person_id, Standing.period == sums.c.month)
    entries, of_people = session.execute(
        select(func.sum(sums.c.entries), func.count()).select_from(sums)
    ).one()
    problems = [
        f"person {person} in {month}: the standing says {says}, the ledger {points}"
        for person, month, says, points in session.execute(
            select(sums.c.person_id, sums.c.month, has, due)
            .outerjoin(Standing, same)
            .where(has != due)
            .order_by(sums.c.person_id, sums.c.month)
        )
    ]
    return int(entries or 0), of_people, problems


def rebuild(session: Session, now: datetime) -> Report:
    """Make standings, tallies, living stretches and counts anew, then verify. No entry is written.

    Nobody posts meanwhile: what is entered after it was read would be missing.
    """
    hold_for_closing(session)
    rebuild_standings(session)
    for people in _crowds(session):
        for ties, records in _chunks(session, people):
            write_lives(
                session,
                ties,
                {tie: [one.deed for one in told if _counts(one)] for tie, told in records.items()},
            )
    for counts in (DAYS, STANDINGS):
        counts.recount(session)
    session.flush()
    session.expire_all()
    return verify(session)


def _counts(record: Record) -> bool:
    return record.remembered is None


def _chunks(
    session: Session, people: People
) -> Iterator[tuple[dict[int, int], dict[int, list[Record]]]]:
    ties = list(ties_of(session, people=people).items())
    first_day = get_programme(session).first_day
    for at in range(0, len(ties), TIES):
        part = dict(ties[at : at + TIES])
        yield part, records_of_ties(session, part, first_day)


def _tie_problems(session: Session, people: People) -> Iterator[str]:
    book = rule_book(session)
    for ties, records in _chunks(session, people):
        written = written_for_ties(session, ties)
        known = lives_of_ties(session, ties)
        for tie, person in ties.items():
            deeds = [one.deed for one in records.get(tie, ()) if _counts(one)]
            entered = written.get(tie, {})
            due = {line: one.points for line, one in rules.lines(rules.due(deeds, book)).items()}
            to_post = {posting.line for posting in rules.postings(entered, deeds, book)}
            for line in sorted({*due, *entered}):
                of = f"tie {tie} of person {person}, {line.day} {line.rule} {line.evidence}"
                has, is_worth = sum(entered.get(line, {}).values()), due.get(line, 0)
                if has != is_worth:
                    yield f"{of}: the ledger says {has}, the record is worth {is_worth}"
                elif line in to_post:
                    yield f"{of}: the ledger names a conversation that does not earn it"
            if known.get(tie, []) != rules.lives(deeds):
                yield f"tie {tie} of person {person}: its living stretches are not the record's"
            if any(one.was_counted != _counts(one) for one in records.get(tie, ())):
                yield f"tie {tie} of person {person}: a conversation is marked wrongly as counted"


def _set_aside_problems(session: Session) -> Iterator[str]:
    """Nothing is set aside without the decision, and no decision is without its mark."""
    decided = set_aside_marks(session)
    rows = session.execute(
        select(Conversation.id, Conversation.set_aside_by).where(
            Conversation.set_aside_by.is_not(None)
        )
    )
    marked = {number: by for number, by in rows}
    for number, by in sorted(marked.items()):
        if by not in decided.values():
            yield f"conversation {number}: it is set aside, and nobody decided so"
    for number, by in sorted(decided.items()):
        if marked.get(number) != by:
            yield f"conversation {number}: it was set aside, and is not marked so"


def _share_problems(session: Session, people: People) -> Iterator[str]:
    counted: dict[tuple[int, date], list[int]] = defaultdict(list)
    for record in records_of_shares(session, get_programme(session).first_day, people=people):
        counts = record.remembered is None
        if counts:
            counted[record.person_id, record.day].append(record.number)
        if record.was_counted != counts:
            yield f"share {record.number}: it is marked wrongly as counted"
    written, book = written_for_shares(session, people=people), rule_book(session)
    for person, day in sorted({*counted, *written}):
        of = f"shares of person {person} on {day}"
        entered, shares = written.get((person, day), {}), counted.get((person, day), [])
        has, is_worth = sum(entered.values()), book.of(day).share if shares else 0
        if has != is_worth:
            yield f"{of}: the ledger says {has}, the record is worth {is_worth}"
        elif any(rules.share_postings(entered, shares, book.of(day))):
            yield f"{of}: the ledger names a share that does not earn it"


def _month_problems(session: Session) -> Iterator[str]:
    """An entry stands in the month of its day, or later in what was the first open month.

    Clocks are not asked: who waited for a closing to end has looked at the clock before it.
    """
    closed = set(session.scalars(select(ClosedMonth.month)))
    rows = session.execute(
        select(Entry.id, Entry.month, Entry.day, Entry.person_id, Tie.person_id)
        .outerjoin(Tie, Tie.id == Entry.tie_id)
        .execution_options(yield_per=5000)
    )
    for number, month, day, person, tied in rows:
        owner: int | None = tied
        moved = month > month_of(day) and shift_month(month, -1) in closed
        if month != month_of(day) and not moved:
            yield f"entry {number}: of {day}, it stands in {month}, which was not the open one"
        if owner is not None and owner != person:
            yield f"entry {number}: of person {person}, but its tie is person {owner}'s"


def _ledger_sums(session: Session, which: ColumnElement[bool]) -> dict[tuple[int, str], Sums]:
    """Return what some entries add up to, by person and month."""
    sums: dict[tuple[int, str], Sums] = defaultdict(Sums)
    rows = session.execute(
        select(
            Entry.person_id,
            Entry.month,
            Entry.rule,
            Entry.evidence,
            Entry.kind,
            Entry.began,
            func.sum(Entry.points).label("points"),
        )
        .where(which)
        .group_by(Entry.person_id, Entry.month, Entry.rule, Entry.evidence, Entry.kind, Entry.began)
    )
    for row in rows:
        sums[row.person_id, row.month].add(row._asdict())
    return sums


def _standing_problems(session: Session, people: People) -> Iterator[str]:
    """Hold standings, and what was sealed of closed months, against the ledger."""
    wanted: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    entered, book = _ledger_sums(session, Entry.person_id.between(*people)), rule_book(session)
    yield from _sealed_problems(session, people, entered, book)
    for (person, month), sums in entered.items():
        points = rules.month_points(sums.seen, sums.word, sums.shares, book.of_month(month))
        for period in periods_of(month):
            row = wanted[person, period]
            row["points"] += points
            for name in SUMS:
                row[name] += getattr(sums, name)
    standings = session.scalars(select(Standing).where(Standing.person_id.between(*people)))
    for standing in standings:
        row = wanted.pop((standing.person_id, standing.period), Counter())
        for name in (*SUMS, "points"):
            if getattr(standing, name) != row[name]:
                yield (
                    f"standing of person {standing.person_id} in {standing.period}: {name} is "
                    f"{getattr(standing, name)}, the ledger adds up to {row[name]}"
                )
    for person, period in sorted(wanted):
        if any(wanted[person, period].values()):
            yield f"standing of person {person} in {period} is missing"


def _tally_problems(session: Session) -> Iterator[str]:
    first_open = first_open_month(session)
    periods = {*session.scalars(select(Standing.period)), *session.scalars(select(Tally.period))}
    for period in sorted(periods):
        rows = session.execute(tallied(period, first_open))
        counted = Counter({points: people for _, points, people in rows})
        tallies = session.scalars(select(Tally).where(Tally.period == period))
        kept = Counter({tally.points: tally.people for tally in tallies})
        for points in sorted({*counted, *kept}):
            if counted[points] != kept[points]:
                yield (
                    f"tally of {period}: {kept[points]} people at {points} points, "
                    f"the standings say {counted[points]}"
                )


def _sealed_problems(
    session: Session, people: People, entered: dict[tuple[int, str], Sums], book: rules.RuleBook
) -> Iterator[str]:
    rows = session.execute(
        select(ClosedStanding.person_id, ClosedStanding.month, ClosedStanding.points).where(
            ClosedStanding.person_id.between(*people)
        )
    )
    sealed = {(person, month): points for person, month, points in rows}
    closed = set(session.scalars(select(ClosedMonth.month)))
    for key in sorted({*sealed, *(key for key in entered if key[1] in closed)}):
        (person, month), sums = key, entered.get(key, Sums())
        points = rules.month_points(sums.seen, sums.word, sums.shares, book.of_month(month))
        if sealed.get(key, 0) != points:
            yield (
                f"closed month {month}: person {person} was sealed with "
                f"{sealed.get(key, 0)}, the ledger adds up to {points}"
            )


def _closed_problems(session: Session) -> Iterator[str]:
    months = list(session.scalars(select(ClosedMonth.month).order_by(ClosedMonth.month)))
    if (through := last_closed_month(session)) != (months[-1] if months else None):
        yield f"the programme says that months are closed through {through or 'none'}"
    if months and months != months_between(months[0], months[-1]):
        yield "closed months: they have a gap"
    for month in months:
        yield from total_problems(session, month)
        rows, seal = queries.get_closed_rows(session, month), find_seal(session, month)
        for format in Format:
            wanted = queries.get_hash(session, month, format)
            if files.made_anew(month, rows, format, seal, wanted) is None:
                yield f"closed month {month}: its {format} is not as it was at the closing"
