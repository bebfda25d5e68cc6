"""The life of an item and the limits of what it holds."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from advocacy.core.errors import Invalid
from advocacy.core.text import check_length, check_letters

TITLE_LENGTH = 200
URL_LENGTH = 2000
TEXT_LENGTH = 5000
TOPICS_LENGTH = 200
EXTERNAL_ID_LENGTH = 200
LAST_YEAR = 2999


class State(StrEnum):
    """Where an item stands; only a published one can be shared."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


_UNSEEN = frozenset({"Cc", "Cf"})
"""Control characters, and those that only turn the writing round."""


class Wording(NamedTuple):
    """What an item says: a title, a link with its caption or a text of its own, and topics."""

    title: str
    url: str
    text: str
    topics: str


_LIMITS = (TITLE_LENGTH, URL_LENGTH, TEXT_LENGTH, TOPICS_LENGTH)


def checked(title: str, url: str, text: str, topics: str) -> Wording:
    """Return the wording as it is kept.

    :raises Invalid: naming the field.
    """
    wording = Wording(
        _one_line(title),
        _one_line(url),
        unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip(),
        _one_line(topics),
    )
    if not wording.title:
        raise Invalid("A title is needed.", field="title")
    for field, said, limit in zip(Wording._fields, wording, _LIMITS, strict=True):
        check_length(said, limit, field=field)
        if field != "text" or "\0" in said:  # a text may go over several lines
            check_letters(said, field=field)
    check_url(wording.url)
    if not wording.url and not wording.text:
        raise Invalid("Give a link, or a text to share.", field="url")
    return wording


def check_url(url: str) -> None:
    """Refuse a link that leads to no site; empty is none, which is fine here.

    :raises Invalid: naming the field.
    """
    if url and not (url.startswith(("http://", "https://")) and names_a_site(url)):
        raise Invalid("A link begins with https:// and names a site.", field="url")


def names_a_site(url: str) -> bool:
    """Tell whether a browser can be led there: a host, a port, no space, nothing unseen."""
    if any(letter.isspace() or unicodedata.category(letter) in _UNSEEN for letter in url):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname and parts.hostname.encode("idna")) and parts.port != 0
    except ValueError:  # UnicodeError is one
        return False


def check_life(published_at: datetime | None, expires_at: datetime | None) -> None:
    """Refuse an end before the beginning.

    :raises Invalid: naming the field.
    """
    if published_at and expires_at and expires_at <= published_at:
        raise Invalid("It would be over before it begins.", field="expires_at")


def is_out(
    state: str, published_at: datetime | None, expires_at: datetime | None, now: datetime
) -> bool:
    """Tell whether everybody may read an item now."""
    begun = state == State.PUBLISHED and published_at is not None and published_at <= now
    return begun and (expires_at is None or expires_at > now)


def stands_as(
    state: str, published_at: datetime | None, expires_at: datetime | None, now: datetime
) -> State:
    """Return among which items one stands now: what is to come is a draft, what ended archived."""
    if is_out(state, published_at, expires_at, now):
        return State.PUBLISHED
    if state == State.PUBLISHED:
        to_come = published_at is None or published_at > now
        return State.DRAFT if to_come else State.ARCHIVED
    return State(state)


def end_of(last_day: date, zone: str) -> datetime:
    """Return the instant at which a day ends in an IANA time zone.

    :raises Invalid: when it is too far away to be meant.
    """
    if last_day.year > LAST_YEAR:
        raise Invalid("That is very far away. Leave it empty for no end.", field="expires_at")
    midnight = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(UTC)


def last_day(expires_at: datetime, zone: str) -> date:
    """Return the last day on which something that expires is still out."""
    return (expires_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def topics_of(topics: str) -> list[str]:
    """Return the topics that a line with commas names, each once, case aside."""
    found: dict[str, str] = {}
    for topic in map(str.strip, topics.split(",")):
        if topic:
            found.setdefault(topic.casefold(), topic)
    return list(found.values())


def commonest_topics(lines: Iterable[tuple[str, int]], most: int) -> list[str]:
    """Return the topics that most items name, from lines of topics and how many have each."""
    items: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for topics, count in lines:
        for topic in topics_of(topics):
            items[topic.casefold()] += count
            spelt.setdefault(topic.casefold(), topic)
    commonest = sorted(items, key=lambda topic: (-items[topic], topic))[:most]
    return [spelt[topic] for topic in commonest]


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
