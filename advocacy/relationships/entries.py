"""Putting a person's entries into words, with what became of what they say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from advocacy.conversations.evidence import confirmed_among
from advocacy.core.time import day_of, month_of
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.queries import first_open_month
from advocacy.points.rules import Began, Kind, Rule, RuleBook
from advocacy.programme.queries import get_programme
from advocacy.questions.queries import Asked
from advocacy.relationships import rules
from advocacy.relationships.asked import About
from advocacy.relationships.facts import (
    answered_of,
    gains_of,
    introduced_to,
    points_of_deeds,
    sources_of,
)
from advocacy.relationships.fates import fates_of, taken_off_of
from advocacy.relationships.rules import Fate, Told, Words
from advocacy.relationships.titles import labels_of_ties
from advocacy.shares.queries import titles_of_shares


class Part(StrEnum):
    """A part of a month's points: by what vouches for them, and by what built them."""

    SEEN = "seen"
    WORD = "word"
    CONVERSATIONS = "conversations"
    ANSWERS = "answers"
    IN_PERSON = "in_person"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """An entry of the ledger with its reason in words."""

    id: int
    rule: str
    evidence: str | None
    points: int
    day: date
    recorded_at: datetime
    contact: str | None
    source: str
    words: Words
    built_by: Part
    deed: int
    tie: int | None
    taken_off: bool = False
    """Whether a later entry takes it off again."""
    asked: Asked | None = None
    """The latest question about the conversation."""
    is_put_right: bool = False
    """Whether it takes off what a manager put right."""
    since: Sequence[tuple[str, int]] = ()
    """What was entered for the same in later months, when its own was closed."""

    def is_of(self, part: Part | None) -> bool:
        """Tell whether it is one of a part's entries; all are of the whole."""
        return part is None or part in (self.evidence, self.built_by)

    @property
    def conversation_id(self) -> int | None:
        """Return the conversation that it was written for, if it is no share’s."""
        return None if self.rule == Rule.SHARE else self.deed

    def is_about(self, conversations: Collection[int]) -> bool:
        """Tell whether it was written for one of some conversations."""
        return self.conversation_id in conversations

    @property
    def reason(self) -> str:
        """Return the title and the reason in a few sentences."""
        since = rules.words_entered(dict(self.since))
        more = f" Since then {since}." if since else ""
        return f"{self.words.title}. {self.words.reason}{more}"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside some entries of a person: read at once, told entry by entry."""

    labels: Mapping[int, str]
    fates: Mapping[int, Fate]
    answered: Mapping[tuple[int | None, int], bool]
    titles: Mapping[int, tuple[str, str]]
    sources: Mapping[int, str]
    introduced: Mapping[tuple[int, int | None], int]
    taken_off: Collection[int]
    confirmed: Collection[tuple[int, date]]
    gains: Mapping[tuple[int, int], int]
    since: Mapping[int, Mapping[str, int]]
    book: RuleBook
    about: About
    zone: str
    first_open: str


def in_words(
    session: Session,
    person: Person,
    entries: Sequence[Entry],
    book: RuleBook,
    *,
    among: Sequence[Entry],
    about: About,
    for_manager: bool,
) -> list[ExplainedEntry]:
    """Put entries into words of now, ``among`` all that tell what became of them."""
    known = _what_is_known(
        session, person, entries, book, among=among, about=about, for_manager=for_manager
    )
    return [_one(entry, person, known, for_manager=for_manager) for entry in entries]


def _what_is_known(
    session: Session,
    person: Person,
    entries: Sequence[Entry],
    book: RuleBook,
    *,
    among: Sequence[Entry],
    about: About,
    for_manager: bool,
) -> _Known:
    told = {(entry.tie, entry.deed): entry for entry in entries if entry.rule != Rule.SHARE}
    answered = answered_of(session, told)
    shares = {entry.deed for entry in entries if entry.rule == Rule.SHARE}
    unanswered = {
        (entry.deed, entry.tie)
        for entry in entries
        if entry.tie
        and entry.began == Began.ADVOCATE
        and not answered.get((entry.tie, entry.deed), False)
    }
    first_open = first_open_month(session) or ""
    return _Known(
        labels=labels_of_ties(
            session, {entry.tie for entry in among if entry.tie}, for_manager=for_manager
        ),
        fates=fates_of(session, person, among, about),
        answered=answered,
        titles=titles_of_shares(session, shares) if shares else {},
        sources=sources_of(session, entries),
        introduced=introduced_to(among),
        taken_off=taken_off_of(among),
        confirmed=confirmed_among(
            session, {(entry.tie, entry.day) for entry in entries if entry.tie}
        ),
        gains=gains_of(session, unanswered, book),
        since=_since(session, person, entries, first_open),
        book=book,
        about=about,
        zone=get_programme(session).time_zone,
        first_open=first_open,
    )


def _since(
    session: Session, person: Person, entries: Sequence[Entry], first_open: str
) -> dict[int, dict[str, int]]:
    """Return what was entered later for what entries of closed months say, by the entry.

    Of several entries for the same in one month, the last one tells it; of several months, the
    first.
    """
    last = {
        (entry.deed, entry.tie or 0, month_of(entry.day), entry.month, entry.rule): entry.id
        for entry in sorted(entries, key=lambda entry: entry.id)
        if entry.tie and entry.points > 0 and entry.month < first_open
    }
    if not last:
        return {}
    entered = points_of_deeds(session, person.id, {deed for deed, *_ in last})
    found: dict[int, dict[str, int]] = {}
    for (deed, tie, spoken, month, rule), entry in last.items():
        sums = entered.get((deed, tie, spoken), {})
        by_month = {other: points for (other, of), points in sums.items() if of == rule}
        if min(by_month, default=month) >= month:
            found[entry] = {other: points for other, points in by_month.items() if other > month}
    return found


def _one(entry: Entry, person: Person, known: _Known, *, for_manager: bool) -> ExplainedEntry:
    about, of_tie = known.about, (entry.tie, entry.deed)
    contact = known.labels[entry.tie] if entry.tie else ""
    title, channel = known.titles.get(entry.deed, ("", "")) if entry.tie is None else ("", "")
    fate, taken_off = known.fates.get(entry.id, Fate.STANDS), entry.id in known.taken_off
    set_aside, again_on = about.taken_off(entry, fate)
    other = known.introduced.get((entry.deed, entry.tie), 0)
    words = rules.in_words(
        Told(
            rule=entry.rule,
            evidence=entry.evidence,
            points=entry.points,
            day=entry.day,
            month=entry.month,
            kind=entry.kind,
            began=entry.began,
            contact=contact,
            answered_now=known.answered.get(of_tie, False),
            fate=fate,
            title=title,
            channel=channel,
            introduced_to=known.labels.get(other, ""),
            you=not for_manager,
            advocate=person.called,
            gain=known.gains.get((entry.deed, entry.tie or 0), 0),
            confirmed=(entry.tie or 0, entry.day) in known.confirmed,
            recorded_on=day_of(entry.recorded_at, known.zone),
            is_closed=entry.month < known.first_open,
            set_aside=set_aside,
            again_on=again_on,
            put_right=_put_right(about, entry, fate, taken_off=taken_off),
            came_with=about.came_with(entry) if entry.tie_id else "",
        ),
        known.book.of(entry.day),
    )
    return ExplainedEntry(
        id=entry.id,
        rule=entry.rule,
        evidence=entry.evidence,
        points=entry.points,
        day=entry.day,
        recorded_at=entry.recorded_at,
        contact=contact or None,
        source=known.sources[entry.id],
        words=words,
        built_by=_built_by(entry),
        deed=entry.deed,
        tie=entry.tie,
        taken_off=taken_off,
        asked=about.of(entry),
        is_put_right=fate is Fate.PUT_RIGHT,
        since=tuple(known.since.get(entry.id, {}).items()),
    )


def _put_right(about: About, entry: Entry, fate: Fate, *, taken_off: bool) -> str:
    """Return by whom and why what an entry says was put right, by the correction that it is of."""
    if entry.tie_id is None or taken_off:
        return ""
    if entry.points < 0:
        at = entry.recorded_at
        return about.put_right(entry.deed, at) if fate is Fate.PUT_RIGHT else ""
    return about.put_right_since(entry)


def _built_by(entry: Entry) -> Part:
    if entry.rule == Rule.SHARE:
        return Part.SHARES
    if entry.kind == Kind.MET:
        return Part.IN_PERSON
    return Part.ANSWERS if entry.began == Began.CONTACT else Part.CONVERSATIONS
