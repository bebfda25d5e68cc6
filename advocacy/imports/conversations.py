"""Writing a batch of imported conversations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from advocacy.contacts.actions import SeveralFit, find_or_add
from advocacy.contacts.queries import contacts_by_number, names_of
from advocacy.contacts.rules import key
from advocacy.conversations.actions import NewConversation, bring_in, hold
from advocacy.conversations.imported import (
    Imported,
    imported_by_digest,
    imported_by_external_id,
)
from advocacy.conversations.models import Conversation
from advocacy.conversations.queries import participants_of
from advocacy.conversations.rules import Said
from advocacy.imports.outcome import Outcome
from advocacy.imports.rules import ConversationRow, differing
from advocacy.imports.spool import Spooled
from advocacy.people.queries import get_person, people_by_email

Pair = tuple[Spooled, ConversationRow]


def write(session: Session, batch: Sequence[Spooled], now: datetime, zone: ZoneInfo) -> Outcome:
    """Write the rows of a batch that are new, and answers that came since."""
    outcome = Outcome()
    rows = [(spooled, ConversationRow.of(spooled.values)) for spooled in batch]
    people = people_by_email(session, {row.advocate for _, row in rows})
    for number in sorted(person.id for person in people.values()):
        hold(session, number)
    fresh, heard = _compare(session, rows, outcome)
    by_advocate: dict[str, list[Pair]] = {}
    for spooled, row in fresh:
        if row.advocate in people:
            by_advocate.setdefault(row.advocate, []).append((spooled, row))
        else:
            outcome.refuse(spooled, f"advocate {row.advocate} is nobody here")
    new: list[NewConversation] = []
    for advocate, told in by_advocate.items():
        person = people[advocate].id
        contacts = _contacts(session, person, told, outcome, now)
        for spooled, row in told:
            if row.contact in contacts:
                new.append(_new(spooled, row, person, contacts[row.contact], zone))
                outcome.add(spooled)
    bring_in(session, new, heard, now)
    return outcome


def _compare(
    session: Session, rows: Sequence[Pair], outcome: Outcome
) -> tuple[list[Pair], list[int]]:
    """Return the rows that are not here yet, and answers that came since; count the others."""
    by_id = imported_by_external_id(
        session, {row.external_id for _, row in rows if row.external_id}
    )
    by_content = imported_by_digest(
        session, {spooled.content for spooled, row in rows if not row.external_id}
    )
    fresh: list[Pair] = []
    heard: list[int] = []
    for spooled, row in rows:
        known = by_id.get(row.external_id) if row.external_id else by_content.get(spooled.content)
        if known is None:
            fresh.append((spooled, row))
        elif row.external_id and (reason := _refusal(session, spooled, row, known)):
            outcome.refuse(spooled, reason)
        elif not spooled.answered or known.brought_answered is not False:
            outcome.keep(spooled)  # also when the advocate has said otherwise since
        else:
            heard.append(known.number)
            (outcome.keep if known.answered else outcome.change)(spooled)
    return fresh, heard


def _refusal(
    session: Session, spooled: Spooled, row: ConversationRow, known: Imported
) -> str | None:
    """Return why a row whose external id is here already cannot go in."""
    name = f"external_id {row.external_id} is here already"
    if known.digest != spooled.content:
        return f"{name}, with another {_differences(session, row, known)}"
    if known.brought_answered and not spooled.answered:
        return f"{name}, with another answered"
    return None


def _differences(session: Session, row: ConversationRow, known: Imported) -> str:
    here = session.get_one(Conversation, known.number)
    said = {**row._asdict(), "contact": key(row.contact)}
    kept = said | {
        "advocate": get_person(session, here.person_id).email,
        "occurred_at": here.occurred_at,
        "kind": here.kind,
        "began": here.began,
        "channel": here.channel,
        "note": here.note,
    }
    numbers = [one.contact_id for one in participants_of(session, here.id)]
    named = contacts_by_number(session, here.person_id, numbers).values()
    keys = {key(text) for one in named for text in names_of(session, one)}
    if kept["contact"] not in keys:
        kept["contact"] = None
    return differing(said, kept) or "content, since changed here"


def _contacts(
    session: Session, person_id: int, told: Sequence[Pair], outcome: Outcome, now: datetime
) -> Mapping[str, int]:
    """Return the contacts of rows by what the rows call them; refuse names that fit several."""
    wanted = list(dict.fromkeys(row.contact for _, row in told))
    while wanted:
        try:
            return dict(zip(wanted, find_or_add(session, person_id, wanted, now), strict=True))
        except SeveralFit as several:
            wanted = [text for text in wanted if key(text) != key(several.name)]
            for spooled, row in told:
                if key(row.contact) == key(several.name):
                    outcome.refuse(
                        spooled,
                        f"contact “{row.contact}” fits {len(several.choices)} people whom "
                        f"{row.advocate} knows; give the e-mail address",
                    )
    return {}


def _new(
    spooled: Spooled, row: ConversationRow, person_id: int, contact: int, zone: ZoneInfo
) -> NewConversation:
    return NewConversation(
        person_id,
        (contact,),
        Said(
            row.occurred_at.astimezone(zone).date(),
            row.kind,
            row.began,
            (bool(spooled.answered),),
            row.channel,
            row.note,
        ),
        row.occurred_at,
        True,
        row.external_id,
        spooled.content,
    )
