"""Trying a rule set on a quarter that is over: who would move, by how much, and why."""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.records import records_of_ties
from advocacy.core.time import first_day, last_day, month_of, previous_period, quarter_of
from advocacy.people.models import Person
from advocacy.points.queries import rule_book
from advocacy.points.rules import (
    Deed,
    Evidence,
    Kind,
    Rule,
    RuleBook,
    RuleSet,
    due,
    month_points,
)
from advocacy.programme.queries import get_programme
from advocacy.recognition.rules import ranks
from advocacy.shares.queries import records_of_shares

TIES_AT_ONCE = 500

_PARTS = {
    Kind.COMMENTED: "comments",
    Kind.WROTE: "messages",
    Kind.INTRODUCED: "introductions",
    Kind.CALLED: "calls",
    Kind.MET: "in person",
    Rule.BEGINNING: "new relationships",
    Rule.RETURN: "returns",
    Rule.LASTING: "lasting ties",
    Rule.SHARE: "shares",
}
LIMIT = "the limit on one’s word"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many ties were looked at, of how many."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A person under the rules as they were and as they are tried.

    ``why``: what the difference in points comes from, the largest part first.
    """

    person_id: int
    name: str
    points: int
    tried: int
    rank: int
    tried_rank: int
    why: Sequence[tuple[str, int]]

    @property
    def places(self) -> int:
        """Return how many places the person would gain; negative: lose."""
        return self.rank - self.tried_rank


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule set would have made of a quarter: everybody with points, best first as tried.

    ``most_on_word``: the most points that one's word alone would have brought anybody in a month.
    """

    period: str
    rows: Sequence[Moved]
    most_on_word: int

    @property
    def movers(self) -> int:
        """Return how many people would stand on another place."""
        return sum(1 for row in self.rows if row.places)


@dataclass(slots=True)
class _Month:
    """What a person's month is worth, and by which parts."""

    seen: int = 0
    word: int = 0
    shares: int = 0
    parts: Counter[str] = field(default_factory=Counter)

    def add(self, rule: str, kind: str, evidence: str | None, points: int) -> None:
        self.parts[_PARTS[Kind(kind) if rule == Rule.WEEK else Rule(rule)]] += points
        if rule == Rule.SHARE:
            self.shares += points
        elif evidence == Evidence.SEEN:
            self.seen += points
        else:
            self.word += points

    def points(self, rules: RuleSet) -> int:
        return month_points(self.seen, self.word, self.shares, rules)


Steps = Generator[Progress | Trial, None, None]
Months = dict[tuple[int, str], _Month]


def quarter_before(today: date) -> str:
    """Return the last quarter that is over."""
    return str(previous_period(quarter_of(month_of(today))))


def try_rules(session: Session, rules: RuleSet, period: str) -> Steps:
    """Work out a period under the rules as they were and under others; yield the trial last.

    It asks the same function that posting asks, of the record as it stands now: when the same
    conversations come under these rules, this is what they earn. Who left the ranking, or is
    deactivated, is left out. Nothing is written; whoever stops asking ends it.
    """
    now, first = rule_book(session), first_day(period)
    books = now, now.changed_from(month_of(first), rules)
    worth: tuple[Months, Months] = defaultdict(_Month), defaultdict(_Month)
    ties = _ties_spoken_with(session, first, last_day(period))
    programme_first_day = get_programme(session).first_day
    numbers = list(ties)
    for at in range(0, len(numbers), TIES_AT_ONCE):
        yield Progress(at, len(numbers))
        chunk = numbers[at : at + TIES_AT_ONCE]
        for tie, records in records_of_ties(session, chunk, programme_first_day).items():
            deeds = [record.deed for record in records if record.remembered is None]
            for book, months in zip(books, worth, strict=True):
                _add(months, ties[tie], deeds, book, period)
    yield Progress(len(numbers), len(numbers))
    for person, day in _days_of_shares(session, programme_first_day, period):
        for book, months in zip(books, worth, strict=True):
            points = book.of(day).share
            months[person, month_of(day)].add(Rule.SHARE, "", None, points)
    most_on_word = max((month.word for month in worth[1].values()), default=0)
    yield Trial(period, _compared(_names(session), worth, books), most_on_word)


def _add(months: Months, person: int, deeds: Iterable[Deed], book: RuleBook, period: str) -> None:
    first, last = first_day(period), last_day(period)
    for key, amount in due(deeds, book).items():
        if first <= key.day <= last:
            month = months[person, month_of(key.day)]
            month.add(key.rule, amount.deed.kind, key.evidence, amount.points)


def _compared(
    names: Mapping[int, str], worth: tuple[Months, Months], books: tuple[RuleBook, RuleBook]
) -> list[Moved]:
    points: tuple[Counter[int], Counter[int]] = Counter(), Counter()
    parts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for side, (months, book) in enumerate(zip(worth, books, strict=True)):
        sign = 1 if side else -1
        for (person, month), sums in months.items():
            counted = sums.points(book.of_month(month))
            points[side][person] += counted
            for part, each in sums.parts.items():
                parts[person][part] += sign * each
            parts[person][LIMIT] += sign * (counted - sums.parts.total())
    people = sorted(names.keys() & {*points[0], *points[1]}, key=lambda one: (names[one], one))
    places = [_places(people, side) for side in points]
    rows = [
        Moved(
            person,
            names[person],
            points[0][person],
            points[1][person],
            places[0][person],
            places[1][person],
            _why(parts[person]),
        )
        for person in people
    ]
    return sorted(rows, key=lambda row: (row.tried_rank, row.rank))


def _places(people: Sequence[int], points: Mapping[int, int]) -> dict[int, int]:
    ordered = sorted(people, key=lambda person: -points[person])
    return dict(zip(ordered, ranks([points[person] for person in ordered]), strict=True))


def _why(parts: Mapping[str, int]) -> list[tuple[str, int]]:
    changed = [(part, points) for part, points in parts.items() if points]
    return sorted(changed, key=lambda part: (-abs(part[1]), part[0]))


def _ties_spoken_with(session: Session, first: date, last: date) -> dict[int, int]:
    """Return the ties with a conversation in some days, each with its person."""
    rows = session.execute(
        select(Participant.contact_id, Conversation.person_id)
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(Conversation.day.between(first, last), Conversation.taken_back_at.is_(None))
        .distinct()
        .order_by(Participant.contact_id)
    )
    return {tie: person for tie, person in rows}


def _days_of_shares(session: Session, first_day_: date, period: str) -> set[tuple[int, date]]:
    first, last = first_day(period), last_day(period)
    return {
        (record.person_id, record.day)
        for record in records_of_shares(session, first_day_)
        if record.remembered is None and first <= record.day <= last
    }


def _names(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(Person.id, Person.name).where(
            Person.left_ranking.is_(False), Person.deactivated_at.is_(None)
        )
    )
    return {number: name for number, name in rows}
