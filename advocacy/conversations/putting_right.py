"""A manager puts a conversation right, with a reason; its ties are settled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.conversations import rules
from advocacy.conversations.actions import hold, settle_ties
from advocacy.conversations.models import Conversation, Correction, Participant
from advocacy.conversations.queries import participants_of
from advocacy.conversations.rules import Said
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.text import checked_text
from advocacy.core.time import day_of, month_of
from advocacy.people.queries import fresh_person, get_person
from advocacy.points.queries import has_entries
from advocacy.programme.queries import get_programme


def put_right(
    session: Session,
    person_id: int,
    conversation_id: int,
    said: Said,
    reason: str,
    *,
    corrected_by: int,
    seen: str = "",
    now: datetime,
) -> Conversation:
    """Put a person's conversation right, whenever that is: it is on time, and stands from then on.

    With whom it was stays, and so does the note.

    :param said: what it was; ``answered`` in the order of those who took part.
    :param reason: what the person reads.
    :param seen: the mark of what was corrected (``stamp_of``).
    :raises NotFound: when the person has none of that number with an entry.
    :raises Invalid: when it cannot be so, nothing would change, or the reason cannot be kept.
    :raises Conflict: when nothing can be put right (any more), or it was changed meanwhile.
    """
    hold(session, person_id)
    conversation = find_with_entries(session, person_id, conversation_id)
    if reason_not := why_not(session, conversation, corrected_by):
        raise Conflict(reason_not)
    people = participants_of(session, conversation_id)
    check_stamp(seen, *_stamped(conversation, people))
    said = replace(said, channel=conversation.channel, note=conversation.note)
    programme, person = get_programme(session), fresh_person(session, person_id)
    called = person.called
    _check(conversation, people, said, day_of(now, programme.time_zone), called)
    if said.day != conversation.day and not any(one.reported for one in people):
        rules.check_counts_from(said.day, programme.first_day, person.joined, called)
    reason = checked_text(
        reason,
        rules.REASON_LENGTH,
        field="reason",
        empty=f"Write a reason: {called} reads it.",
    )
    _keep_as_it_was(
        session,
        conversation,
        people,
        Correction(corrected_by=corrected_by, corrected_at=now, reason=reason),
    )
    conversation.day, conversation.kind, conversation.began = said.day, said.kind, said.began
    for one, answered in zip(people, said.answered, strict=True):
        one.answered, one.logged_on = answered, said.day  # on time, whenever it comes
    session.flush()
    settle_ties(session, {one.contact_id: person_id for one in people}, now)
    note(
        session,
        Action.CORRECTED,
        actor_id=corrected_by,
        subject_id=person_id,
        detail=month_of(conversation.day),
        now=now,
    )
    return conversation


def _keep_as_it_was(
    session: Session,
    conversation: Conversation,
    people: Sequence[Participant],
    correction: Correction,
) -> None:
    """Keep with a correction what the conversation said before, and that it was put right by it."""
    correction.conversation_id = conversation.id
    correction.day, correction.kind = conversation.day, conversation.kind
    correction.began, correction.people = conversation.began, len(people)
    correction.answered = sum(one.answered for one in people)
    session.add(correction)
    session.flush()
    conversation.put_right_by = correction.id


def find_with_entries(session: Session, person_id: int, conversation_id: int) -> Conversation:
    """Return a person's conversation, as the database has it now, if it ever brought an entry.

    What has none tells managers nothing: not even its day and kind.

    :raises NotFound: when the person has none of that number with an entry.
    """
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None or not has_entries(session, person_id, conversation_id):
        raise NotFound("There is no such conversation of theirs.")
    return conversation


def why_not(session: Session, conversation: Conversation, by: int) -> str:
    """Return why somebody can put nothing right about a conversation, nothing when they can."""
    anybody = select(Participant.contact_id).where(Participant.conversation_id == conversation.id)
    return rules.why_not_put_right(
        get_person(session, conversation.person_id).called,
        is_own=conversation.person_id == by,
        taken_back=conversation.taken_back_at is not None,
        erased=session.scalar(anybody.limit(1)) is None,
    )


def stamp_of(conversation: Conversation, people: Sequence[Participant]) -> str:
    """Return a mark of what is corrected: what the record says, and by whom it was corrected."""
    return stamp(*_stamped(conversation, people))


def _stamped(conversation: Conversation, people: Sequence[Participant]) -> tuple[object, ...]:
    return (
        conversation.day,
        conversation.kind,
        conversation.began,
        conversation.put_right_by,
        *((one.contact_id, one.answered) for one in people),
    )


def _check(
    conversation: Conversation, people: Sequence[Participant], said: Said, today: date, called: str
) -> None:
    """Refuse what cannot be so, and what is so already."""
    if len(said.answered) != len(people):
        raise Invalid("Say for each person whether it was answered.", field="answered")
    rules.check(said, today, called)
    if said.kind != conversation.kind:  # of an import's, and of whom is left, one is enough
        try:
            rules.check_introduction(said)
        except Invalid as refused:
            raise Invalid(refused.message, field="kind") from refused
    stands = conversation.day, conversation.kind, conversation.began
    if (said.day, said.kind, said.began) == stands and [*said.answered] == [
        one.answered for one in people
    ]:
        raise Invalid("This is what it says already. Change what is not right.")
