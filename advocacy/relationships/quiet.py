"""Reading which conversations earned nothing, why, and what they may still bring."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import did
from advocacy.core.time import first_day, last_day, month_of
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.queries import first_open_month
from advocacy.points.rules import Began, RuleBook
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
    Participant.answered,
    Participant.counted,
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """A conversation that earned nothing here, and why."""

    day: date
    title: str
    reason: str
    waiting: str
    icon: str
    conversation_id: int
    tie: int
    asked: Asked | None = None


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
        select(*_TALK, Contact)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(Conversation.person_id == person.id, which, Conversation.taken_back_at.is_(None))
        .order_by(Conversation.day.desc(), Conversation.id.desc())
    ).all()
    rows = [row for row in rows if (row.id, row.Contact.id) not in earning]
    remembered = remembered_of_ties(session, {row.Contact.id for row in rows if not row.counted})
    unanswered = {
        (row.id, row.Contact.id) for row in rows if not row.answered and row.began == Began.ADVOCATE
    }
    gains = gains_of(session, unanswered, book)
    entered = points_of_deeds(session, person.id, {row.id for row in rows}) if closed else {}
    first_open = first_open_month(session) or ""
    quiet = []
    for row in rows:
        contact, of = row.Contact, (row.id, row.Contact.id)
        reason, waiting = rules.why_nothing(
            row.kind,
            row.began,
            row.answered,
            remembered.get(of),
            contact=contact.label,
            gain=gains.get(of, 0),
            set_aside=about.words(row.set_aside_by),
            rules=book.of(row.day),
            is_closed=row.day < (first_day(first_open) if first_open else date.min),
            later=_entered_later(entered.get((*of, month_of(row.day)), {}), closed or ""),
        )
        quiet.append(
            Quiet(
                day=row.day,
                title=did(row.kind, row.began, contact.label),
                reason=reason + rules.and_put_right(about.put_right(row.id)),
                waiting=waiting,
                icon=rules.ICONS[row.kind],
                conversation_id=row.id,
                tie=contact.id,
                asked=about.questions.get(row.id),
            )
        )
    return quiet


def _entered_later(entered: Mapping[tuple[str, str], int], closed: str) -> tuple[str, int] | None:
    """Return what a conversation of a closed month earned after it: where first, and how much."""
    later = {of: points for of, points in entered.items() if of[0] > closed}
    points = sum(later.values())
    return (min(month for month, _ in later), points) if points > 0 else None
