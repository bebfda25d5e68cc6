"""Reading what an entry's words need beside the entry itself, and what conversations still wait."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.records import records_of_ties
from advocacy.core.statements import built_once
from advocacy.core.time import month_of
from advocacy.points.models import Entry
from advocacy.points.queries import CHUNK
from advocacy.points.rules import Kind, Rule, RuleBook, gain_of_answer
from advocacy.programme.queries import get_programme
from advocacy.shares.models import Share


def introduced_to(entries: Collection[Entry]) -> dict[tuple[int, int | None], int]:
    """Return, of introductions that brought both something in the month, the other tie of each."""
    pairs: dict[int, set[int]] = {}
    for entry in entries:
        if entry.kind == Kind.INTRODUCED and entry.tie:
            pairs.setdefault(entry.deed, set()).add(entry.tie)
    return {
        (deed, one): other
        for deed, ties in pairs.items()
        if len(ties) == 2
        for one in ties
        for other in ties - {one}
    }


def sources_of(session: Session, entries: Sequence[Entry]) -> dict[int, str]:
    """Return what each entry was written for: a conversation or a share, with its number."""
    sources = {}
    for name, external_ids, mine in (
        ("conversation", _of_talks, [one for one in entries if one.rule != Rule.SHARE]),
        ("share", _of_shares, [one for one in entries if one.rule == Rule.SHARE]),
    ):
        numbers = sorted({one.deed for one in mine})
        external: dict[int, str | None] = {}
        for at in range(0, len(numbers), CHUNK):
            rows = session.execute(*external_ids(numbers[at : at + CHUNK]))
            external.update({number: known for number, known in rows})
        for one in mine:
            sources[one.id] = f"{name}:{external.get(one.deed) or one.deed}"
    return sources


@built_once
def _of_talks(numbers: Sequence[int]) -> Select[int, str | None]:
    return select(Conversation.id, Conversation.external_id).where(Conversation.id.in_(numbers))


@built_once
def _of_shares(numbers: Sequence[int]) -> Select[int, str | None]:
    return select(Share.id, Share.external_id).where(Share.id.in_(numbers))


def answered_of(
    session: Session, deeds: Collection[tuple[int | None, int]]
) -> dict[tuple[int | None, int], bool]:
    """Return whether each conversation is answered by now, by tie and conversation."""
    numbers = sorted({number for _, number in deeds})
    found: dict[tuple[int | None, int], bool] = {}
    for at in range(0, len(numbers), CHUNK):
        rows = session.execute(*_answered(numbers[at : at + CHUNK]))
        found.update({(contact, number): answered for contact, number, answered in rows})
    return found


@built_once
def _answered(numbers: Sequence[int]) -> Select[int, int, bool]:
    return select(Participant.contact_id, Participant.conversation_id, Participant.answered).where(
        Participant.conversation_id.in_(numbers)
    )


def gains_of(
    session: Session, waiting: Collection[tuple[int, int]], book: RuleBook
) -> dict[tuple[int, int], int]:
    """Return what an answer would bring, by conversation and tie."""
    if not waiting:
        return {}
    records = records_of_ties(
        session, {tie for _, tie in waiting}, get_programme(session).first_day
    )
    deeds = {
        tie: [record.deed for record in told if record.remembered is None]
        for tie, told in records.items()
    }
    return {
        (number, tie): gain_of_answer(deeds.get(tie, ()), number, book) for number, tie in waiting
    }


def points_of_deeds(
    session: Session, person_id: int, conversations: Collection[int]
) -> dict[tuple[int, int, str], dict[tuple[str, str], int]]:
    """Return what a person's conversations stand at, by month and rule.

    It is by conversation, tie, and the month that it is for: another day is another matter.
    """
    found: dict[tuple[int, int, str], Counter[tuple[str, str]]] = {}
    by = (Entry.deed, Entry.tie, Entry.day, Entry.month, Entry.rule)
    ordered = sorted(conversations)
    for at in range(0, len(ordered), CHUNK):
        rows = session.execute(
            select(
                Entry.deed, Entry.tie, Entry.day, Entry.month, Entry.rule, func.sum(Entry.points)
            )
            .where(
                Entry.person_id == person_id,  # along an index: deeds have none
                Entry.deed.in_(ordered[at : at + CHUNK]),
                Entry.tie_id.is_not(None),
            )
            .group_by(*by)
        )
        for deed, tie, day, month, rule, points in rows:
            found.setdefault((deed, tie or 0, month_of(day)), Counter())[month, rule] += int(points)
    return {
        of: {at: points for at, points in sorted(sums.items()) if points}
        for of, sums in found.items()
    }
