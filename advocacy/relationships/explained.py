"""Reading a month in words: every entry, and what brought none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.evidence import confirmed_among
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import records_of_ties
from advocacy.conversations.rules import did
from advocacy.core.time import first_day, last_day
from advocacy.people.models import Person
from advocacy.points.actions import SUMS, Sums
from advocacy.points.models import Entry, Standing, Tie
from advocacy.points.queries import CHUNK, entries_of_month, rule_book, standing_of
from advocacy.points.rules import (
    Began,
    Kind,
    Rule,
    RuleBook,
    RuleSet,
    gain_of_answer,
    is_near_limit,
    month_points,
)
from advocacy.programme.queries import get_programme
from advocacy.relationships import rules
from advocacy.relationships.fates import fates_of, remembered_of_ties
from advocacy.relationships.rules import Fate, Told, Words
from advocacy.shares.models import Share
from advocacy.shares.queries import titles_of_shares


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

    @property
    def reason(self) -> str:
        """Return the title and the reason in one sentence or two."""
        return f"{self.words.title}. {self.words.reason}"


@dataclass(frozen=True, slots=True)
class Quiet:
    """A conversation of the month that earned nothing, and why."""

    day: date
    title: str
    reason: str
    waiting: str
    icon: str
    conversation_id: int


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


@dataclass(frozen=True, slots=True)
class WeekOfEntries:
    """The entries and the quiet conversations of a week, latest first, and the running sum."""

    title: str
    entries: Sequence[tuple[ExplainedEntry, int]]
    quiet: Sequence[Quiet]
    points: int
    sum: int

    @property
    def count(self) -> str:
        """Return how many entries there are, and how many talks brought none, in words."""
        if self.quiet:
            return f"{len(self.entries)} with points · {len(self.quiet)} without"
        return f"{len(self.entries)} {'entry' if len(self.entries) == 1 else 'entries'}"


def labels_of_ties(session: Session, ties: Collection[int], *, for_manager: bool) -> dict[int, str]:
    """Return what a reader may call ties: names, or for a manager “private contact 12”."""
    labels: dict[int, str] = {}
    ordered = sorted(ties)
    for at in range(0, len(ordered), CHUNK):
        rows = session.execute(
            select(Tie.id, Tie.number, Contact)
            .outerjoin(Contact, Contact.id == Tie.id)
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
    :param as_of: as the month stood then: from the entries that had been recorded.
    """
    entries = entries_of_month(session, person.id, month, by=as_of)
    labels = labels_of_ties(
        session, {entry.tie_id for entry in entries if entry.tie_id}, for_manager=for_manager
    )
    fates = fates_of(session, person, entries)
    told = {(entry.tie_id, entry.deed): entry for entry in entries if entry.rule != Rule.SHARE}
    answered = _answered(session, told)
    numbers = {entry.deed for entry in entries if entry.rule == Rule.SHARE}
    titles = titles_of_shares(session, numbers) if numbers else {}
    sources = _sources(session, entries)
    introduced = _introduced(entries)
    book = rule_book(session)
    confirmed = confirmed_among(
        session, {(entry.tie_id, entry.day) for entry in entries if entry.tie_id}
    )
    gains = _gains(
        session,
        {
            (entry.deed, entry.tie_id)
            for entry in entries
            if entry.tie_id
            and entry.began == Began.ADVOCATE
            and not answered.get((entry.tie_id, entry.deed), False)
        },
        book,
    )
    explained = []
    for entry in entries:
        contact = labels[entry.tie_id] if entry.tie_id else ""
        title, channel = titles.get(entry.deed, ("", "")) if entry.tie_id is None else ("", "")
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
                answered_now=answered.get((entry.tie_id, entry.deed), False),
                fate=fates.get(entry.id, Fate.STANDS),
                title=title,
                channel=channel,
                introduced_to=labels.get(introduced.get((entry.deed, entry.tie_id), 0), ""),
                you=not for_manager,
                advocate=person.called,
                gain=gains.get((entry.deed, entry.tie_id or 0), 0),
                confirmed=(entry.tie_id, entry.day) in confirmed,
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
            )
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
        quiet=_quiet(session, person, month, entries, book) if with_quiet else [],
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


def _introduced(entries: Collection[Entry]) -> dict[tuple[int, int | None], int]:
    """Return, of introductions that brought both something in the month, the other tie of each."""
    pairs: dict[int, set[int]] = {}
    for entry in entries:
        if entry.kind == Kind.INTRODUCED and entry.tie_id:
            pairs.setdefault(entry.deed, set()).add(entry.tie_id)
    return {
        (deed, one): other
        for deed, ties in pairs.items()
        if len(ties) == 2
        for one in ties
        for other in ties - {one}
    }


def by_week(explained: Explained) -> list[WeekOfEntries]:
    """Return a month's entries by week, latest first, each with the sum up to it."""
    every: list[ExplainedEntry | Quiet] = [*explained.entries, *explained.quiet]
    lines = sorted(
        every,
        key=lambda line: (line.day, getattr(line, "id", 0)),
    )
    weeks: dict[tuple[date, date], list[ExplainedEntry | Quiet]] = {}
    for line in lines:
        weeks.setdefault(rules.week_of(line.day, explained.month), []).append(line)
    found = []
    total = 0
    for (start, end), group in weeks.items():
        entries = []
        before = total
        for line in group:
            if isinstance(line, ExplainedEntry):
                total += line.points
                entries.append((line, total))
        found.append(
            WeekOfEntries(
                title=rules.words_for_week(start, end),
                entries=entries[::-1],
                quiet=[line for line in group if isinstance(line, Quiet)][::-1],
                points=total - before,
                sum=total,
            )
        )
    return found[::-1]


def _sources(session: Session, entries: Sequence[Entry]) -> dict[int, str]:
    sources = {}
    for name, table, mine in (
        ("conversation", Conversation, [one for one in entries if one.rule != Rule.SHARE]),
        ("share", Share, [one for one in entries if one.rule == Rule.SHARE]),
    ):
        numbers = sorted({one.deed for one in mine})
        external: dict[int, str | None] = {}
        for at in range(0, len(numbers), CHUNK):
            rows = session.execute(
                select(table.id, table.external_id).where(table.id.in_(numbers[at : at + CHUNK]))
            )
            external.update({number: known for number, known in rows})
        for one in mine:
            sources[one.id] = f"{name}:{external.get(one.deed) or one.deed}"
    return sources


def _answered(
    session: Session, deeds: Collection[tuple[int | None, int]]
) -> dict[tuple[int | None, int], bool]:
    numbers = sorted({number for _, number in deeds})
    found: dict[tuple[int | None, int], bool] = {}
    for at in range(0, len(numbers), CHUNK):
        rows = session.execute(
            select(Participant.contact_id, Participant.conversation_id, Participant.answered).where(
                Participant.conversation_id.in_(numbers[at : at + CHUNK])
            )
        )
        found.update({(contact, number): answered for contact, number, answered in rows})
    return found


def _gains(
    session: Session, waiting: Collection[tuple[int, int]], book: RuleBook
) -> dict[tuple[int, int], int]:
    """Return what an answer would bring, by conversation and tie."""
    if not waiting:
        return {}
    records = records_of_ties(
        session, {tie for _, tie in waiting}, get_programme(session).first_day
    )
    deeds = {
        tie: [record.deed for record in told if record.remembered is None]
        for tie, told in records.items()
    }
    return {
        (number, tie): gain_of_answer(deeds.get(tie, ()), number, book) for number, tie in waiting
    }


def _quiet(
    session: Session, person: Person, month: str, entries: Sequence[Entry], book: RuleBook
) -> list[Quiet]:
    """Return the month's conversations with no entry of their own, and why."""
    earning = {(entry.deed, entry.tie_id) for entry in entries if entry.points > 0}
    rows = session.execute(
        select(Conversation, Participant, Contact)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(
            Conversation.person_id == person.id,
            Conversation.day.between(first_day(month), last_day(month)),
            Conversation.taken_back_at.is_(None),
        )
        .order_by(Conversation.day.desc(), Conversation.id.desc())
    ).all()
    remembered = remembered_of_ties(
        session, {contact.id for _, participant, contact in rows if not participant.counted}
    )
    gains = _gains(
        session,
        {
            (conversation.id, contact.id)
            for conversation, participant, contact in rows
            if not participant.answered
            and conversation.began == Began.ADVOCATE
            and (conversation.id, contact.id) not in earning
        },
        book,
    )
    quiet = []
    for conversation, participant, contact in rows:
        if (conversation.id, contact.id) in earning:
            continue
        reason, waiting = rules.why_nothing(
            conversation.kind,
            conversation.began,
            participant.answered,
            remembered.get((conversation.id, contact.id)),
            contact=contact.label,
            gain=gains.get((conversation.id, contact.id), 0),
            rules=book.of(conversation.day),
        )
        quiet.append(
            Quiet(
                day=conversation.day,
                title=did(conversation.kind, conversation.began, contact.label),
                reason=reason,
                waiting=waiting,
                icon=rules.ICONS[conversation.kind],
                conversation_id=conversation.id,
            )
        )
    return quiet
