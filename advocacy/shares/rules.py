"""Channels: where an item can be shared, and the share page that each has."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote, urlencode, urlsplit

from advocacy.content.rules import TEXT_LENGTH, names_a_site
from advocacy.core.errors import Invalid
from advocacy.core.text import check_letters
from advocacy.points.rules import LATE_DAYS

ADDRESS_LENGTH = 2000
CHANNEL_LENGTH = 40
EXTERNAL_ID_LENGTH = 200
WORDS_LENGTH = TEXT_LENGTH
SERVER_LENGTH = 253

_HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LOOKS_AHEAD = re.compile(
    r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|mastodon|embed", re.IGNORECASE
)


class Channel(StrEnum):
    """Where a share can go from the portal; an import may name others."""

    LINKEDIN = "linkedin"
    X = "x"
    FACEBOOK = "facebook"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    WHATSAPP = "whatsapp"
    MAIL = "mail"
    COPY = "copy"


CHANNEL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Channel.LINKEDIN: "LinkedIn",
        Channel.X: "X",
        Channel.FACEBOOK: "Facebook",
        Channel.BLUESKY: "Bluesky",
        Channel.MASTODON: "Mastodon",
        Channel.WHATSAPP: "WhatsApp",
        Channel.MAIL: "Mail",
        Channel.COPY: "Copy the link",
    }
)

TAKES_WORDS = frozenset(
    {Channel.X, Channel.BLUESKY, Channel.MASTODON, Channel.WHATSAPP, Channel.MAIL}
)
"""The channels whose share page takes the words along; on the others they are pasted."""

LETTERS: Mapping[str, int] = MappingProxyType(
    {Channel.X: 280, Channel.BLUESKY: 300, Channel.MASTODON: 500}
)
"""How many letters fit into a post where that is few, the link among them."""

_LETTERS_OF_A_LINK = {Channel.X: 23, Channel.MASTODON: 23}


def _query(fields: Mapping[str, str]) -> str:
    """Return fields as a query, spaces as %20: not every app on a phone reads a plus as one."""
    return urlencode(fields, quote_via=quote)


_PAGES: Mapping[str, Callable[[str, str, str], str]] = MappingProxyType(
    {
        Channel.LINKEDIN: lambda link, _text, _title: (
            "https://www.linkedin.com/sharing/share-offsite/?" + _query({"url": link})
        ),
        Channel.X: lambda link, text, _title: (
            "https://x.com/intent/post?" + _query({"text": text, "url": link})
        ),
        Channel.FACEBOOK: lambda link, _text, _title: (
            "https://www.facebook.com/sharer/sharer.php?" + _query({"u": link})
        ),
        Channel.BLUESKY: lambda link, text, _title: (
            "https://bsky.app/intent/compose?" + _query({"text": f"{text} {link}".strip()})
        ),
        Channel.WHATSAPP: lambda link, text, _title: (
            "https://wa.me/?" + _query({"text": f"{text} {link}".strip()})
        ),
        Channel.MAIL: lambda link, text, title: (
            f"mailto:?subject={quote(title)}&body=" + quote(f"{text}\r\n\r\n{link}".strip())
        ),
    }
)


def share_page(channel: str, *, link: str, text: str, title: str, server: str = "") -> str | None:
    """Return the address of a channel's own share page, or None when it has none.

    :param server: for Mastodon, the host of the person's own server.
    """
    if channel == Channel.MASTODON:
        query = _query({"text": f"{text} {link}".strip()})
        return f"https://{server}/share?{query}" if server else None
    page = _PAGES.get(channel)
    return page(link, text, title) if page else None


def check_address(address: str) -> None:
    """Refuse what is no address of a post; empty is none, which is fine.

    :raises Invalid: naming the field.
    """
    if len(address) > ADDRESS_LENGTH:
        raise Invalid(f"An address has up to {ADDRESS_LENGTH} letters.", field="address")
    check_letters(address, field="address")
    if address and not (address.startswith(("http://", "https://")) and names_a_site(address)):
        raise Invalid("An address begins with https:// and names a site.", field="address")


def checked_server(text: str) -> str:
    """Return the host of a person's Mastodon server, given as a host, an address or a handle.

    :raises Invalid: when it is none.
    """
    text = text.strip().lower()
    if text.startswith(("http://", "https://")):
        try:
            text = urlsplit(text).hostname or ""
        except ValueError:
            text = ""
    host = text.rpartition("@")[2].strip("/")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    labels = host.split(".")
    is_name = (
        len(labels) > 1 and all(map(_HOST_LABEL.fullmatch, labels)) and not labels[-1].isdecimal()
    )
    if not is_name or len(host) > SERVER_LENGTH:
        raise Invalid(
            "Write your server as it stands in your handle: mastodon.social.", field="server"
        )
    return host


def letters_over(channel: str, *, text: str, link: str) -> int:
    """Return by how many letters a post is too long for a channel, 0 when it fits."""
    limit = LETTERS.get(channel)
    if limit is None:
        return 0
    length = len(text) + len(" ") + _LETTERS_OF_A_LINK.get(Channel(channel), len(link))
    return max(0, length - limit)


def counts_from(today: date, *, joined: date, first_day: date) -> date:
    """Return the earliest day whose share still earns when it is logged today."""
    return max(today - timedelta(days=LATE_DAYS), joined, first_day)


def looks_ahead(user_agent: str) -> bool:
    """Tell whether a visitor is a program that reads pages before people do."""
    return _LOOKS_AHEAD.search(user_agent) is not None
