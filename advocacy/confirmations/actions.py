"""Asking a contact to confirm, and what the contact says."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.confirmations import queries, rules
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.queries import Found
from advocacy.confirmations.rules import Answer
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import get_contact
from advocacy.conversations.actions import hold, settle_ties, testify
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Source
from advocacy.core.codes import hashed
from advocacy.core.errors import Conflict, NotFound
from advocacy.questions.actions import forget_words


def ask(
    session: Session,
    conversation: Conversation,
    participant: Participant,
    secret: str,
    now: datetime,
) -> Confirmation:
    """Make the link by which a contact confirms a conversation, or return the one that waits.

    One link of a tie is open at a time: another that nobody answered yet ends. The caller holds
    the person.

    :param secret: the one of this installation.
    :raises Conflict: when there is nothing to ask, or the contact was asked in this quarter.
    """
    contact = get_contact(session, conversation.person_id, participant.contact_id)
    asking = queries.asking(session, contact, now)
    if reason := asking.why_not(conversation, participant):
        raise Conflict(reason)
    waiting = asking.open_for(conversation.day)
    if waiting is not None and hashed(rules.code_of(secret, waiting.seed)) == waiting.code_hash:
        return waiting
    session.execute(
        delete(Confirmation).where(Confirmation.tie_id == contact.id, Confirmation.answer.is_(None))
    )
    seed = secrets.token_hex(16)
    made = Confirmation(
        tie_id=contact.id,
        quarter=asking.quarter,
        day=conversation.day,
        kind=conversation.kind,
        seed=seed,
        code_hash=hashed(rules.code_of(secret, seed)),
        asked_at=now,
        ends_at=now + rules.LASTS,
    )
    session.add(made)
    session.flush()
    return made


def answer(session: Session, code: str, *, is_so: bool, now: datetime) -> Found:
    """Take a contact’s answer, once: what was answered before stays.

    A yes is evidence of the tie and the day that it was asked for, and the tie is settled.

    :raises NotFound: when the link asks nothing (any more).
    """
    found = _held(session, code, now)
    request = found.request
    if request.answer is None:
        request.answer, request.answered_at = Answer.YES if is_so else Answer.NO, now
        session.flush()
        if is_so:
            testify(session, {(request.tie_id, request.day)}, Source.CONFIRMED, now)
            settle_ties(session, {request.tie_id: found.person.id}, now)
    return found


def forget_me(session: Session, code: str, now: datetime) -> Found:
    """Erase the contact who holds a link, at their wish; once more changes nothing.

    :raises NotFound: when the link asks nothing (any more).
    """
    found = _held(session, code, now)
    if found.contact is None:
        return found
    request = found.request
    session.execute(
        delete(Confirmation).where(
            Confirmation.tie_id == request.tie_id, Confirmation.id != request.id
        )
    )
    forget_words(session, found.contact)
    erase_contact(session, found.contact, now)
    request.answer, request.answered_at = Answer.FORGOTTEN, now
    note(session, Action.FORGOTTEN, actor_id=None, subject_id=found.person.id, now=now)
    session.flush()
    return Found(request, found.person, None, found.kinds)


def move_requests(session: Session, kept: Contact, gone: Contact) -> None:
    """Let the links that were made for a contact be those of another, the same person.

    Of two of one quarter one stays: a no before a yes, whose evidence stays anyhow, either before
    what is open, and what was asked later. The caller holds the person.
    """
    requests = session.scalars(
        select(Confirmation).where(Confirmation.tie_id.in_((kept.id, gone.id)))
    ).all()
    stay: dict[str, Confirmation] = {}
    for request in sorted(requests, key=_weight):
        stay[request.quarter] = request
    for request in requests:
        if stay[request.quarter] is not request:
            session.delete(request)
    session.flush()
    for request in stay.values():
        request.tie_id = kept.id
    session.flush()


def _weight(request: Confirmation) -> tuple[bool, bool, datetime, int]:
    is_no = request.answer == Answer.NO
    return is_no, request.answer is not None, request.asked_at, request.id


def _held(session: Session, code: str, now: datetime) -> Found:
    """Return what a link asks, as it is once the person is held: of two taps, one comes first."""
    known = queries.find_by_code(session, code, now)
    if known is not None:
        hold(session, known.person.id)
        known = queries.find_by_code(session, code, now)
    if known is None:
        raise NotFound("This link is not open any more.")
    return known
