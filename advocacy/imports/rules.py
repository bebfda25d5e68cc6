"""What the rows of an import file say: columns, limits, and each kind's reading of its cells.

A reading takes a row's cells by column and says what they mean, or refuses with a sentence for
whoever mends the file. Nothing here asks the database.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from advocacy.content import rules as content
from advocacy.conversations import rules as conversations
from advocacy.core.errors import Invalid
from advocacy.imports.cells import (
    Cells,
    Frame,
    _either,
    _quoted,
    address_in,
    contact_in,
    day_in,
    email_in,
    instant_in,
    kept_instant,
    line_in,
    missing,
    one_of,
    text_in,
)
from advocacy.people import rules as people
from advocacy.people.rules import Role
from advocacy.points.rules import Began, Kind
from advocacy.shares import rules as shares


class ImportKind(StrEnum):
    """What a file holds."""

    PEOPLE = "people"
    ITEMS = "items"
    SHARES = "shares"
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of file; ``long`` are those whose text may go over several lines."""

    required: Sequence[str]
    optional: Sequence[str]
    long: frozenset[str] = frozenset()

    @property
    def known(self) -> tuple[str, ...]:
        """Every column that is read."""
        return (*self.required, *self.optional)


COLUMNS: Mapping[ImportKind, Columns] = MappingProxyType(
    {
        ImportKind.PEOPLE: Columns(
            ("email", "name"),
            ("team", "role", "title", "preferred_name", "say_it", "joined"),
        ),
        ImportKind.ITEMS: Columns(
            ("title",),
            ("url", "text", "topics", "published_at", "expires_at", "external_id"),
            frozenset({"text"}),
        ),
        ImportKind.SHARES: Columns(
            ("advocate", "item", "channel", "occurred_at"), ("address", "external_id")
        ),
        ImportKind.CONVERSATIONS: Columns(
            ("advocate", "contact", "occurred_at", "kind", "began", "answered"),
            ("channel", "note", "external_id"),
            frozenset({"note"}),
        ),
    }
)
EXTERNAL_ID_LENGTH = min(
    conversations.EXTERNAL_ID_LENGTH, shares.EXTERNAL_ID_LENGTH, content.EXTERNAL_ID_LENGTH
)


class Reading(NamedTuple):
    """A row that can be so.

    :param order: rows that belong together share it; the file is written in its order.
    :param identity: rows of the same identity are the same thing.
    :param content: the hash of all it says but ``answered``.
    :param answered: what may turn from false to true; None where nothing may.
    :param values: what it says, by column, to be kept as JSON.
    """

    order: str
    identity: str
    content: str
    answered: bool | None
    values: dict[str, Any]


Reader = Callable[[Cells, Frame], Reading]


class PersonRow(NamedTuple):
    """A row of a file of people; None where the file does not say."""

    email: str
    name: str
    team: str | None
    role: str | None
    title: str | None
    preferred_name: str | None
    say_it: str | None
    joined: date | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "PersonRow":
        """Make it from kept values."""
        joined = values["joined"]
        return cls(**{**values, "joined": date.fromisoformat(joined) if joined else None})


def read_person(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of people.

    :raises Invalid: saying which column is wrong and why.
    """
    email = email_in(cells["email"], "email")
    role = cells.get("role", "").lower() or None
    if role is not None and role not in _ROLES:
        raise Invalid(f"role is unknown: {_quoted(role)}; it is {_either(_ROLES)}")
    values: dict[str, Any] = {
        "email": email,
        "name": line_in(cells, "name", people.NAME_LENGTH) or missing("name"),
        "team": line_in(cells, "team", people.TEAM_LENGTH) or None,
        "role": role,
        "title": line_in(cells, "title", people.TITLE_LENGTH) or None,
        "preferred_name": line_in(cells, "preferred_name", people.NAME_LENGTH) or None,
        "say_it": line_in(cells, "say_it", people.NAME_LENGTH) or None,
        "joined": day_in(cells.get("joined", ""), "joined"),
    }
    # New administrators come first, so that the last old one can step down in the same file.
    order = "0" if role == Role.ADMINISTRATOR else "1"
    return Reading(order, email, _hash(values), None, values)


class ItemRow(NamedTuple):
    """A row of a file of items."""

    title: str
    url: str
    text: str
    topics: str
    published_at: datetime | None
    expires_at: datetime | None
    external_id: str | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ItemRow":
        """Make it from kept values."""
        return cls(
            **{
                **values,
                "published_at": kept_instant(values["published_at"]),
                "expires_at": kept_instant(values["expires_at"]),
            }
        )


def read_item(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of items.

    :raises Invalid: saying which column is wrong and why.
    """
    published = instant_in(cells, "published_at", frame)
    expires = instant_in(cells, "expires_at", frame)
    if published and expires and expires <= published:
        raise Invalid("expires_at is not after published_at")
    for column, at in (("published_at", published), ("expires_at", expires)):
        if at and at.year > content.LAST_YEAR:
            raise Invalid(f"{column} lies after {content.LAST_YEAR}")
    values: dict[str, Any] = {
        "title": line_in(cells, "title", content.TITLE_LENGTH) or missing("title"),
        "url": address_in(cells, "url", content.URL_LENGTH),
        "text": text_in(cells, "text", content.TEXT_LENGTH),
        "topics": line_in(cells, "topics", content.TOPICS_LENGTH),
        "published_at": published.isoformat() if published else None,
        "expires_at": expires.isoformat() if expires else None,
    }
    return _identified("", values, cells)


class ShareRow(NamedTuple):
    """A row of a file of shares; ``item`` is an external id or a title."""

    advocate: str
    item: str
    channel: str
    occurred_at: datetime
    address: str
    external_id: str | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ShareRow":
        """Make it from kept values."""
        return cls(**{**values, "occurred_at": kept_instant(values["occurred_at"])})


def read_share(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of shares.

    :raises Invalid: saying which column is wrong and why.
    """
    occurred_at, _ = frame.past(cells["occurred_at"], "occurred_at")
    item_length = max(content.EXTERNAL_ID_LENGTH, content.TITLE_LENGTH)
    channel = line_in(cells, "channel", shares.CHANNEL_LENGTH) or missing("channel")
    values: dict[str, Any] = {
        "advocate": email_in(cells["advocate"], "advocate"),
        "item": line_in(cells, "item", item_length) or missing("item"),
        "channel": channel.lower(),
        "occurred_at": occurred_at.isoformat(),
        "address": address_in(cells, "address", shares.ADDRESS_LENGTH),
    }
    return _identified(values["advocate"], values, cells)


class ConversationRow(NamedTuple):
    """A row of a file of conversations."""

    advocate: str
    contact: str
    occurred_at: datetime
    kind: str
    began: str
    channel: str
    note: str
    external_id: str | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ConversationRow":
        """Make it from kept values."""
        advocate, contact, occurred_at, *rest = values.values()
        return cls(advocate, contact, datetime.fromisoformat(occurred_at), *rest)


def read_conversation(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of conversations.

    :raises Invalid: saying which column is wrong and why.
    """
    occurred_at, _ = frame.past(cells["occurred_at"], "occurred_at")
    kind = one_of(cells["kind"], _KINDS, "kind")
    began = one_of(cells["began"], _BEGAN, "began")
    answered = one_of(cells["answered"], _ANSWERED, "answered") == "true"
    if kind == Kind.MET and not answered:
        raise Invalid("who met took part: a row with kind met needs answered true")
    if kind == Kind.INTRODUCED and began != Began.ADVOCATE:
        raise Invalid("an introduction is begun by the advocate: began must be advocate")
    contact, contact_key = contact_in(cells["contact"])
    values: dict[str, Any] = {
        "advocate": email_in(cells["advocate"], "advocate"),
        "contact": contact,
        "occurred_at": occurred_at.isoformat(),
        "kind": kind,
        "began": began,
        "channel": line_in(cells, "channel", conversations.CHANNEL_LENGTH),
        "note": text_in(cells, "note", conversations.NOTE_LENGTH),
    }
    return _identified(
        f"{values['advocate']}\x1f{contact_key}",
        values,
        cells,
        content={**values, "contact": contact_key},
        answered=answered,
    )


READERS: Mapping[ImportKind, Reader] = MappingProxyType(
    {
        ImportKind.PEOPLE: read_person,
        ImportKind.ITEMS: read_item,
        ImportKind.SHARES: read_share,
        ImportKind.CONVERSATIONS: read_conversation,
    }
)


def differing(first: Mapping[str, object], second: Mapping[str, object]) -> str:
    """Return the columns in which two rows differ, as they are named in a reason."""
    return ", ".join(column for column in first if first[column] != second[column])


_ROLES = tuple(str(role) for role in Role)
_KINDS = tuple(str(kind) for kind in Kind)
_BEGAN = tuple(str(who) for who in Began)
_ANSWERED = ("true", "false")


def _identified(
    order: str,
    values: dict[str, Any],
    cells: Cells,
    *,
    content: Mapping[str, Any] | None = None,
    answered: bool | None = None,
) -> Reading:
    """Name a row by its external id, else by its content."""
    external_id = line_in(cells, "external_id", EXTERNAL_ID_LENGTH) or None
    content_hash = _hash(content or values)
    values["external_id"] = external_id
    identity = f"id {external_id}" if external_id else f"content {content_hash}"
    return Reading(order, identity, content_hash, answered, values)


def _hash(values: Mapping[str, Any]) -> str:
    return _digest(json.dumps(list(values.values())))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
