"""The words for what a form sent: labels and values as people read them."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from advocacy.shares.rules import CHANNEL_NAMES
from advocacy.web.numbers import contact_number


class Sent(NamedTuple):
    """A field as it was sent."""

    name: str
    value: str


_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "contact": "With",
        "began": "Who began",
        "answered": "Answered",
        "answered_by": "Whose answer",
        "occurred_on": "When",
        "replied_on": "When you answered",
        "channel": "Where",
        "note": "What was said",
        "kind": "How",
        "shown": "On the board",
        "shared": "Managers may see the name",
        "url": "Link",
        "text": "Words",
    }
)
_VALUES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("kind", "commented"): "Comment",
        ("kind", "wrote"): "Message",
        ("kind", "called"): "Call",
        ("kind", "introduced"): "Introduction",
        ("kind", "met"): "In person",
        ("began", "advocate"): "I did",
        ("began", "contact"): "They did",
        ("answered", "true"): "Yes",
        ("answered", "false"): "Not yet",
        ("shown", "y"): "Yes",
        ("shared", "y"): "Yes",
        **{("channel", str(channel)): name for channel, name in CHANNEL_NAMES.items()},
    }
)
_MACHINES = frozenset(
    ("next sheet submit again undo code answer version seen replaces then other look").split()
)
"""What a form carries for itself: nobody typed it."""


def in_words(fields: Iterable[Sent], names: Mapping[int, str]) -> list[Sent]:
    """Return what a person typed or chose, in their words; the form's own fields left out.

    :param names: what contacts are called, by their number.
    """
    return [
        Sent(_label(name), _value(name, value.strip(), names))
        for name, value in fields
        if value.strip() and name not in _MACHINES
    ]


def _label(name: str) -> str:
    plain = name.rstrip("-0123456789")  # the lines of a list: name-0, name-1
    return _LABELS.get(plain, plain.replace("_", " ").capitalize())


def _value(name: str, value: str, names: Mapping[int, str]) -> str:
    if known := _VALUES.get((name, value)):
        return known
    if name in ("contact", "answered_by") and value.startswith("id:"):
        return names.get(contact_number(value) or 0, "somebody you know")
    if name.endswith("_on"):
        return _day(value)
    return value


def _day(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day.day} {day:%B %Y}"
