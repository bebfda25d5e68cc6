"""Reading what became of the deeds whose entries were taken off again."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.records import records_of_ties
from advocacy.core.time import monday_of, month_of
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.queries import merges_of
from advocacy.points.rules import Evidence, Remembered, Rule, remembered_only
from advocacy.programme.queries import get_programme
from advocacy.relationships.asked import About
from advocacy.relationships.facts import answered_of
from advocacy.relationships.rules import Fate
from advocacy.shares.models import Share

_NOT_COUNTED = {
    Remembered.LATE: Fate.LATE,
    Remembered.BEFORE_PROGRAMME: Fate.BEFORE_PROGRAMME,
    Remembered.BEFORE_JOINING: Fate.BEFORE_JOINING,
    Remembered.COLLEAGUE: Fate.COLLEAGUE,
}


def fates_of(
    session: Session,
    person: Person,
    entries: Sequence[Entry],
    about: About,
) -> dict[int, Fate]:
    """Return what became of the deeds of a person's negative entries, by the entry.

    :param entries: those of a month; what was taken off and entered again stands in it twice.
    :param about: what was asked about the person's conversations.
    """
    negative = [entry for entry in entries if entry.points < 0]
    if not negative:
        return {}
    first_day = get_programme(session).first_day
    talks = [entry for entry in negative if entry.tie is not None]
    shares = [entry for entry in negative if entry.tie is None]
    merges = merges_of(session, person.id) if talks else set()
    fates = {
        **_of_talks(session, talks, first_day, about),
        **_of_shares(session, shares, person, first_day),
        **{entry.id: fate for entry in talks if (fate := about.fate(entry)) is not None},
        **{entry.id: Fate.MERGED for entry in talks if (entry.tie, entry.recorded_at) in merges},
    }
    still = [entry for entry in negative if entry.id not in fates]
    answered = answered_of(session, {(entry.tie, entry.deed) for entry in still})
    for entry in still:
        is_answered = answered.get((entry.tie, entry.deed), True)
        fates[entry.id] = _fate_among(entry, entries, is_answered=is_answered)
    return fates


def taken_off_of(entries: Sequence[Entry]) -> set[int]:
    """Return which entries a later one among them takes off in full."""
    standing: dict[tuple[object, ...], list[int]] = {}
    found = set()
    for entry in sorted(entries, key=lambda entry: entry.id):
        of = (entry.tie, entry.rule, entry.evidence, abs(entry.points), *_line(entry))
        if entry.points > 0:
            standing.setdefault(of, []).append(entry.id)
        elif standing.get(of):
            found.add(standing[of].pop())
    return found


def _fate_among(entry: Entry, entries: Sequence[Entry], *, is_answered: bool) -> Fate:
    """Return what other entries tell of one whose deed counts still."""
    alike = [
        one for one in entries if one.points > 0 and (one.tie, one.rule) == (entry.tie, entry.rule)
    ]
    again = [one for one in alike if one.id > entry.id and _line(one) == _line(entry)]
    if again:
        is_seen_since = entry.evidence == Evidence.WORD and again[-1].evidence == Evidence.SEEN
        return Fate.SEEN if is_seen_since else Fate.AGAIN
    if entry.rule == Rule.WEEK:
        alike = [one for one in alike if _week(one.day) == _week(entry.day)]
    if any(one.deed != entry.deed for one in alike):
        return Fate.STANDS
    return Fate.FOLLOWED if is_answered else Fate.CHANGED


def remembered_of_ties(
    session: Session, ties: Collection[int]
) -> dict[tuple[int, int], Remembered | None]:
    """Return why talks with ties are only remembered, by conversation and tie."""
    records = records_of_ties(session, ties, get_programme(session).first_day)
    return {
        (record.deed.number, tie): record.remembered
        for tie, told in records.items()
        for record in told
    }


def _week(day: date) -> tuple[date, str]:
    return monday_of(day), month_of(day)  # cut at the end of a month


def _line(entry: Entry) -> tuple[object, ...]:
    return entry.deed, entry.day, entry.kind, entry.began


def _of_talks(
    session: Session, entries: Sequence[Entry], first_day: date, about: About
) -> dict[int, Fate]:
    if not entries:
        return {}
    rows = session.execute(
        select(
            Conversation.id,
            Participant.contact_id,
            Conversation.day,
            Conversation.kind,
            Conversation.taken_back_at,
            Participant.counted,
        )
        .outerjoin(Participant, Participant.conversation_id == Conversation.id)
        .where(Conversation.id.in_(sorted({entry.deed for entry in entries})))
    ).all()
    known = set(
        session.scalars(
            select(Contact.id).where(
                Contact.id.in_(sorted({entry.tie for entry in entries if entry.tie}))
            )
        )
    )
    as_now = {row.id: (row.day, row.kind) for row in rows}
    taken_back = {row.id: row.taken_back_at for row in rows}
    counted = {(row.id, row.contact_id): row.counted for row in rows}
    not_counted = {tie for (_, tie), counts in counted.items() if counts is False}
    why = remembered_of_ties(session, not_counted) if not_counted else {}
    fates = {}
    for entry in entries:
        of = (entry.deed, entry.tie or 0)
        if about.stood(entry, as_now.get(entry.deed)) != (entry.day, entry.kind):
            fates[entry.id] = Fate.CHANGED
        elif entry.recorded_at == taken_back.get(entry.deed):
            fates[entry.id] = Fate.TAKEN_BACK
        elif of not in counted:
            fates[entry.id] = Fate.CHANGED if entry.tie in known else Fate.ERASED
        elif (reason := why.get(of)) in _NOT_COUNTED:  # set aside it may be only since then
            fates[entry.id] = _NOT_COUNTED[reason]
    return fates


def _of_shares(
    session: Session, entries: Sequence[Entry], person: Person, first_day: date
) -> dict[int, Fate]:
    if not entries:
        return {}
    numbers = sorted({entry.deed for entry in entries})
    known = {
        share.id: share for share in session.scalars(select(Share).where(Share.id.in_(numbers)))
    }
    fates = {}
    for entry in entries:
        share = known[entry.deed]
        if share.taken_back_at is not None:
            fates[entry.id] = Fate.TAKEN_BACK
            continue
        reason = remembered_only(
            share.day,
            share.logged_on,
            reported=share.reported,
            colleague=False,
            joined=person.joined,
            first_day=first_day,
        )
        if reason is not None:
            fates[entry.id] = _NOT_COUNTED[reason]
    return fates
