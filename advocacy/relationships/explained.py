"""Reading a month, or a tie, in words: every entry, and what brought none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.core.time import month_of
from advocacy.people.models import Person
from advocacy.points.models import Entry, Standing
from advocacy.points.queries import (
    entries_of_month,
    entries_of_tie,
    rule_book,
    standing_of,
)
from advocacy.points.rules import (
    RuleSet,
    is_near_limit,
    month_points,
)
from advocacy.points.standings import SUMS, Sums
from advocacy.questions.queries import Asked
from advocacy.relationships.asked import asked_about
from advocacy.relationships.entries import ExplainedEntry, Part, in_words
from advocacy.relationships.quiet import Quiet, quiet_in_month, quiet_with


@dataclass(frozen=True, slots=True)
class Explained:
    """A person's month: the sums and every entry behind them."""

    month: str
    points: int
    seen: int
    word: int
    shares: int
    entries: Sequence[ExplainedEntry]
    made_of: Mapping[str, int]
    word_limit: int
    """How many points one's word can bring in the month."""
    quiet: Sequence[Quiet] = field(default_factory=list)

    @property
    def is_near_limit(self) -> bool:
        """Tell whether it is time to say how much of the limit on one's word is used."""
        return is_near_limit(self.word, self.word_limit)

    @property
    def entered(self) -> int:
        """Return what the entries add up to, before the limit on one's word."""
        return self.seen + self.word + self.shares

    @property
    def of_closed_months(self) -> int:
        """Return what of the entries is of earlier months, which were closed by then."""
        return sum(one.points for one in self.entries if month_of(one.day) != self.month)

    @property
    def taken_off(self) -> int:
        """Return what the limit on one's word took off."""
        return max(0, self.word - self.word_limit)

    def of_part(self, part: Part) -> int:
        """Return the points of a part."""
        return {"seen": self.seen, "word": self.word, **self.made_of}[part]


@dataclass(frozen=True, slots=True)
class ExplainedTie:
    """What a tie earned, entry by entry, and its conversations that stand at nothing, with why.

    ``points``: what all entries add up to, before any month's limit on one's word. ``by_talk``:
    what each conversation stands at. ``waiting``: what it brings when they answer. ``quiet``: by
    conversation. ``asked``: the latest question about each of the person's conversations.
    ``put_right``: by whom, when and why each that a manager put right was put right last.
    """

    points: int
    entries: Sequence[tuple[str, ExplainedEntry]]
    by_talk: Mapping[int, int]
    waiting: Mapping[int, str]
    quiet: Mapping[int, Quiet]
    asked: Mapping[int, Asked]
    put_right: Mapping[int, str]

    @property
    def months(self) -> list[tuple[str, list[ExplainedEntry], int]]:
        """Return the entries month by month, latest first, each month with its sum."""
        found: dict[str, list[ExplainedEntry]] = {}
        for month, entry in self.entries:
            found.setdefault(month, []).append(entry)
        return [
            (month, found[month], sum(entry.points for entry in found[month]))
            for month in sorted(found, reverse=True)
        ]


def explain(
    session: Session,
    person: Person,
    month: str,
    *,
    for_manager: bool,
    with_quiet: bool = False,
    as_of: datetime | None = None,
) -> Explained:
    """Return a person's month, every entry with its reason in words, latest day first.

    :param for_manager: name contacts only where the advocate shares them.
    :param with_quiet: add the month's conversations that earned nothing, for the advocate.
    :param as_of: as the month stood then: the entries that had been recorded, in words of now.
    """
    every = entries_of_month(session, person.id, month)
    entries = [entry for entry in every if as_of is None or entry.recorded_at <= as_of]
    book = rule_book(session)
    about = asked_about(session, person.id, as_of)
    explained = in_words(
        session, person, entries, book, among=every, about=about, for_manager=for_manager
    )
    rules_of_month = book.of_month(month)
    sums = (
        _kept_sums(standing_of(session, person.id, month))
        if as_of is None
        else _added_up(entries, rules_of_month)
    )
    return Explained(
        month=month,
        points=sums["points"],
        seen=sums["seen"],
        word=sums["word"],
        shares=sums["shares"],
        entries=explained,
        made_of={name: sums[name] for name in ("conversations", "answers", "in_person", "shares")},
        word_limit=rules_of_month.word_limit,
        quiet=quiet_in_month(session, person, month, entries, book, about=about)
        if with_quiet
        else [],
    )


def explain_tie(session: Session, person: Person, tie: int) -> ExplainedTie:
    """Return what a tie earned, for its advocate: each entry with its month, latest first."""
    entries = entries_of_tie(session, person.id, tie)
    book = rule_book(session)
    about = asked_about(session, person.id)
    explained = in_words(
        session, person, entries, book, among=entries, about=about, for_manager=False
    )
    by_talk: dict[int, int] = {}
    for entry in entries:
        by_talk[entry.deed] = by_talk.get(entry.deed, 0) + entry.points
    earning = {(deed, tie) for deed, points in by_talk.items() if points > 0}
    quiet = quiet_with(session, person, tie, earning, book, about=about)
    by_number = {number: one for one in quiet for number in one.conversations}
    return ExplainedTie(
        points=sum(entry.points for entry in entries),
        entries=[(entry.month, told) for entry, told in zip(entries, explained, strict=True)],
        by_talk=by_talk,
        waiting={entry.deed: entry.words.waiting for entry in explained if entry.words.waiting}
        | {number: one.waiting for number, one in by_number.items() if one.waiting},
        quiet=by_number,
        asked=about.questions,
        put_right=about.put_right_last(),
    )


_SUMMED = ("rule", "evidence", "kind", "began", "points")


def _kept_sums(standing: Standing | None) -> dict[str, int]:
    return {name: getattr(standing, name, 0) for name in (*SUMS, "points")}


def _added_up(entries: Collection[Entry], rules_of_month: RuleSet) -> dict[str, int]:
    sums = Sums()
    for entry in entries:
        sums.add({name: getattr(entry, name) for name in _SUMMED})
    points = month_points(sums.seen, sums.word, sums.shares, rules_of_month)
    return {**asdict(sums), "points": points}
