"""When a contact may be asked to confirm, and the words for it."""

import hmac
from base64 import b32encode
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from advocacy.contacts.rules import looks_like_email
from advocacy.conversations.rules import NOUNS, Source
from advocacy.core.time import first_day, next_period
from advocacy.points.rules import FIRST_RULES, Kind, RuleSet

LASTS = timedelta(days=30)
"""How long a link works."""
FRESH_DAYS = 30
"""A card offers to ask about talks of so many days: people remember what was lately."""


class Answer(StrEnum):
    """What the contact said by the link."""

    YES = "yes"
    NO = "no"
    FORGOTTEN = "forgotten"


def code_of(secret: str, seed: str) -> str:
    """Return the code of a link: 160 bits that follow from our secret and a random seed.

    The database keeps the seed and the hash of the code, so a copy of it opens no link, and the
    advocate can be shown the link again.
    """
    drawn = hmac.digest(secret.encode(), f"confirmation {seed}".encode(), "sha256")
    return b32encode(drawn[:20]).decode().lower()


_TITLES = frozenset("dr prof mr mrs ms miss sir herr frau mme m".split())


def first_name(name: str) -> str:
    """Return the first name of somebody as others may read it; of an address nothing.

    Titles are passed over, and what comes before a comma is taken for the last name.
    """
    if looks_like_email(name):
        return ""
    words = (name.partition(",")[2] or name).split()
    kept = [word for word in words if word.rstrip(".").casefold() not in _TITLES]
    return (kept or words or [""])[0]


_SAYS: Mapping[str, str] = MappingProxyType(
    {
        Kind.COMMENTED: "that you two answered each other in public",
        Kind.WROTE: "that you two wrote to each other",
        Kind.INTRODUCED: "that you were introduced to somebody",
        Kind.CALLED: "that you two had a call",
        Kind.MET: "that you two met",
    }
)


def says(kinds: Sequence[str]) -> str:
    """Return what the advocate says happened that day, all of it, after “Avi says”."""
    return ", and ".join(_SAYS[Kind(kind)] for kind in kinds)


_DID: Mapping[str, str] = MappingProxyType(
    {
        Kind.COMMENTED: "we answered each other in public",
        Kind.WROTE: "we wrote to each other",
        Kind.INTRODUCED: "you were introduced to somebody",
        Kind.CALLED: "we had a call",
        Kind.MET: "we met",
    }
)


def ready_words(kind: str, day: date, contact: str) -> str:
    """Return words for the advocate to send beside the link."""
    hello = f"Hello {contact}, would" if contact else "Hello, would"
    return (
        f"{hello} you confirm with one tap that {_DID[kind]} on {day.day} {day:%B}? "
        "No account is needed, and no is an answer too."
    )


def brings(kind: str, rules: RuleSet = FIRST_RULES) -> str:
    """Return what a confirmation brings, as the advocate reads it."""
    beyond = (
        f"what is seen counts beyond the {rules.word_limit} points a month that your word can bring"
    )
    if kind == Kind.MET:
        return (
            f"Confirmed, the meeting is seen: worth {rules.met_seen} instead of "
            f"{rules.answered[kind]}, and {beyond}."
        )
    return f"Confirmed, the {NOUNS[kind]} is seen: {beyond}."


def why_not(
    contact: str,
    *,
    answered: bool,
    counted: bool,
    seen_by: str | None,
    said_on: date | None,
    quarter: str,
) -> str:
    """Return why there is nothing to ask a contact about a conversation, nothing when there is.

    :param answered: whether the conversation is.
    :param counted: whether it is more than remembered.
    :param seen_by: the source that saw it already.
    :param said_on: the day on which the contact answered a link of this quarter.
    """
    if seen_by == Source.CONFIRMED:
        return f"{contact} has confirmed it already."
    if seen_by is not None:
        return "It is seen already: an import reported a talk that day."
    if not counted:
        return "It is remembered only, and a confirmation would not change that."
    if not answered:
        return "It is not answered yet. Once it is, there is something to confirm."
    if said_on is not None:
        again = first_day(next_period(quarter) or quarter)
        return (
            f"{contact} gave an answer on {said_on.day} {said_on:%B}. Once a quarter is enough: "
            f"you can ask again from {again.day} {again:%B} on."
        )
    return ""
