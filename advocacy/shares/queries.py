"""Reading shares and tracked links."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from advocacy.content.models import Item
from advocacy.core.errors import NotFound
from advocacy.core.statements import built_once
from advocacy.people.models import Person
from advocacy.points.rules import Remembered, remembered_only
from advocacy.shares.models import Share, TrackedLink

CHUNK = 500


class Record(NamedTuple):
    """A share as the record has it, and whether it counts."""

    number: int
    person_id: int
    day: date
    was_counted: bool
    remembered: Remembered | None


def records_of_shares(
    session: Session,
    first_day: date,
    person_id: int | None = None,
    *,
    people: tuple[int, int] | None = None,
) -> Iterator[Record]:
    """Yield what the record says of shares, of one person or of all, taken-back ones left out.

    :param first_day: the programme's.
    :param people: the first and the last number of the persons in question.
    """
    query = (
        select(
            Share.id,
            Share.person_id,
            Share.day,
            Share.counted,
            Share.logged_on,
            Share.reported,
            Person.joined,
        )
        .join(Person, Person.id == Share.person_id)
        .where(Share.taken_back_at.is_(None))
        .execution_options(yield_per=5000)
    )
    if person_id is not None:
        query = query.where(Share.person_id == person_id)
    if people is not None:
        query = query.where(Share.person_id.between(*people))
    for number, person, day, counted, logged_on, reported, joined in session.execute(query):
        remembered = remembered_only(
            day,
            logged_on,
            reported=reported,
            colleague=False,
            joined=joined,
            first_day=first_day,
        )
        yield Record(number, person, day, counted, remembered)


def get_share(session: Session, person_id: int, share_id: int) -> Share:
    """Return a share of a person.

    :raises NotFound: when it does not exist, was taken back or is somebody else's.
    """
    share = session.scalar(
        select(Share).where(
            Share.id == share_id, Share.person_id == person_id, Share.taken_back_at.is_(None)
        )
    )
    if share is None:
        raise NotFound("There is no such share of yours.")
    return share


def counted_shares(
    session: Session, days: Collection[tuple[int, date]]
) -> dict[tuple[int, date], list[int]]:
    """Return, for persons and days, the numbers of the shares that count, the first one first."""
    found: dict[tuple[int, date], list[int]] = {of: [] for of in days}
    ordered = sorted(days)
    for at in range(0, len(ordered), CHUNK):
        rows = session.execute(
            select(Share.person_id, Share.day, Share.id)
            .where(
                tuple_(Share.person_id, Share.day).in_(ordered[at : at + CHUNK]),
                Share.taken_back_at.is_(None),
                Share.counted.is_(True),
            )
            .order_by(Share.id)
        )
        for person, day, number in rows:
            found[person, day].append(number)
    return found


def counted_in(session: Session, person_id: int, start: date, end: date) -> list[tuple[date, str]]:
    """Return the day and the title of a person's shares that count from a day to another."""
    rows = session.execute(
        select(Share.day, Item.title)
        .join(Item, Item.id == Share.item_id)
        .where(
            Share.person_id == person_id,
            Share.day.between(start, end),
            Share.counted.is_(True),
            Share.taken_back_at.is_(None),
        )
        .order_by(Share.day.desc(), Share.id.desc())
    )
    return [(day, title) for day, title in rows]


def shares_of_item(
    session: Session, person_id: int, item_id: int, *, limit: int, offset: int = 0
) -> tuple[list[Share], int]:
    """Return a page of a person's shares of an item, latest first, and how many there are."""
    condition = (
        Share.person_id == person_id,
        Share.item_id == item_id,
        Share.taken_back_at.is_(None),
    )
    shares = session.scalars(
        select(Share)
        .where(*condition)
        .order_by(Share.day.desc(), Share.id.desc())
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(select(func.count()).select_from(Share).where(*condition)) or 0
    return list(shares), total


def items_shared(session: Session, person_id: int, item_ids: Collection[int]) -> set[int]:
    """Return which of these items a person has shared."""
    return set(session.scalars(*_items_shared(person_id, sorted(item_ids)))) if item_ids else set()


@built_once
def _items_shared(person_id: int, item_ids: Sequence[int]) -> Select[int]:
    return (
        select(Share.item_id)
        .where(
            Share.person_id == person_id,
            Share.item_id.in_(item_ids),
            Share.taken_back_at.is_(None),
        )
        .distinct()
    )


def titles_of_shares(session: Session, numbers: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return the title and the channel of what was shared, by the share's number."""
    rows = session.execute(
        select(Share.id, Item.title, Share.channel)
        .join(Item, Item.id == Share.item_id)
        .where(Share.id.in_(sorted(numbers)))
    )
    return {number: (title, channel) for number, title, channel in rows}


def links_of(session: Session, person_id: int, item_id: int) -> dict[str, TrackedLink]:
    """Return a person's tracked links to an item, by channel."""
    links = session.scalars(
        select(TrackedLink).where(
            TrackedLink.person_id == person_id, TrackedLink.item_id == item_id
        )
    )
    return {link.channel: link for link in links}


def find_link(session: Session, code: str) -> tuple[TrackedLink, Item] | None:
    """Return a tracked link by its code, with the item it leads to."""
    if not code.isascii() or not code.isprintable():
        return None
    row = session.execute(
        select(TrackedLink, Item)
        .join(Item, Item.id == TrackedLink.item_id)
        .where(TrackedLink.code == code)
    ).first()
    return (row[0], row[1]) if row else None


def imported_by_external_id(session: Session, external_ids: Collection[str]) -> dict[str, Share]:
    """Return the shares that imports brought, by external id; also those taken back."""
    found = session.scalars(select(Share).where(Share.external_id.in_(sorted(external_ids))))
    return {str(share.external_id): share for share in found}


def imported_digests(session: Session, digests: Collection[str]) -> set[str]:
    """Return which of these shares without an external id are here, by the hash of content."""
    found = session.scalars(
        select(Share.digest).where(Share.digest.in_(sorted(digests)), Share.external_id.is_(None))
    )
    return {str(digest) for digest in found}
