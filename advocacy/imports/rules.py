"""What the rows of an import file say: columns, limits, and each kind's reading of its cells.

A reading takes a row's cells by column and says what they mean, or refuses with a sentence for
whoever mends the file. Nothing here asks the database.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from advocacy.contacts import rules as contacts
from advocacy.content import rules as content
from advocacy.conversations import rules as conversations
from advocacy.core.errors import Invalid
from advocacy.core.time import EARLIEST
from advocacy.people import rules as people
from advocacy.people.rules import Role, email_key
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


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reading has to know: the programme's time zone and its today."""

    zone: ZoneInfo
    today: date

    def instant(self, text: str, column: str) -> tuple[datetime, date]:
        """Read an instant of ISO 8601 with an offset: in UTC, and its day in the programme.

        :raises Invalid: when it is not one, or lies in an impossible year.
        """
        try:
            read = datetime.fromisoformat(text)
            if read.tzinfo is None:
                raise Invalid(f"{column} has no offset; write 2026-10-05T14:30:00+02:00")
            instant = read.astimezone(UTC)
            day = instant.astimezone(self.zone).date()
        except (ValueError, OverflowError):
            raise Invalid(
                f"{column} is not a time: {_quoted(text)}; write 2026-10-05T14:30:00+02:00"
            ) from None
        if day < EARLIEST:
            raise Invalid(f"{column} lies before {EARLIEST.year}: {_quoted(text)}")
        return instant, day

    def past(self, text: str, column: str) -> tuple[datetime, date]:
        """Read an instant like ``instant``, whose day is not still to come."""
        instant, day = self.instant(text, column)
        if day > self.today:
            raise Invalid(f"{column} is dated after today: {_quoted(text)}")
        return instant, day


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


Cells = Mapping[str, str]
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
    email = _email(cells["email"], "email")
    role = cells.get("role", "").lower() or None
    if role is not None and role not in _ROLES:
        raise Invalid(f"role is unknown: {_quoted(role)}; it is {_either(_ROLES)}")
    values: dict[str, Any] = {
        "email": email,
        "name": _line(cells, "name", people.NAME_LENGTH) or _missing("name"),
        "team": _line(cells, "team", people.TEAM_LENGTH) or None,
        "role": role,
        "title": _line(cells, "title", people.TITLE_LENGTH) or None,
        "preferred_name": _line(cells, "preferred_name", people.NAME_LENGTH) or None,
        "say_it": _line(cells, "say_it", people.NAME_LENGTH) or None,
        "joined": _day(cells.get("joined", ""), "joined"),
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
                "published_at": _kept_instant(values["published_at"]),
                "expires_at": _kept_instant(values["expires_at"]),
            }
        )


def read_item(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of items.

    :raises Invalid: saying which column is wrong and why.
    """
    published = _instant(cells, "published_at", frame)
    expires = _instant(cells, "expires_at", frame)
    if published and expires and expires <= published:
        raise Invalid("expires_at is not after published_at")
    values: dict[str, Any] = {
        "title": _line(cells, "title", content.TITLE_LENGTH) or _missing("title"),
        "url": _web_address(cells, "url", content.URL_LENGTH),
        "text": _text(cells, "text", content.TEXT_LENGTH),
        "topics": _line(cells, "topics", content.TOPICS_LENGTH),
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
        return cls(**{**values, "occurred_at": _kept_instant(values["occurred_at"])})


def read_share(cells: Cells, frame: Frame) -> Reading:
    """Read a row of a file of shares.

    :raises Invalid: saying which column is wrong and why.
    """
    occurred_at, _ = frame.past(cells["occurred_at"], "occurred_at")
    item_length = max(content.EXTERNAL_ID_LENGTH, content.TITLE_LENGTH)
    channel = _line(cells, "channel", shares.CHANNEL_LENGTH) or _missing("channel")
    values: dict[str, Any] = {
        "advocate": _email(cells["advocate"], "advocate"),
        "item": _line(cells, "item", item_length) or _missing("item"),
        "channel": channel.lower(),
        "occurred_at": occurred_at.isoformat(),
        "address": _web_address(cells, "address", shares.ADDRESS_LENGTH),
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
    kind = _one_of(cells["kind"], _KINDS, "kind")
    began = _one_of(cells["began"], _BEGAN, "began")
    answered = _one_of(cells["answered"], _ANSWERED, "answered") == "true"
    if kind == Kind.MET and not answered:
        raise Invalid("who met took part: a row with kind met needs answered true")
    if kind == Kind.INTRODUCED and began != Began.ADVOCATE:
        raise Invalid("an introduction is begun by the advocate: began must be advocate")
    contact, contact_key = _contact(cells["contact"])
    values: dict[str, Any] = {
        "advocate": _email(cells["advocate"], "advocate"),
        "contact": contact,
        "occurred_at": occurred_at.isoformat(),
        "kind": kind,
        "began": began,
        "channel": _line(cells, "channel", conversations.CHANNEL_LENGTH),
        "note": _text(cells, "note", conversations.NOTE_LENGTH),
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
    external_id = _line(cells, "external_id", EXTERNAL_ID_LENGTH) or None
    content_hash = _hash(content or values)
    values["external_id"] = external_id
    identity = f"id {external_id}" if external_id else f"content {content_hash}"
    return Reading(order, identity, content_hash, answered, values)


def _hash(values: Mapping[str, Any]) -> str:
    return _digest(json.dumps(list(values.values())))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _kept_instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _missing(column: str) -> str:
    raise Invalid(f"{column} is empty")


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:60] + '…'}”"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _one_of(text: str, words: Sequence[str], column: str) -> str:
    word = text.lower()
    if word in words:
        return word
    if not word:
        return _missing(column)
    raise Invalid(f"{column} is unknown: {_quoted(text)}; it is {_either(words)}")


def _fitting(text: str, limit: int, column: str) -> str:
    if len(text) > limit:
        raise Invalid(f"{column} has {len(text)} letters; up to {limit} fit")
    return text


def _line(cells: Cells, column: str, limit: int) -> str:
    text = cells.get(column, "")
    if not text:
        return text
    text = _fitting(people.clean_name(text), limit, column)
    if not text.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in text):
        raise Invalid(f"{column} holds a control character")
    return text


def _text(cells: Cells, column: str, limit: int) -> str:
    text = cells.get(column, "")
    if not text:
        return text
    return _fitting(unicodedata.normalize("NFC", text.replace("\r\n", "\n")), limit, column)


def _web_address(cells: Cells, column: str, limit: int) -> str:
    text = _line(cells, column, limit)
    if text and not text.startswith(("http://", "https://")):
        raise Invalid(f"{column} does not begin with https://: {_quoted(text)}")
    return text


def _email(text: str, column: str) -> str:
    email = email_key(text)
    if not email:
        return _missing(column)
    if not contacts.looks_like_email(email):
        raise Invalid(f"{column} is not an e-mail address: {_quoted(text)}")
    return _fitting(email, people.EMAIL_LENGTH, column)


def _contact(text: str) -> tuple[str, str]:
    try:
        cleaned = contacts.checked(text)
    except Invalid as refused:
        if not text:
            return _missing("contact"), ""
        raise Invalid(f"contact cannot be so: {refused.message}") from refused
    return cleaned, contacts.key(cleaned)


def _day(text: str, column: str) -> str | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{column} is not a date: {_quoted(text)}; write 2026-10-05") from None
    if day < EARLIEST:
        raise Invalid(f"{column} lies before {EARLIEST.year}: {_quoted(text)}")
    return day.isoformat()


def _instant(cells: Cells, column: str, frame: Frame) -> datetime | None:
    text = cells.get(column, "")
    return frame.instant(text, column)[0] if text else None
