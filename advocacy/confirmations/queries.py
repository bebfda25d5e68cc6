"""Reading requests to confirm: as the advocate sees them, and by their link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.confirmations import rules
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.rules import Answer
from advocacy.contacts.models import Contact
from advocacy.conversations.evidence import kinds_on, sources_by_day
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Source
from advocacy.core.codes import hashed
from advocacy.core.time import day_of, month_of, quarter_of
from advocacy.people.models import Person
from advocacy.points.models import Tie
from advocacy.programme.queries import get_programme


@dataclass(frozen=True, slots=True)
class Asking:
    """A tie’s requests, and what saw it speak: what decides whether to ask."""

    contact: Contact
    quarter: str
    zone: str
    now: datetime
    requests: list[Confirmation]
    seen_by: dict[date, str]

    def open_for(self, day: date) -> Confirmation | None:
        """Return the link that waits for an answer about a day."""
        waiting = [one for one in self.requests if one.answer is None and one.ends_at > self.now]
        return next((one for one in waiting if one.day == day), None)

    def elsewhere(self, day: date) -> Confirmation | None:
        """Return the link that waits for an answer about another day."""
        waiting = [one for one in self.requests if one.answer is None and one.ends_at > self.now]
        return next((one for one in waiting if one.day != day), None)

    def is_denied(self, day: date) -> bool:
        """Tell whether the contact said that they did not speak on a day."""
        return any(one.day == day and one.answer == Answer.NO for one in self.requests)

    def why_not(self, conversation: Conversation, participant: Participant) -> str:
        """Return why there is nothing to ask about a conversation, nothing when there is."""
        said = [one.answered_at for one in self.requests if one.quarter == self.quarter]
        said_at = next((at for at in said if at is not None), None)
        return rules.why_not(
            rules.first_name(self.contact.name) or self.contact.label,
            answered=participant.answered,
            counted=participant.counted,
            seen_by=self.seen_by.get(conversation.day),
            said_on=day_of(said_at, self.zone) if said_at else None,
            quarter=self.quarter,
        )


def asking(session: Session, contact: Contact, now: datetime) -> Asking:
    """Return what is known of asking a contact, latest request first."""
    zone = get_programme(session).time_zone
    return Asking(
        contact=contact,
        quarter=quarter_of(month_of(day_of(now, zone))),
        zone=zone,
        now=now,
        requests=list(
            session.scalars(
                select(Confirmation)
                .where(Confirmation.tie_id == contact.id)
                .order_by(Confirmation.id.desc())
            )
        ),
        seen_by=sources_by_day(session, contact.id),
    )


def stands_as(
    asking: Asking, conversation: Conversation, participant: Participant, today: date
) -> str:
    """Return how a conversation stands: confirmed, denied, asked, to ask; or nothing of these.

    What is to ask is what a card offers: talks of lately.
    """
    day = conversation.day
    if asking.seen_by.get(day) == Source.CONFIRMED:
        return "confirmed"
    if asking.is_denied(day):
        return "denied"
    if asking.open_for(day):
        return "asked"
    is_fresh = (today - day).days <= rules.FRESH_DAYS
    return "to ask" if is_fresh and not asking.why_not(conversation, participant) else ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a link asks, for whoever holds it. Without a contact, that was erased by it.

    ``kinds``: of the talks that a yes makes seen by now, those of the day that were answered.
    """

    request: Confirmation
    person: Person
    contact: Contact | None
    kinds: Sequence[str]


def find_by_code(session: Session, code: str, now: datetime) -> Found | None:
    """Return what a link asks; None when it is unknown, too old, replaced, or asks nothing more.

    What was taken back, or put right to another day, is not asked about.
    """
    row = session.execute(
        select(Confirmation, Person, Contact)
        .join(Tie, Tie.id == Confirmation.tie_id)
        .join(Person, Person.id == Tie.person_id)
        .outerjoin(Contact, Contact.id == Confirmation.tie_id)
        .where(Confirmation.code_hash == hashed(code), Confirmation.ends_at > now)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    request, person, known = row
    contact: Contact | None = known
    if contact is None and request.answer != Answer.FORGOTTEN:
        return None
    kinds = kinds_on(session, request.tie_id, request.day)
    if request.answer is None and not kinds:
        return None
    answered = [kind for kind, was_answered in kinds.items() if was_answered]
    return Found(request, person, contact, answered or [request.kind])
