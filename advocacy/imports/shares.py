"""Writing a batch of imported shares."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from advocacy.content.models import Item
from advocacy.content.queries import get_item, items_by_external_id, items_by_title
from advocacy.imports.outcome import Outcome
from advocacy.imports.rules import ShareRow, differing
from advocacy.imports.spool import Spooled
from advocacy.people.models import Person
from advocacy.people.queries import get_person, hold_person, people_by_email
from advocacy.programme.queries import hold_for_posting
from advocacy.shares import queries
from advocacy.shares.actions import NewShare, record
from advocacy.shares.models import Share

Pair = tuple[Spooled, ShareRow]


def write(session: Session, batch: Sequence[Spooled], now: datetime, zone: ZoneInfo) -> Outcome:
    """Write the rows of a batch that are new."""
    outcome = Outcome()
    rows = [(spooled, ShareRow.of(spooled.values)) for spooled in batch]
    people = people_by_email(session, {row.advocate for _, row in rows})
    hold_for_posting(session)
    for number in sorted(person.id for person in people.values()):
        hold_person(session, number)
    fresh = _unknown_rows(session, rows, outcome)
    by_id = items_by_external_id(session, {row.item for _, row in fresh})
    by_title = items_by_title(session, {row.item for _, row in fresh})
    new: list[NewShare] = []
    for spooled, row in fresh:
        items = [by_id[row.item]] if row.item in by_id else by_title.get(row.item, [])
        if reason := _refusal(row, people, items):
            outcome.refuse(spooled, reason)
        else:
            new.append(_new(spooled, row, people[row.advocate], items[0], zone))
            outcome.add(spooled)
    if new:
        record(session, new, now)
    return outcome


def _unknown_rows(session: Session, rows: Sequence[Pair], outcome: Outcome) -> list[Pair]:
    """Return the rows that are not here yet; count the others."""
    by_id = queries.imported_by_external_id(
        session, {row.external_id for _, row in rows if row.external_id}
    )
    here = queries.imported_digests(
        session, {spooled.content for spooled, row in rows if not row.external_id}
    )
    fresh: list[Pair] = []
    for spooled, row in rows:
        known = by_id.get(row.external_id) if row.external_id else None
        if known is not None and known.digest != spooled.content:
            outcome.refuse(
                spooled,
                f"external_id {row.external_id} is here already, with another "
                f"{_differences(session, row, known)}",
            )
        elif known is not None or (not row.external_id and spooled.content in here):
            outcome.keep(spooled)
        else:
            fresh.append((spooled, row))
    return fresh


def _refusal(row: ShareRow, people: dict[str, Person], items: Sequence[Item]) -> str | None:
    """Return why a row cannot go in."""
    if row.advocate not in people:
        return f"advocate {row.advocate} is nobody here"
    if not items:
        return f"item “{row.item}” is neither an external_id nor a title in the library"
    if len(items) > 1:
        return f"item “{row.item}” is the title of {len(items)} items; give the external_id"
    return None


def _new(spooled: Spooled, row: ShareRow, person: Person, item: Item, zone: ZoneInfo) -> NewShare:
    return NewShare(
        person_id=person.id,
        item_id=item.id,
        channel=row.channel,
        day=row.occurred_at.astimezone(zone).date(),
        address=row.address,
        occurred_at=row.occurred_at,
        reported=True,
        external_id=row.external_id,
        digest=spooled.content,
    )


def _differences(session: Session, row: ShareRow, here: Share) -> str:
    said = row._asdict()
    item = get_item(session, here.item_id)
    kept = said | {
        "advocate": get_person(session, here.person_id).email,
        "channel": here.channel,
        "occurred_at": here.occurred_at,
        "address": here.address,
    }
    if row.item not in (item.external_id, item.title):
        kept["item"] = None
    return differing(said, kept) or "content, since changed here"
