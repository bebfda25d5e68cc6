"""Reading the library."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from advocacy.content import rules
from advocacy.content.models import Item
from advocacy.content.rules import State
from advocacy.core.errors import Gone, NotFound
from advocacy.core.statements import built_once

_TOPIC_LINES = 500


def get_item(session: Session, item_id: int) -> Item:
    """Return an item in whatever state.

    :raises NotFound: when there is none of that number.
    """
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound("There is no such item in the library.")
    return item


def get_published_item(session: Session, item_id: int, now: datetime) -> Item:
    """Return an item that everybody may read now.

    :raises NotFound: when there is none of that number, or it was not out yet.
    :raises Gone: when it was out and is over.
    """
    item = get_item(session, item_id)
    if rules.is_out(item.state, item.published_at, item.expires_at, now):
        return item
    stands = rules.stands_as(item.state, item.published_at, item.expires_at, now)
    if stands is not State.ARCHIVED or item.published_at is None or item.published_at > now:
        raise NotFound("There is no such item in the library.")
    gone = Gone("This is not in the library any more. Links that are already out lead on.")
    gone.back = ("/library", "To the library")
    raise gone


def newest_items(session: Session, now: datetime, limit: int) -> list[Item]:
    """Return what came into the library last of what everybody may read now, latest first."""
    return list(session.scalars(*_newest(now, limit)))


@built_once
def _newest(now: datetime, limit: int) -> Select[Item]:
    return _items(_is_out(now)).limit(limit)


def items_page(
    session: Session,
    state: State,
    *,
    now: datetime,
    limit: int,
    offset: int = 0,
    search: str = "",
    topic: str = "",
) -> tuple[list[Item], int]:
    """Return a page of the items that stand so now, latest first, and how many there are.

    What is published but still to come stands with the drafts, what has expired with the archived.
    """
    condition = and_(_stands(state, now), _matches(search), _is_about(topic))
    items = session.scalars(_items(condition).limit(limit).offset(offset))
    total = session.scalar(select(func.count()).select_from(Item).where(condition)) or 0
    return list(items), total


def _items(condition: ColumnElement[bool]) -> Select[Item]:
    came = func.coalesce(Item.published_at, Item.created_at)
    return select(Item).where(condition).order_by(came.desc(), Item.id.desc())


def commonest_topics(session: Session, now: datetime, most: int) -> list[str]:
    """Return the topics that most of what everybody may read now is about."""
    lines = session.execute(*_topics(now))
    return rules.commonest_topics(((topics, items) for topics, items in lines), most)


@built_once
def _topics(now: datetime) -> Select[str, int]:
    return (
        select(Item.topics, func.count())
        .where(_is_out(now), Item.topics != "")
        .group_by(Item.topics)
        .order_by(func.count().desc())
        .limit(_TOPIC_LINES)
    )


def count_by_state(session: Session, now: datetime) -> dict[State, int]:
    """Return how many items stand in each state now, as ``items_page`` has it."""
    counts = session.execute(
        select(*(func.count().filter(_stands(state, now)) for state in State)).select_from(Item)
    ).one()
    return dict(zip(State, counts, strict=True))


def _is_out(now: datetime) -> ColumnElement[bool]:
    return and_(
        Item.state == State.PUBLISHED,
        Item.published_at <= now,
        or_(Item.expires_at.is_(None), Item.expires_at > now),
    )


def _stands(state: State, now: datetime) -> ColumnElement[bool]:
    if state is State.PUBLISHED:
        return _is_out(now)
    published = Item.state == State.PUBLISHED
    over = and_(published, Item.expires_at <= now)
    if state is State.ARCHIVED:
        return or_(Item.state == State.ARCHIVED, over)
    return or_(Item.state == State.DRAFT, and_(published, Item.published_at > now))


def _matches(search: str) -> ColumnElement[bool]:
    part = search.strip()
    if not part:
        return true()
    return or_(
        Item.title.icontains(part, autoescape=True), Item.topics.icontains(part, autoescape=True)
    )


def _is_about(topic: str) -> ColumnElement[bool]:
    topic = topic.strip()
    if not topic:
        return true()
    bare = func.replace(func.replace(Item.topics, ", ", ","), " ,", ",")
    line = literal(",", String) + bare + literal(",", String)
    return line.icontains(f",{topic},", autoescape=True)


def items_by_external_id(session: Session, external_ids: Collection[str]) -> dict[str, Item]:
    """Return items by the id that they were imported with."""
    items = session.scalars(select(Item).where(Item.external_id.in_(sorted(external_ids))))
    return {str(item.external_id): item for item in items}


def items_by_title(session: Session, titles: Collection[str]) -> dict[str, list[Item]]:
    """Return items by their title, which may fit several."""
    found: dict[str, list[Item]] = {}
    for item in session.scalars(
        select(Item).where(Item.title.in_(sorted(titles))).order_by(Item.id)
    ):
        found.setdefault(item.title, []).append(item)
    return found


def imported_digests(session: Session, digests: Collection[str]) -> set[str]:
    """Return which of these items without an external id are here, by the hash of content."""
    found = session.scalars(
        select(Item.digest).where(Item.digest.in_(sorted(digests)), Item.external_id.is_(None))
    )
    return {str(digest) for digest in found}
