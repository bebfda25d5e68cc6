"""Writing a batch of imported items."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.content import queries
from advocacy.content.actions import NewItem, add_published
from advocacy.content.models import Item
from advocacy.imports.outcome import Outcome
from advocacy.imports.rules import ItemRow, differing
from advocacy.imports.spool import Spooled


def write(session: Session, batch: Sequence[Spooled], now: datetime) -> Outcome:
    """Publish the rows of a batch that are new."""
    outcome = Outcome()
    rows = [(spooled, ItemRow.of(spooled.values)) for spooled in batch]
    by_id = queries.items_by_external_id(
        session, {row.external_id for _, row in rows if row.external_id}
    )
    contents = {spooled.content for spooled, row in rows if not row.external_id}
    here = queries.imported_digests(session, contents)
    new: list[NewItem] = []
    for spooled, row in outcome.not_here_yet(rows, by_id, here, _differences):
        published_at = row.published_at or now
        new.append(
            NewItem(**{**row._asdict(), "published_at": published_at}, digest=spooled.content)
        )
        outcome.add(spooled)
    add_published(session, new, now)
    return outcome


def _differences(row: ItemRow, here: Item) -> str:
    said = row._asdict()
    kept = {name: getattr(here, name) for name in said}
    if row.published_at is None and here.published_at == here.created_at:
        kept["published_at"] = None
    return differing(said, kept) or "content, since changed here"
