"""Reading a month, or a tie, in words: every entry, and what brought none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact
from advocacy.conversations.evidence import confirmed_among
from advocacy.core.time import day_of
from advocacy.people.models import Person
from advocacy.points.actions import SUMS, Sums
from advocacy.points.models import Entry, Standing, Tie
from advocacy.points.queries import (
    CHUNK,
    entries_of_month,
    entries_of_tie,
    first_open_month,
    rule_book,
    standing_of,
)
from advocacy.points.rules import (
    Began,
    Kind,
    Rule,
    RuleBook,
    RuleSet,
    is_near_limit,
    month_points,
)
from advocacy.programme.queries import get_programme
from advocacy.questions.queries import Asked
from advocacy.relationships import rules
from advocacy.relationships.asked import About, asked_about
from advocacy.relationships.facts import answered_of, gains_of, introduced_to, sources_of
from advocacy.relationships.fates import fates_of, taken_off_of
from advocacy.relationships.quiet import Quiet, quiet_in_month, quiet_with
from advocacy.relationships.rules import Fate, Told, Words
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
    taken_off: bool = False
    """Whether a later entry takes it off again."""
    asked: Asked | None = None
    """The latest question about the conversation."""
    is_put_right: bool = False
    """Whether it takes off what a manager put right."""

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
        """Return the title and the reason in one sentence or two."""
        return f"{self.words.title}. {self.words.reason}"


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
    """

    points: int
    entries: Sequence[tuple[str, ExplainedEntry]]
    by_talk: Mapping[int, int]
    waiting: Mapping[int, str]
    quiet: Mapping[int, Quiet]
    asked: Mapping[int, Asked]

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


def labels_of_ties(session: Session, ties: Collection[int], *, for_manager: bool) -> dict[int, str]:
    """Return what a reader may call ties: names, or for a manager “private contact 12”.

    One that is merged into another is called what that one is.
    """
    labels: dict[int, str] = {}
    ordered = sorted(ties)
    for at in range(0, len(ordered), CHUNK):
        kept = aliased(Tie)
        rows = session.execute(
            select(Tie.id, kept.number, Contact)
            .join(kept, kept.id == func.coalesce(Tie.merged_into, Tie.id))
            .outerjoin(Contact, Contact.id == kept.id)
            .where(Tie.id.in_(ordered[at : at + CHUNK]))
        )
        for tie, number, known in rows:
            contact: Contact | None = known
            if contact is None:
                labels[tie] = "somebody whose name is erased"
            elif for_manager and not contact.shared:
                labels[tie] = f"private contact {number}"
            else:
                labels[tie] = contact.label
    return labels


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
    explained = _explained(
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
    explained = _explained(
        session, person, entries, book, among=entries, about=about, for_manager=False
    )
    by_talk: dict[int, int] = {}
    for entry in entries:
        by_talk[entry.deed] = by_talk.get(entry.deed, 0) + entry.points
    earning = {(deed, tie) for deed, points in by_talk.items() if points > 0}
    quiet = quiet_with(session, person, tie, earning, book, about=about)
    return ExplainedTie(
        points=sum(entry.points for entry in entries),
        entries=[(entry.month, told) for entry, told in zip(entries, explained, strict=True)],
        by_talk=by_talk,
        waiting={entry.deed: entry.words.waiting for entry in explained if entry.words.waiting}
        | {one.conversation_id: one.waiting for one in quiet if one.waiting},
        quiet={one.conversation_id: one for one in quiet},
        asked=about.questions,
    )


def _explained(
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
    labels = labels_of_ties(
        session, {entry.tie for entry in among if entry.tie}, for_manager=for_manager
    )
    fates = fates_of(session, person, among, about)
    told = {(entry.tie, entry.deed): entry for entry in entries if entry.rule != Rule.SHARE}
    answered = answered_of(session, told)
    numbers = {entry.deed for entry in entries if entry.rule == Rule.SHARE}
    titles = titles_of_shares(session, numbers) if numbers else {}
    sources = sources_of(session, entries)
    introduced = introduced_to(among)
    taken_off = taken_off_of(among)
    confirmed = confirmed_among(session, {(entry.tie, entry.day) for entry in entries if entry.tie})
    gains = gains_of(
        session,
        {
            (entry.deed, entry.tie)
            for entry in entries
            if entry.tie
            and entry.began == Began.ADVOCATE
            and not answered.get((entry.tie, entry.deed), False)
        },
        book,
    )
    zone, first_open = get_programme(session).time_zone, first_open_month(session) or ""
    explained = []
    for entry in entries:
        contact = labels[entry.tie] if entry.tie else ""
        title, channel = titles.get(entry.deed, ("", "")) if entry.tie is None else ("", "")
        fate = fates.get(entry.id, Fate.STANDS)
        set_aside, again_on = about.taken_off(entry, fate)
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
                answered_now=answered.get((entry.tie, entry.deed), False),
                fate=fate,
                title=title,
                channel=channel,
                introduced_to=labels.get(introduced.get((entry.deed, entry.tie), 0), ""),
                you=not for_manager,
                advocate=person.called,
                gain=gains.get((entry.deed, entry.tie or 0), 0),
                confirmed=(entry.tie, entry.day) in confirmed,
                recorded_on=day_of(entry.recorded_at, zone),
                is_closed=entry.month < first_open,
                set_aside=set_aside,
                again_on=again_on,
                put_right=_put_right(about, entry, fate, taken_off=entry.id in taken_off),
            ),
            book.of(entry.day),
        )
        explained.append(
            ExplainedEntry(
                id=entry.id,
                rule=entry.rule,
                evidence=entry.evidence,
                points=entry.points,
                day=entry.day,
                recorded_at=entry.recorded_at,
                contact=contact or None,
                source=sources[entry.id],
                words=words,
                built_by=_built_by(entry),
                deed=entry.deed,
                taken_off=entry.id in taken_off,
                asked=about.of(entry),
                is_put_right=fate is Fate.PUT_RIGHT,
            )
        )
    return explained


def _put_right(about: About, entry: Entry, fate: Fate, *, taken_off: bool) -> str:
    """Return by whom and why what an entry says was put right, by the correction that it is of."""
    if entry.tie_id is None or taken_off:
        return ""
    if entry.points < 0:
        at = entry.recorded_at
        return about.put_right(entry.deed, at) if fate is Fate.PUT_RIGHT else ""
    return about.put_right(entry.deed)


def _built_by(entry: Entry) -> Part:
    if entry.rule == Rule.SHARE:
        return Part.SHARES
    if entry.kind == Kind.MET:
        return Part.IN_PERSON
    return Part.ANSWERS if entry.began == Began.CONTACT else Part.CONVERSATIONS


_SUMMED = ("rule", "evidence", "kind", "began", "points")


def _kept_sums(standing: Standing | None) -> dict[str, int]:
    return {name: getattr(standing, name, 0) for name in (*SUMS, "points")}


def _added_up(entries: Collection[Entry], rules_of_month: RuleSet) -> dict[str, int]:
    sums = Sums()
    for entry in entries:
        sums.add({name: getattr(entry, name) for name in _SUMMED})
    points = month_points(sums.seen, sums.word, sums.shares, rules_of_month)
    return {**asdict(sums), "points": points}
