"""Reading whom a person knows: rings, cards, and whom to reach out to."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import is_called_like
from advocacy.contacts.rules import key
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import Talks, talks_by_contact
from advocacy.core.statements import built_once
from advocacy.points.models import Life
from advocacy.points.rules import (
    QUIET_DAYS,
    Began,
    strength,
    strength_by_week,
    strength_in_words,
)
from advocacy.relationships import rules

WEEKS_LISTED = 12


@dataclass(frozen=True, slots=True)
class Ring:
    """A tie's strength with its word and the colour of what built most of it."""

    strength: int
    word: str
    tone: str
    talks: int
    last_day: date | None
    both_ways: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody a person knows, with the ring."""

    contact: Contact
    ring: Ring


@dataclass(frozen=True, slots=True)
class Strength:
    """A tie's ring, how many conversations of each kind built it, and the weeks that make it.

    A week is the day of its last conversation and what is left of its weight; ``earlier`` are
    those that are not told each by itself.
    """

    ring: Ring
    built: dict[str, int]
    weeks: Sequence[tuple[date, float]]
    earlier: Sequence[tuple[date, float]]

    @property
    def is_answered(self) -> bool:
        """Tell whether the contact ever answered, or the advocate them: a week weighs more then."""
        return self.ring.is_answered

    @property
    def left(self) -> float:
        """Return what is left of all weeks together."""
        return sum(left for _, left in [*self.weeks, *self.earlier])


def ring_of(talks: Sequence[Talks], today: date) -> Ring:
    """Return the ring of a tie from its conversations."""
    value = strength([(one.day, one.answered) for one in talks], today)
    built = _built(talks)
    return Ring(
        strength=value,
        word=strength_in_words(value, spoken=bool(talks)),
        tone=max(built, key=built.__getitem__) if built else "leaf",
        talks=built.total(),
        last_day=max((one.day for one in talks), default=None),
        both_ways={Began.ADVOCATE, Began.CONTACT} <= {one.began for one in talks},
        is_answered=any(one.answered for one in talks),
    )


def _built(talks: Sequence[Talks]) -> Counter[str]:
    """Return how many conversations there are of each tone."""
    built: Counter[str] = Counter()
    for one in talks:
        built[rules.tone_of(one.kind, one.began)] += one.times
    return built


def rings_of(
    session: Session, person_id: int, contacts: Collection[int], today: date
) -> dict[int, Ring]:
    """Return the rings of a person's contacts, by their number."""
    talks = talks_by_contact(session, person_id, contacts)
    return {contact: ring_of(talks.get(contact, ()), today) for contact in contacts}


def strength_of(session: Session, person_id: int, contact_id: int, today: date) -> Strength:
    """Return what the card of a contact tells of the tie's strength."""
    talks = talks_by_contact(session, person_id, [contact_id]).get(contact_id, [])
    _, weeks = strength_by_week([(one.day, one.answered) for one in talks], today)
    tones = _built(talks)
    built = {
        "conversations": tones["leaf"],
        "answers": tones["sea"],
        "in_person": tones["sun"],
    }
    return Strength(ring_of(talks, today), built, weeks[:WEEKS_LISTED], weeks[WEEKS_LISTED:])


def people_known(
    session: Session, person_id: int, today: date, *, search: str = "", limit: int, offset: int = 0
) -> list[Known]:
    """Return a page of the people somebody knows, those spoken with last first."""
    query, values = _known(person_id, limit, offset)
    if part := key(search):
        query = query.where(is_called_like(person_id, part))
    contacts = list(session.scalars(query, values))
    rings = rings_of(session, person_id, [contact.id for contact in contacts], today)
    return [Known(contact, rings[contact.id]) for contact in contacts]


@built_once
def _known(person_id: int, limit: int, offset: int) -> Select[Contact]:
    last = (
        select(Participant.contact_id, func.max(Conversation.day).label("day"))
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(Conversation.person_id == person_id, Conversation.taken_back_at.is_(None))
        .group_by(Participant.contact_id)
        .subquery()
    )
    return (
        select(Contact)
        .outerjoin(last, last.c.contact_id == Contact.id)
        .where(Contact.person_id == person_id)
        .order_by(last.c.day.is_(None), last.c.day.desc(), Contact.name_key, Contact.id)
        .limit(limit)
        .offset(offset)
    )


def worth_reaching_out(
    session: Session, person_id: int, today: date, *, limit: int
) -> list[tuple[Contact, date]]:
    """Return relationships that are alive and will drift soonest, with the last talk's day."""
    quiet = timedelta(days=QUIET_DAYS)
    rows = session.execute(*_drifting(person_id, today, today + timedelta(days=62), limit))
    return [(contact, ends_on - quiet) for contact, ends_on in rows]


@built_once
def _drifting(person_id: int, today: date, latest: date, limit: int) -> Select[Contact, date]:
    return (
        select(Contact, Life.ends_on)
        .join(Life, Life.tie_id == Contact.id)
        .where(
            Life.person_id == person_id,
            Life.starts_on <= today,
            Life.ends_on.between(today, latest),
        )
        .order_by(Life.ends_on, Contact.id)
        .limit(limit)
    )
