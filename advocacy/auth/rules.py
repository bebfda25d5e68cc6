"""Passwords, links, sessions, and how long one waits after signing in failed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address
from itertools import pairwise
from pathlib import Path

from advocacy.core.errors import Invalid

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 128
_SHORT = 12
_REPEATED = 4
PRODUCT = "Advocacy"
SIGN_IN_LASTS = timedelta(days=30)
HALF_SIGNED_IN_LASTS = timedelta(minutes=10)
"""How long one may take between the password and the second step."""
FRESH_FOR = timedelta(minutes=15)
"""How long after both steps they count for changing what one signs in with."""
EMAIL_CHANGE_LASTS = timedelta(days=2)
DEVICE_LENGTH = 60
SEEN_EVERY = timedelta(hours=1)


class Purpose(StrEnum):
    """What a one-time link is for."""

    SET_UP = "set-up"
    INVITATION = "invitation"
    FORGOTTEN = "forgotten"


LASTS = {
    Purpose.SET_UP: timedelta(days=7),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.FORGOTTEN: timedelta(hours=2),
}
"""How long a one-time link works."""


def check_password(password: str, near: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, very common or near at hand; nothing else.

    :param near: what is tried first for this person: names and addresses.
    :raises Invalid: naming the field.
    """
    if len(password) < PASSWORD_SHORTEST:
        raise Invalid(f"Use at least {PASSWORD_SHORTEST} letters.", field="password")
    if len(password) > PASSWORD_LONGEST:
        raise Invalid(f"Use at most {PASSWORD_LONGEST} letters.", field="password")
    folded = password.lower()
    if folded in _common_passwords() or _is_one_pattern(folded):
        raise Invalid(
            "This is one of the passwords that are tried first. Choose one of your own.",
            field="password",
        )
    if _letters(password) in {made for words in (PRODUCT, *near) for made in _made_of(words)}:
        raise Invalid(
            "This is little more than a name that others know. Choose one of your own.",
            field="password",
        )


def _is_one_pattern(password: str) -> bool:
    """Tell whether a few letters come again and again, or each is the next of the one before.

    Short ones of plain letters and digits are among the most common. The list leaves them out,
    since zxcvbn knows them without one.
    """
    if len(password) > _SHORT or not (password.isascii() and password.isalnum()):
        return False
    again = any(
        password == (password[:length] * len(password))[: len(password)]
        for length in range(1, _REPEATED + 1)
    )
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return again or steps in ({1}, {-1})


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())


def _made_of(words: str) -> Iterator[str]:
    """Yield the letters of each word, of all of them, and of an address before its @."""
    parts = "".join(letter if letter.isalpha() else " " for letter in words).split()
    yield from filter(None, map(_letters, (*parts, words, words.partition("@")[0])))


@cache
def _common_passwords() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in lines.splitlines() if not line.startswith("#"))


class Throttled(StrEnum):
    """What failures are counted for, each with its own patience."""

    ACCOUNT = "account"
    DEVICE = "device"
    ADDRESS = "address"


SKEW = timedelta(minutes=2)
"""What clocks may differ by. What lies further in the future was written by a wrong one."""
_FREE = {Throttled.ACCOUNT: 5, Throttled.DEVICE: 10, Throttled.ADDRESS: 50}
"""How many failures pass before one has to wait: many people share the address of an office."""
_LONGEST_PAUSE = timedelta(minutes=15)
_NETWORK_BITS = 64
FORGIVEN_AFTER = timedelta(hours=12)
"""Failures are forgotten after so much quiet."""


def free_again(what: Throttled, failures: int, last_at: datetime) -> datetime:
    """Return from when on signing in may be tried again.

    Each failure above the free ones doubles the pause, from two seconds to a quarter of an
    hour and never more: nobody is locked out for good.
    """
    above = failures - _FREE[what]
    if above < 0:
        return last_at
    return last_at + min(timedelta(seconds=2 ** min(above + 1, 12)), _LONGEST_PAUSE)


def network_of(address: str) -> str:
    """Return what failures from an address are counted for: in IPv6 its /64.

    Whoever has one address there has all of them, to change at every try.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _NETWORK_BITS << _NETWORK_BITS)}/{_NETWORK_BITS}"


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_in_words(user_agent: str) -> str:
    """Return a browser in words that its owner recognises: Firefox on Android."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " on ".join(word for word in (browser, system) if word) or "Another browser"
