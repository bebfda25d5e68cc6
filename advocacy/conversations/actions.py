"""Writing conversations. Each verb ends by settling the ties that it touched."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.contacts.actions import forget
from advocacy.conversations import queries, rules
from advocacy.conversations.erasing import forget_reasons
from advocacy.conversations.models import Conversation, FormerPart, Participant, Witness
from advocacy.conversations.records import Record, records_of_ties
from advocacy.conversations.rules import Said, Source
from advocacy.core.database import insert_numbered
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.tables import Base
from advocacy.core.time import day_of, month_of
from advocacy.people.queries import hold_person
from advocacy.points.actions import settle
from advocacy.points.rules import Kind
from advocacy.programme.queries import get_programme, hold_for_posting


@dataclass(frozen=True, slots=True)
class NewConversation:
    """A conversation to write: what was said, with which contacts of which person.

    ``external_id``, ``digest`` and ``occurred_at`` are what an import brings, which is
    ``reported``: seen, and on time.
    """

    person_id: int
    contacts: Sequence[int]
    said: Said
    occurred_at: datetime | None = None
    reported: bool = False
    external_id: str | None = None
    digest: str | None = None


def hold(session: Session, person_id: int) -> None:
    """Hold the open months and the person, before anything about the person's ties is read."""
    hold_for_posting(session)
    hold_person(session, person_id)


def record(session: Session, conversations: Sequence[NewConversation], now: datetime) -> list[int]:
    """Write conversations, all rows first, then settle each touched tie once.

    The caller holds their persons (``hold``).

    :returns: the numbers of the conversations, in order.
    :raises Invalid: when one of them cannot be so; nothing is written then.
    """
    numbers = _write(session, conversations, now)
    settle_ties(session, _ties_of(conversations), now)
    return numbers


def bring_in(
    session: Session,
    conversations: Sequence[NewConversation],
    heard: Collection[int],
    now: datetime,
) -> None:
    """Write what an import brought, then settle all of it together: answers, and what is new.

    Two settlings would move the tallies of ranks in two orders, and wait for somebody who waits
    for them. The caller holds the persons.

    :param heard: the numbers of the conversations that were brought before and are answered
        since, by whom the row names; their days stay as they were.
    :raises Invalid: when one of them cannot be so; nothing is written then.
    """
    _write(session, conversations, now)
    _mark_heard(session, heard)
    answered = queries.ties_of_conversations(session, heard)
    settle_ties(session, {**_ties_of(conversations), **answered}, now)


def _ties_of(conversations: Sequence[NewConversation]) -> dict[int, int]:
    return {
        contact: conversation.person_id
        for conversation in conversations
        for contact in conversation.contacts
    }


def _write(session: Session, conversations: Sequence[NewConversation], now: datetime) -> list[int]:
    if not conversations:
        return []
    today = day_of(now, get_programme(session).time_zone)
    for conversation in conversations:
        rules.check(conversation.said, today)
        if not conversation.reported:
            rules.check_introduction(conversation.said)
        if len(set(conversation.contacts)) != len(conversation.contacts):
            raise Invalid("One of them is named twice.", field="contact")
    numbers = _insert_conversations(session, conversations, now)
    _insert_participants(session, conversations, numbers, today)
    testify(
        session,
        {
            (contact, conversation.said.day)
            for conversation in conversations
            if conversation.reported
            for contact in conversation.contacts
        },
        Source.IMPORT,
        now,
    )
    return numbers


def _insert_conversations(
    session: Session, conversations: Sequence[NewConversation], now: datetime
) -> list[int]:
    return insert_numbered(
        session,
        Conversation.id,
        [
            {
                "person_id": conversation.person_id,
                "day": conversation.said.day,
                "kind": str(conversation.said.kind),
                "began": str(conversation.said.began),
                "channel": conversation.said.channel,
                "note": conversation.said.note,
                "occurred_at": conversation.occurred_at,
                "logged_at": now,
                "reported": conversation.reported,
                "external_id": conversation.external_id,
                "digest": conversation.digest,
            }
            for conversation in conversations
        ],
    )


def _insert_participants(
    session: Session,
    conversations: Sequence[NewConversation],
    numbers: Sequence[int],
    today: date,
) -> None:
    rows = [
        {
            "conversation_id": number,
            "contact_id": contact,
            "position": position,
            "answered": answered,
            "brought_answered": answered if conversation.reported else None,
            "logged_on": today,
            "reported": conversation.reported,
            "counted": True,
        }
        for number, conversation in zip(numbers, conversations, strict=True)
        for position, (contact, answered) in enumerate(
            zip(conversation.contacts, conversation.said.answered, strict=True)
        )
    ]
    session.connection().execute(insert(Participant), rows)


def testify(
    session: Session, spoken: Collection[tuple[int, date]], source: Source, now: datetime
) -> None:
    """Write down that a source saw ties speak on days. The caller settles the ties."""
    _insert_unless_there(
        session,
        Witness,
        [
            {"tie_id": tie, "day": day, "source": str(source), "recorded_at": now}
            for tie, day in sorted(spoken)
        ],
    )


def remember_parts(session: Session, conversation: int, ties: Collection[int]) -> None:
    """Write down that ties were part of a conversation, before they are not any more."""
    _insert_unless_there(
        session,
        FormerPart,
        [{"conversation_id": conversation, "tie_id": tie} for tie in sorted(ties)],
    )


def _insert_unless_there(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> None:
    if rows:
        postgres = session.get_bind().dialect.name == "postgresql"
        statement = (postgresql.insert if postgres else sqlite.insert)(table)
        session.connection().execute(statement.on_conflict_do_nothing(), rows)


def settle_ties(session: Session, person_of_tie: Mapping[int, int], now: datetime) -> None:
    """Bring the ledger to what the record of these ties is worth now."""
    if not person_of_tie:
        return
    first_day = get_programme(session).first_day
    records = records_of_ties(session, person_of_tie, first_day)
    _project_counted(session, records)
    settle(
        session,
        person_of_tie,
        {
            tie: [record.deed for record in told if record.remembered is None]
            for tie, told in records.items()
        },
        now,
    )


def _project_counted(session: Session, records: Mapping[int, list[Record]]) -> None:
    changed: list[dict[str, Any]] = [
        {
            "conversation_id": record.deed.number,
            "contact_id": record.tie,
            "counted": record.remembered is None,
        }
        for told in records.values()
        for record in told
        if record.was_counted != (record.remembered is None)
    ]
    if changed:
        session.execute(update(Participant), changed)


def _mark_heard(session: Session, heard: Collection[int]) -> None:
    session.execute(
        update(Participant)
        .where(
            Participant.conversation_id.in_(sorted(heard)),
            Participant.brought_answered.is_not(None),
        )
        .values(answered=True, brought_answered=True)
        .execution_options(synchronize_session=False)
    )


def correct(
    session: Session,
    conversation: Conversation,
    said: Said,
    contacts: Sequence[int],
    now: datetime,
) -> None:
    """Change what the advocate said of a conversation.

    A new day, or a new contact, counts as logged today. Fourteen days after the conversation's
    day, or once a manager put it right, only the note can change.

    :raises Conflict: when it is too late for anything but the note, or a manager put it right.
    :raises Invalid: when it cannot be so.
    """
    today = day_of(now, get_programme(session).time_zone)
    before = {one.contact_id: one for one in queries.participants_of(session, conversation.id)}
    after = dict(zip(contacts, said.answered, strict=True))
    if len(after) != len(contacts):
        raise Invalid("One of them is named twice.", field="contact")
    same = (
        said.day == conversation.day
        and said.kind == conversation.kind
        and said.began == conversation.began
        and after == {number: one.answered for number, one in before.items()}
    )
    rules.check(said, today)
    if not same:
        is_of_one = len(before) == len(after) == 1
        _check_can_be_corrected(conversation, said, today, is_of_one=is_of_one)
    conversation.note, conversation.channel = said.note, said.channel
    if same:
        session.flush()
        return
    _say_anew(session, conversation, said, before, after, today=today)
    settle_ties(session, dict.fromkeys({*before, *after}, conversation.person_id), now)
    _note(session, Action.CORRECTED, conversation, now)


def _check_can_be_corrected(
    conversation: Conversation, said: Said, today: date, *, is_of_one: bool
) -> None:
    if conversation.put_right_by is not None:
        raise Conflict(
            "A manager put this right, and that stands: you can change the note, mark an answer, "
            "or take the conversation back."
        )
    if not rules.can_be_changed(conversation.day, today):
        raise Conflict(
            "More than 14 days have passed: you can change the note, mark an answer, or take "
            "the conversation back.",
            field="occurred_on",
        )
    was_introduced = conversation.kind == Kind.INTRODUCED
    if not (was_introduced and (conversation.reported or is_of_one)):
        rules.check_introduction(said)  # of an import's, and of whom is left, one is enough


def _say_anew(
    session: Session,
    conversation: Conversation,
    said: Said,
    before: Mapping[int, Participant],
    after: Mapping[int, bool],
    *,
    today: date,
) -> None:
    """Write what is said now, with whom and who of them answered: a new day is logged today."""
    moved = said.day != conversation.day
    conversation.day, conversation.kind, conversation.began = said.day, said.kind, said.began
    remember_parts(session, conversation.id, before.keys() - after.keys())
    for number, participant in before.items():
        if number not in after:
            session.delete(participant)
    session.flush()
    for position, (number, answered) in enumerate(after.items()):
        participant = before.get(number) or Participant(
            conversation_id=conversation.id, contact_id=number, logged_on=today
        )
        participant.answered, participant.position = answered, position
        if moved:
            participant.logged_on, participant.reported = today, False
        session.add(participant)
    session.flush()


def _note(session: Session, action: Action, conversation: Conversation, now: datetime) -> None:
    """Write down that somebody changed the record: the month that it is of, and nothing said."""
    person, month = conversation.person_id, month_of(conversation.day)
    note(session, action, actor_id=person, subject_id=person, detail=month, now=now)


def take_back(session: Session, conversation: Conversation, now: datetime) -> list[int]:
    """Take a conversation back: points end where they would be had it never been logged.

    Contacts that it brought along, and of whom nothing else is known, go with it. Their ties and
    entries stay, as an erased contact's do.

    :returns: the numbers of the contacts that are gone.
    """
    participants = queries.participants_of(session, conversation.id)
    conversation.taken_back_at = now
    session.flush()
    _note(session, Action.TAKEN_BACK, conversation, now)
    settle_ties(
        session,
        dict.fromkeys([one.contact_id for one in participants], conversation.person_id),
        now,
    )
    gone = queries.only_known_by(session, conversation)
    if gone and len(gone) == len(participants):
        conversation.note = conversation.channel = ""  # nobody is left who could ask for it
    for contact in gone:
        forget_reasons(session, contact)
    for participant in participants:
        if participant.contact_id in {contact.id for contact in gone}:
            session.delete(participant)
    session.flush()
    return forget(session, gone)
