"""Writing shares and tracked links."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.content.models import Item
from advocacy.content.rules import State
from advocacy.core.database import insert_numbered
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.time import EARLIEST, day_of, month_of
from advocacy.people.models import Person
from advocacy.people.queries import fresh_person, hold_person
from advocacy.points.actions import settle_shares
from advocacy.points.rules import remembered_only
from advocacy.programme.queries import get_programme, hold_for_posting
from advocacy.shares import queries, rules
from advocacy.shares.models import Share, TrackedLink

CODE_LENGTH = 8
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""None is mistaken for another, and none is cut off where a link ends in a text."""


@dataclass(frozen=True, slots=True)
class NewShare:
    """A share to write. ``external_id``, ``digest``, ``occurred_at``: what an import brings."""

    person_id: int
    item_id: int
    channel: str
    day: date
    address: str = ""
    occurred_at: datetime | None = None
    reported: bool = False
    external_id: str | None = None
    digest: str | None = None


def record(session: Session, shares: Sequence[NewShare], now: datetime) -> list[int]:
    """Write shares, all rows first, then settle the days that they are on together.

    :returns: the numbers of the shares, in order.
    :raises Invalid: when a day is still to come or a field is too long.
    """
    hold_for_posting(session)
    joined = {}
    for person in sorted({share.person_id for share in shares}):
        hold_person(session, person)
        joined[person] = fresh_person(session, person).joined
    programme = get_programme(session)
    today = day_of(now, programme.time_zone)
    rows = []
    for share in shares:
        _check(share, today)
        remembered = remembered_only(
            share.day,
            today,
            reported=share.reported,
            colleague=False,
            joined=joined[share.person_id],
            first_day=programme.first_day,
        )
        rows.append(
            {
                "person_id": share.person_id,
                "item_id": share.item_id,
                "channel": share.channel,
                "address": share.address,
                "day": share.day,
                "occurred_at": share.occurred_at,
                "logged_on": today,
                "logged_at": now,
                "counted": remembered is None,
                "reported": share.reported,
                "external_id": share.external_id,
                "digest": share.digest,
            }
        )
    numbers = insert_numbered(session, Share.id, rows)
    _settle_days(session, {(share.person_id, share.day) for share in shares}, now)
    return numbers


def _check(share: NewShare, today: date) -> None:
    if share.day > today:
        raise Invalid("That day is still to come.", field="occurred_on")
    if share.day < EARLIEST:
        raise Invalid(f"That lies before {EARLIEST.year}. Look at the year.", field="occurred_on")
    if not share.channel or len(share.channel) > rules.CHANNEL_LENGTH:
        raise Invalid(f"A channel has 1 to {rules.CHANNEL_LENGTH} letters.", field="channel")
    rules.check_address(share.address)


def take_back(session: Session, share: Share, now: datetime) -> None:
    """Take a share back: points end where they would be had it never been logged."""
    hold_for_posting(session)
    hold_person(session, share.person_id)
    session.refresh(share)
    if share.taken_back_at is not None:  # in another tab, meanwhile
        return
    share.taken_back_at = now
    session.flush()
    note(
        session,
        Action.SHARE_TAKEN_BACK,
        actor_id=share.person_id,
        subject_id=share.person_id,
        detail=month_of(share.day),
        now=now,
    )
    _settle_days(session, {(share.person_id, share.day)}, now)


def settle_person(session: Session, person: Person, now: datetime) -> None:
    """Judge anew which shares of a person count, after a first day moved."""
    first_day = get_programme(session).first_day
    changed = [
        record
        for record in queries.records_of_shares(session, first_day, person.id)
        if record.was_counted != (record.remembered is None)
    ]
    if changed:
        session.execute(
            update(Share),
            [{"id": one.number, "counted": one.remembered is None} for one in changed],
        )
        _settle_days(session, {(person.id, one.day) for one in changed}, now)


def _settle_days(session: Session, days: Collection[tuple[int, date]], now: datetime) -> None:
    settle_shares(session, queries.counted_shares(session, days), now)


def link_for(
    session: Session, person_id: int, item: Item, channel: str, now: datetime
) -> TrackedLink:
    """Return a person's tracked link to an item on a channel, made the first time.

    :raises Conflict: when the item is not published.
    """
    if item.state != State.PUBLISHED:
        raise Conflict("Only what is published can be shared.")
    hold_person(session, person_id)
    link = queries.links_of(session, person_id, item.id).get(channel)
    if link is None:
        link = TrackedLink(
            code="".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
            person_id=person_id,
            item_id=item.id,
            channel=channel,
            created_at=now,
        )
        session.add(link)
        session.flush()
    return link


def count_visit(session: Session, link: TrackedLink) -> None:
    """Count one visit of a tracked link; nothing is kept of the visitor."""
    session.execute(
        update(TrackedLink)
        .where(TrackedLink.id == link.id)
        .values(visits=TrackedLink.visits + 1)
        .execution_options(synchronize_session=False)
    )
