"""What may be said about a conversation, and until when it can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from advocacy.core.errors import Invalid
from advocacy.points.rules import LATE_DAYS, Began, Kind

NOTE_LENGTH = 2000
CHANNEL_LENGTH = 40
EXTERNAL_ID_LENGTH = 200
PEOPLE_LIMIT = 20
INTRODUCED_PEOPLE = 2

_KINDS = frozenset(Kind)
_BEGAN = frozenset(Began)


class Source(StrEnum):
    """What can vouch for a conversation."""

    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Said:
    """A conversation as the advocate tells it, before it is written."""

    day: date
    kind: str
    began: str
    answered: Sequence[bool]
    channel: str = ""
    note: str = ""


def check(said: Said, today: date) -> None:
    """Refuse what cannot be so.

    :raises Invalid: naming the field: dated after today, met and not answered, an introduction
        of anything but two people by the advocate.
    """
    if said.kind not in _KINDS:
        raise Invalid("Say how you spoke: one of the five kinds.", field="kind")
    if said.began not in _BEGAN:
        raise Invalid("Say who began: you or they.", field="began")
    if said.day > today:
        raise Invalid(
            "That day is still to come. Log it once you have spoken.", field="occurred_on"
        )
    if not said.answered:
        raise Invalid("Say with whom: a name is enough.", field="contact")
    if len(said.answered) > PEOPLE_LIMIT:
        raise Invalid(f"Up to {PEOPLE_LIMIT} people fit in one conversation.", field="contact")
    if said.kind == Kind.MET and not all(said.answered):
        raise Invalid("You met, so choose Yes.", field="answered")
    if said.kind == Kind.INTRODUCED and said.began != Began.ADVOCATE:
        raise Invalid("An introduction is yours to begin: choose I did.", field="began")
    _check_text("channel", said.channel, CHANNEL_LENGTH)
    _check_text("note", said.note, NOTE_LENGTH)


def _check_text(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(f"Up to {limit} letters fit here.", field=field)
    if "\0" in text:
        raise Invalid("A control character cannot stand here.", field=field)


def check_introduction(said: Said) -> None:
    """Refuse an introduction that is not of exactly two people.

    :raises Invalid: naming the field. An import's row stands for one of the two and skips this.
    """
    if said.kind == Kind.INTRODUCED and len(said.answered) != INTRODUCED_PEOPLE:
        raise Invalid("An introduction is of exactly two people.", field="contact")


def can_be_changed(day: date, today: date) -> bool:
    """Tell whether kind, day, who began and contacts may still be changed by the advocate."""
    return today <= day + timedelta(days=LATE_DAYS)
