"""Reading which conversations earned nothing, why, and what they may still bring."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import did
from advocacy.core.statements import built_once
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

# A month may have hundreds of talks that are alike: the database puts them together.
_ALIKE = (
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


class _Beside(NamedTuple):
    """What decides, beside what alike talks have in common, what is told of each."""

    remembered: Remembered | None
    gain: int
    later: tuple[str, int] | None
    put_right: str
    asked: Asked | None


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
    asked = _in_days(person.id, first_day(month), last_day(month))
    closed = month if month < (first_open_month(session) or "") else None
    return _quiet(session, person, asked, earning, book, about=about, closed=closed)


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
    asked = _with_tie(person.id, tie)
    return _quiet(session, person, asked, earning, book, about=about, closed=None)


@built_once
def _in_days(person_id: int, first: date, last: date) -> Any:
    return _alike(Conversation.person_id == person_id, Conversation.day.between(first, last))


@built_once
def _with_tie(person_id: int, tie: int) -> Any:
    return _alike(Conversation.person_id == person_id, Participant.contact_id == tie)


def _alike(*which: ColumnElement[bool]) -> Any:
    return (
        select(func.aggregate_strings(cast(Conversation.id, String), ","), *_ALIKE)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(*which, Conversation.taken_back_at.is_(None))
        .group_by(*_ALIKE)
    )


def _quiet(
    session: Session,
    person: Person,
    asked: tuple[Any, dict[str, Any]],
    earning: Collection[tuple[int, int | None]],
    book: RuleBook,
    *,
    about: About,
    closed: str | None,
) -> list[Quiet]:
    rows = session.execute(*asked).all()
    groups = [(row, [of for of in _talks(row) if of not in earning]) for row in rows]
    remembered = remembered_of_ties(session, {row.tie for row, _ in groups if not row.counted})
    waiting = [talks for row, talks in groups if not row.answered and row.began == Began.ADVOCATE]
    gains = gains_of(session, {of for talks in waiting for of in talks}, book)
    numbers = {number for _, talks in groups for number, _ in talks} if closed else set[int]()
    entered = points_of_deeds(session, person.id, numbers)
    first_open = first_open_month(session) or ""
    opens_on = first_day(first_open) if first_open else date.min
    put_right = about.put_right_last()
    told: dict[Quiet, list[int]] = {}
    for row, talks in groups:
        lines: dict[_Beside, list[int]] = {}
        for of in talks:
            later = entered.get((*of, month_of(row.day))) if closed else None
            beside = _Beside(
                remembered.get(of),
                gains.get(of, 0),
                _entered_later(later, closed) if later and closed else None,
                put_right.get(of[0], ""),
                about.questions.get(of[0]),
            )
            lines.setdefault(beside, []).append(of[0])
        for beside, alike in lines.items():
            one = _told(row, beside, book=book, about=about, is_closed=row.day < opens_on)
            told.setdefault(one, []).extend(alike)
    quiet = [replace(one, conversations=sorted(all_, reverse=True)) for one, all_ in told.items()]
    return sorted(quiet, key=lambda one: (one.day, one.conversations[0], one.tie), reverse=True)


def _talks(row: Any) -> list[tuple[int, int]]:
    """Return the number and the tie of each of some alike talks, the latest logged first."""
    return [(number, row.tie) for number in sorted(map(int, row[0].split(",")), reverse=True)]


def _told(row: Any, beside: _Beside, *, book: RuleBook, about: About, is_closed: bool) -> Quiet:
    """Return what is told of some alike talks; of others, too, for which it may be the same."""
    contact = row.name or row.email
    reason, waiting = rules.why_nothing(
        row.kind,
        row.began,
        row.answered,
        beside.remembered,
        contact=contact,
        gain=beside.gain,
        set_aside=about.words(row.set_aside_by),
        rules=book.of(row.day),
        is_closed=is_closed,
        later=beside.later,
    )
    return Quiet(
        day=row.day,
        title=did(row.kind, row.began, contact),
        reason=reason + rules.and_put_right(beside.put_right),
        waiting=waiting,
        icon=rules.ICONS[row.kind],
        conversations=(),
        tie=row.tie,
        asked=beside.asked,
    )


def _entered_later(entered: Mapping[tuple[str, str], int], closed: str) -> tuple[str, int] | None:
    """Return what a conversation of a closed month earned after it: where first, and how much."""
    later = {of: points for of, points in entered.items() if of[0] > closed}
    points = sum(later.values())
    return (min(month for month, _ in later), points) if points > 0 else None
