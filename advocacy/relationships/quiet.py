"""Reading which conversations earned nothing, why, and what they may still bring."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import did
from advocacy.core.time import first_day, last_day, month_of
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.queries import first_open_month
from advocacy.points.rules import Began, Remembered, RuleBook
from advocacy.questions.queries import Asked
from advocacy.relationships import rules
from advocacy.relationships.asked import About
from advocacy.relationships.facts import gains_of, points_of_deeds
from advocacy.relationships.fates import remembered_of_ties

# Of a talk only what is told: a month may have hundreds.
_TALK = (
    Conversation.id,
    Conversation.day,
    Conversation.kind,
    Conversation.began,
    Conversation.set_aside_by,
    Participant.contact_id.label("tie"),
    Participant.answered,
    Participant.counted,
    Contact.name,
    Contact.email,
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """A conversation that earned nothing here, and why; or several of which the same is told.

    ``conversations``: their numbers, the latest logged first.
    """

    day: date
    title: str
    reason: str
    waiting: str
    icon: str
    conversations: Sequence[int]
    tie: int
    asked: Asked | None = None


class _Facts(NamedTuple):
    """All that decides what is told of a conversation: those that share it are alike."""

    tie: int
    contact: str
    day: date
    kind: str
    began: str
    answered: bool
    remembered: Remembered | None
    gain: int
    later: tuple[str, int] | None
    set_aside_by: int | None
    put_right: str
    asked: int


def quiet_in_month(
    session: Session,
    person: Person,
    month: str,
    entries: Sequence[Entry],
    book: RuleBook,
    *,
    about: About,
) -> list[Quiet]:
    """Return the month's conversations that stand at no points in it, and why.

    What the month only takes off for another day, of a closed month, is no part of that.
    """
    sums: Counter[tuple[int, int | None]] = Counter()
    for entry in entries:
        if month_of(entry.day) == month:
            sums[entry.deed, entry.tie] += entry.points
    earning = {of for of, points in sums.items() if points > 0}
    days = Conversation.day.between(first_day(month), last_day(month))
    closed = month if month < (first_open_month(session) or "") else None
    return _quiet(session, person, days, earning, book, about=about, closed=closed)


def quiet_with(
    session: Session,
    person: Person,
    tie: int,
    earning: Collection[tuple[int, int]],
    book: RuleBook,
    *,
    about: About,
) -> list[Quiet]:
    """Return the conversations with a contact that stand at no points, and why.

    :param earning: those that earned something, by conversation and tie.
    """
    which = Participant.contact_id == tie
    return _quiet(session, person, which, earning, book, about=about, closed=None)


def _quiet(
    session: Session,
    person: Person,
    which: ColumnElement[bool],
    earning: Collection[tuple[int, int | None]],
    book: RuleBook,
    *,
    about: About,
    closed: str | None,
) -> list[Quiet]:
    rows = session.execute(
        select(*_TALK)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(Conversation.person_id == person.id, which, Conversation.taken_back_at.is_(None))
        .order_by(Conversation.day.desc(), Conversation.id.desc())
    ).all()
    rows = [row for row in rows if (row.id, row.tie) not in earning]
    remembered = remembered_of_ties(session, {row.tie for row in rows if not row.counted})
    unanswered = {
        (row.id, row.tie) for row in rows if not row.answered and row.began == Began.ADVOCATE
    }
    gains = gains_of(session, unanswered, book)
    entered = points_of_deeds(session, person.id, {row.id for row in rows}) if closed else {}
    alike: dict[_Facts, list[int]] = {}
    for row in rows:
        of = (row.id, row.tie)
        facts = _Facts(
            row.tie,
            row.name or row.email,
            row.day,
            row.kind,
            row.began,
            row.answered,
            remembered.get(of),
            gains.get(of, 0),
            _entered_later(entered.get((*of, month_of(row.day)), {}), closed or ""),
            row.set_aside_by,
            about.put_right(row.id),
            row.id if row.id in about.questions else 0,
        )
        alike.setdefault(facts, []).append(row.id)
    first_open = first_open_month(session) or ""
    opens_on = first_day(first_open) if first_open else date.min
    return [_told(facts, numbers, book, about, opens_on) for facts, numbers in alike.items()]


def _told(
    facts: _Facts, conversations: Sequence[int], book: RuleBook, about: About, opens_on: date
) -> Quiet:
    reason, waiting = rules.why_nothing(
        facts.kind,
        facts.began,
        facts.answered,
        facts.remembered,
        contact=facts.contact,
        gain=facts.gain,
        set_aside=about.words(facts.set_aside_by),
        rules=book.of(facts.day),
        is_closed=facts.day < opens_on,
        later=facts.later,
    )
    return Quiet(
        day=facts.day,
        title=did(facts.kind, facts.began, facts.contact),
        reason=reason + rules.and_put_right(facts.put_right),
        waiting=waiting,
        icon=rules.ICONS[facts.kind],
        conversations=conversations,
        tie=facts.tie,
        asked=about.questions.get(facts.asked),
    )


def _entered_later(entered: Mapping[tuple[str, str], int], closed: str) -> tuple[str, int] | None:
    """Return what a conversation of a closed month earned after it: where first, and how much."""
    later = {of: points for of, points in entered.items() if of[0] > closed}
    points = sum(later.values())
    return (min(month for month, _ in later), points) if points > 0 else None
