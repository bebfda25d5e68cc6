"""Two contacts turn out to be one person."""

from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.confirmations.actions import move_requests
from advocacy.contacts.actions import unite
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import get_contact
from advocacy.conversations.actions import hold, settle_ties
from advocacy.conversations.merging import move_talks, why_two
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.time import day_of
from advocacy.points.actions import merge_tie
from advocacy.points.queries import kept_ties
from advocacy.programme.queries import get_programme


def merge(session: Session, person_id: int, kept_id: int, gone_id: int, now: datetime) -> Contact:
    """Make one contact of two of a person's. It cannot be undone.

    What both earned is worked out as one, and the difference is entered; entries stay where they
    are. What of the contact that goes is alive ends today.

    :returns: the contact that stays.
    :raises NotFound: when either is nobody of this person's.
    :raises Invalid: when both are the same.
    :raises Conflict: when they were merged meanwhile, or are two people as far as we know.
    """
    hold(session, person_id)
    kept, gone = pair(session, person_id, kept_id, gone_id)
    if reason := why_two(session, kept, gone):
        raise Conflict(reason, field="other")
    move_talks(session, kept, gone)
    move_requests(session, kept, gone)
    merge_tie(session, gone.id, kept.id, now, day_of(now, get_programme(session).time_zone))
    unite(session, kept, gone)
    settle_ties(session, {kept.id: person_id}, now)
    note(session, Action.MERGED, actor_id=person_id, subject_id=person_id, now=now)
    return kept


def pair(session: Session, person_id: int, kept_id: int, gone_id: int) -> tuple[Contact, Contact]:
    """Return two contacts of a person, of whom one may be merged into the other.

    One that is merged already stands for whom it is one with.

    :raises NotFound: when either is nobody of this person's.
    :raises Invalid: when both are the same.
    :raises Conflict: when they are one already.
    """
    if kept_id == gone_id:
        same = Invalid("That is one contact already. Choose another one.", field="other")
        same.back = (f"/contacts/{kept_id}", "To the person")
        raise same
    merged = kept_ties(session, [kept_id, gone_id])
    kept, gone = (
        get_contact(session, person_id, merged.get(tie, tie)) for tie in (kept_id, gone_id)
    )
    if kept is gone:
        done = Conflict("These two are one person already.", field="other")
        done.back = (f"/contacts/{kept.id}", "To the person")
        raise done
    return kept, gone
