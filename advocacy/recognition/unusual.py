"""Reading what looks unusual in an open month, beside those who stand best in it."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select, union_all
from sqlalchemy.orm import Session, aliased

from advocacy.contacts.models import Contact, OtherName
from advocacy.conversations.evidence import is_seen
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.time import first_day, last_day, monday_of
from advocacy.points.queries import CHUNK
from advocacy.points.rules import Deed
from advocacy.recognition.boards import BoardRow
from advocacy.recognition.hints import COLLEAGUES, Hint, Talk, hints_of, shared_hint

LOOKED_AT = 50
"""Of so many, the best of a month, hints are looked for; awards name fewer."""


class Looked(NamedTuple):
    """A row of the board, and what looks unusual in that person's month."""

    rank: int
    row: BoardRow
    hints: Sequence[Hint]


def with_hints(
    session: Session, month: str, first: Sequence[BoardRow], *, always: int
) -> list[Looked]:
    """Return the best of a month with their hints, and below them whoever else carries one.

    :param first: the first ``LOOKED_AT`` of the month's board, best first.
    :param always: how many are returned whether they carry a hint or not.
    """
    found = hints_in(session, month, [row.person_id for row in first])
    looked = [Looked(row.rank, row, found.get(row.person_id, [])) for row in first]
    return [one for at, one in enumerate(looked) if at < always or one.hints]


def hints_in(session: Session, month: str, people: Collection[int]) -> dict[int, list[Hint]]:
    """Return what looks unusual in a month of some people, by person; who has no hint is left out.

    All of their conversations count that stand, those that are remembered only too; what was set
    aside is decided already.
    """
    talks, known = _talks(session, month, people)
    every = [talk for theirs in talks.values() for talk in theirs]
    besides = _other_addresses(session, {talk.tie for talk in every})
    addresses = {talk.contact for talk in every if talk.contact}.union(*besides.values())
    shared = _logged_by_several(session, month, addresses)
    found = {}
    for person, told in talks.items():
        theirs = [_known_as(talk, besides.get(talk.tie, ()), shared) for talk in told]
        together = shared_hint(theirs, shared)
        hints = [*hints_of(theirs, answered_before=known), *([together] if together else [])]
        if hints:
            found[person] = hints
    return found


def _talks(
    session: Session, month: str, people: Collection[int]
) -> tuple[dict[int, list[Talk]], set[int]]:
    """Return the month's talks by person, and the ties that had an answer before it."""
    earlier, then = aliased(Participant), aliased(Conversation)
    answered_before = (
        select(earlier.contact_id)
        .join(then, then.id == earlier.conversation_id)
        .where(
            earlier.contact_id == Participant.contact_id,
            earlier.answered.is_(True),
            then.day < first_day(month),
            then.taken_back_at.is_(None),
        )
        .exists()
    )
    rows = session.execute(
        select(
            Conversation.person_id,
            Conversation.id,
            Conversation.day,
            Conversation.kind,
            Conversation.began,
            Participant.answered,
            Participant.contact_id,
            # What a system reported was not filled in on the day of its import.
            case((Participant.reported, Conversation.day), else_=Participant.logged_on),
            Contact.email_key,
            is_seen(),
            answered_before,
        )
        .join(Participant, Participant.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Participant.contact_id)
        .where(_stands_in(month), Conversation.person_id.in_(sorted(people)))
    )
    talks: dict[int, list[Talk]] = {}
    known = set()
    for person, number, day, kind, began, answered, tie, logged_on, key, was_seen, before in rows:
        deed = Deed(day, kind, began, answered, bool(was_seen), number)
        talks.setdefault(person, []).append(Talk(deed, tie, logged_on, key or ""))
        if before:
            known.add(tie)
    return talks, known


def _known_as(talk: Talk, besides: Collection[str], shared: set[tuple[str, date]]) -> Talk:
    """Return a talk by that address of its contact which several colleagues logged."""
    monday = monday_of(talk.deed.day)
    common = [address for address in besides if (address, monday) in shared]
    return talk._replace(contact=min(common)) if common else talk


def _other_addresses(session: Session, ties: Collection[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(OtherName.contact_id, OtherName.key).where(
            OtherName.is_email, OtherName.contact_id.in_(sorted(ties))
        )
    )
    found: dict[int, list[str]] = {}
    for tie, address in rows:
        found.setdefault(tie, []).append(address)
    return found


def _logged_by_several(
    session: Session, month: str, addresses: Collection[str]
) -> set[tuple[str, date]]:
    """Return which contacts enough colleagues logged in a week, with its Monday.

    Everybody's conversations of the month with some contacts are asked, by their addresses.
    """
    # Neither database says "Monday of" as the other does; a month has six of them at most.
    monday = monday_of(first_day(month))
    mondays = [monday]
    while (monday := monday + timedelta(days=7)) <= last_day(month):
        mondays.append(monday)
    week = case(
        *((Conversation.day < next_, at) for at, next_ in enumerate(mondays[1:])),
        else_=len(mondays) - 1,
    ).label("week")
    found = set()
    ordered = sorted(addresses)
    for at in range(0, len(ordered), CHUNK):
        chunk = ordered[at : at + CHUNK]
        named = union_all(
            select(Contact.id.label("contact"), Contact.email_key.label("email_key")).where(
                Contact.email_key.in_(chunk)
            ),
            select(OtherName.contact_id, OtherName.key).where(
                OtherName.is_email, OtherName.key.in_(chunk)
            ),
        ).subquery()
        weeks = (
            select(named.c.email_key, week, Conversation.person_id.label("person"))
            .join(Participant, Participant.contact_id == named.c.contact)
            .join(Conversation, Conversation.id == Participant.conversation_id)
            .where(_stands_in(month))
            .distinct()
            .subquery()
        )
        rows = session.execute(
            select(weeks.c.email_key, weeks.c.week)
            .group_by(weeks.c.email_key, weeks.c.week)
            .having(func.count() >= COLLEAGUES)
        )
        found |= {(key, mondays[number]) for key, number in rows}
    return found


def _stands_in(month: str) -> ColumnElement[bool]:
    return and_(
        Conversation.day.between(first_day(month), last_day(month)),
        Conversation.taken_back_at.is_(None),
        Conversation.set_aside_by.is_(None),
    )
