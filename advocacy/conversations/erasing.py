"""Erasing a contact: the name and what was said go, the numbers stay."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.actions import forget
from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Correction, FormerPart, Participant
from advocacy.core.time import day_of
from advocacy.points.actions import end_tie
from advocacy.points.models import Entry
from advocacy.points.queries import one_with
from advocacy.programme.queries import get_programme


def erase_contact(session: Session, contact: Contact, now: datetime) -> None:
    """Erase a contact. The caller holds the person (``actions.hold``).

    Notes of conversations that were with this contact alone are emptied, and reasons of managers
    that may name the contact; the conversations stay
    as a day and a kind, so that an import which comes again does not bring anybody back. The
    tie and its entries stay and are never settled again; a living relationship ends today.
    """
    forget_reasons(session, contact)
    mine = select(Participant.conversation_id).where(Participant.contact_id == contact.id)
    other = aliased(Participant)
    with_others = (
        select(other.conversation_id)
        .where(other.conversation_id == Conversation.id, other.contact_id != contact.id)
        .exists()
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(mine), ~with_others)
        .values(note="", channel="")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(Participant)
        .where(Participant.contact_id == contact.id)
        .execution_options(synchronize_session=False)
    )
    end_tie(session, contact.id, day_of(now, get_programme(session).time_zone))
    forget(session, [contact])


def forget_reasons(session: Session, contact: Contact) -> None:
    """Erase why a contact's conversations were put right: it may name the contact.

    Those too that were with the contact once, as the ledger knows or was written down, or from
    which the contact's was split off. Comes before the contact is erased; who put what right, and
    when, stays.
    """
    theirs = select(Participant.conversation_id).where(Participant.contact_id == contact.id)
    ties = one_with(contact.id)
    once = select(Entry.deed).where(Entry.tie_id.in_(ties))
    parted = select(FormerPart.conversation_id).where(FormerPart.tie_id.in_(ties))
    marks = select(Conversation.put_right_by).where(Conversation.id.in_(theirs))
    latest = aliased(Correction)
    theirs_now = select(latest.conversation_id).where(latest.id.in_(marks))
    about = or_(*(Correction.conversation_id.in_(those) for those in (theirs_now, once, parted)))
    session.execute(
        update(Correction)
        .where(about)
        .values(reason="")
        .execution_options(synchronize_session=False)
    )
