"""Writing the library."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from advocacy.content import rules
from advocacy.content.models import Item
from advocacy.content.rules import State
from advocacy.core.errors import Conflict
from advocacy.core.stale import check_stamp


def create(
    session: Session,
    *,
    title: str,
    url: str = "",
    text: str = "",
    topics: str = "",
    expires_at: datetime | None = None,
    author_id: int | None,
    now: datetime,
) -> Item:
    """Write a draft.

    :raises Invalid: naming the field.
    """
    item = Item(
        **rules.checked(title, url, text, topics)._asdict(),
        expires_at=expires_at,
        author_id=author_id,
        created_at=now,
    )
    session.add(item)
    session.flush()
    return item


def said_of(item: Item) -> tuple[object, ...]:
    """Return what an item says: what a form is opened with."""
    return item.title, item.url, item.text, item.topics, item.expires_at


def edit(
    session: Session,
    item: Item,
    *,
    seen: str = "",
    title: str,
    url: str,
    text: str,
    topics: str,
    expires_at: datetime | None,
) -> None:
    """Change what an item says, in whatever state it is.

    :param seen: the mark of what the form was opened with; empty is not checked.
    :raises Invalid: naming the field.
    :raises Conflict: when it was changed meanwhile.
    """
    session.refresh(item, with_for_update=True)
    check_stamp(seen, *said_of(item))
    wording = rules.checked(title, url, text, topics)
    rules.check_life(item.published_at, expires_at)
    item.title, item.url, item.text, item.topics = wording
    item.expires_at = expires_at
    session.flush()


def publish(session: Session, item: Item, now: datetime) -> None:
    """Put a draft, or what was archived, before everybody; what was published stays as it is.

    :raises Conflict: when it is no longer published and has expired.
    """
    if item.state == State.PUBLISHED:
        return
    if item.expires_at is not None and item.expires_at <= now:
        raise Conflict("It has expired. Give it a later end first.", field="expires_at")
    item.state = State.PUBLISHED
    item.published_at = now
    session.flush()


def archive(session: Session, item: Item) -> None:
    """Take an item out of the library; what was shared of it stays."""
    item.state = State.ARCHIVED
    session.flush()


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item that an import brings; ``digest`` is the hash of what it brought."""

    title: str
    url: str
    text: str
    topics: str
    published_at: datetime
    expires_at: datetime | None
    external_id: str | None
    digest: str


def add_published(session: Session, items: Sequence[NewItem], now: datetime) -> None:
    """Write items that are published at once; who brings them has checked their limits."""
    if items:
        session.execute(
            insert(Item),
            [
                {
                    "title": item.title,
                    "url": item.url,
                    "text": item.text,
                    "topics": item.topics,
                    "state": str(State.PUBLISHED),
                    "published_at": item.published_at,
                    "expires_at": item.expires_at,
                    "external_id": item.external_id,
                    "digest": item.digest,
                    "created_at": now,
                }
                for item in items
            ],
        )
