"""Writing a batch of imported shares."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
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


def write(session: Session, batch: Sequence[Spooled], now: datetime, zone: ZoneInfo) -> Outcome:
    """Write the rows of a batch that are new."""
    outcome = Outcome()
    rows = [(spooled, ShareRow.of(spooled.values)) for spooled in batch]
    people = people_by_email(session, {row.advocate for _, row in rows})
    hold_for_posting(session)
    for number in sorted(person.id for person in people.values()):
        hold_person(session, number)
    known = queries.imported_by_external_id(
        session, {row.external_id for _, row in rows if row.external_id}
    )
    here = queries.imported_digests(
        session, {spooled.content for spooled, row in rows if not row.external_id}
    )
    fresh = list(outcome.not_here_yet(rows, known, here, partial(_differences, session)))
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
