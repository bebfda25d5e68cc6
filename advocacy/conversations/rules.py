"""What may be said about a conversation, and until when it can be changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from advocacy.core.errors import Invalid
from advocacy.core.text import check_length, check_letters
from advocacy.core.time import EARLIEST
from advocacy.points.rules import LATE_DAYS, Began, Kind

NOTE_LENGTH = 2000
CHANNEL_LENGTH = 40
EXTERNAL_ID_LENGTH = 200
REASON_LENGTH = 500
PEOPLE_LIMIT = 20
INTRODUCED_PEOPLE = 2

_KINDS = frozenset(Kind)
_BEGAN = frozenset(Began)


NOUNS: Mapping[str, str] = MappingProxyType(
    {
        Kind.COMMENTED: "comment",
        Kind.WROTE: "message",
        Kind.INTRODUCED: "introduction",
        Kind.CALLED: "call",
        Kind.MET: "meeting",
    }
)


class Source(StrEnum):
    """What can vouch for a conversation."""

    IMPORT = "import"
    CONFIRMED = "confirmed"


VOUCHES_FOR_ANY = (Source.IMPORT, Source.CONFIRMED)
"""The sources whose evidence makes a conversation of any kind seen."""


@dataclass(frozen=True, slots=True)
class Said:
    """A conversation as the advocate tells it, before it is written."""

    day: date
    kind: str
    began: str
    answered: Sequence[bool]
    channel: str = ""
    note: str = ""


def check(said: Said, today: date, who: str = "") -> None:
    """Refuse what cannot be so.

    :param who: the advocate's name, when it is a manager who says it.
    :raises Invalid: naming the field: the first of the problems.
    """
    for problem in problems(said, today, who):
        raise problem


def problems(said: Said, today: date, who: str = "") -> Iterator[Invalid]:
    """Yield all that cannot be so, each naming its field.

    Dated after today, met and not answered, an introduction of anything but two people by the
    advocate.
    """
    if not said.answered:
        yield Invalid("Say with whom: a name is enough.", field="contact")
    if len(said.answered) > PEOPLE_LIMIT:
        yield Invalid(f"Up to {PEOPLE_LIMIT} people fit in one conversation.", field="contact")
    if said.kind not in _KINDS:
        yield Invalid("Say how you spoke: one of the five kinds.", field="kind")
    if said.began not in _BEGAN:
        yield Invalid(f"Say who began: {who or 'you'} or they.", field="began")
    elif said.kind == Kind.INTRODUCED and said.began != Began.ADVOCATE:
        whose, choose = (f"{who}’s", who) if who else ("yours", "I did")
        yield Invalid(f"An introduction is {whose} to begin: choose {choose}.", field="began")
    if said.kind == Kind.MET and not all(said.answered):
        yield Invalid(f"{'They' if who else 'You'} met, so choose Yes.", field="answered")
    if said.day > today:
        once = "" if who else " Log it once you have spoken."
        yield Invalid(f"That day is still to come.{once}", field="occurred_on")
    if said.day < EARLIEST:
        yield Invalid(f"That lies before {EARLIEST.year}. Look at the year.", field="occurred_on")
    yield from _unfit("channel", said.channel, CHANNEL_LENGTH)
    yield from _unfit("note", said.note, NOTE_LENGTH)


def _unfit(field: str, text: str, limit: int) -> Iterator[Invalid]:
    try:
        check_length(text, limit, field=field)
        if field != "note" or "\0" in text:  # a note may go over several lines
            check_letters(text, field=field)
    except Invalid as refused:
        yield refused


def check_introduction(said: Said) -> None:
    """Refuse an introduction that is not of exactly two people.

    :raises Invalid: naming the field. An import's row stands for one of the two and skips this.
    """
    if said.kind == Kind.INTRODUCED and len(said.answered) != INTRODUCED_PEOPLE:
        raise Invalid("An introduction is of exactly two people.", field="contact")


def can_be_changed(day: date, today: date) -> bool:
    """Tell whether kind, day, who began and contacts may still be changed by the advocate."""
    return today <= day + timedelta(days=LATE_DAYS)


def check_counts_from(day: date, first_day: date, joined: date, who: str) -> None:
    """Refuse a day before anything counts: what is moved there would silently earn nothing.

    :param first_day: the programme's.
    :param who: what the person is called, who ``joined``.
    :raises Invalid: naming the field.
    """
    if day >= max(first_day, joined):
        return
    since = f"{who} joined" if joined > first_day else "The programme began"
    begins = max(first_day, joined)
    raise Invalid(
        f"{since} on {begins.day} {begins:%B %Y}. What was before earns nothing.",
        field="occurred_on",
    )


OTHERS_PUT_RIGHT = "This is of your own month: another manager puts it right."


def why_not_put_right(who: str, *, is_own: bool, taken_back: bool, erased: bool) -> str:
    """Return why a manager can put nothing right about a conversation, nothing when one can.

    :param who: what the person is called.
    :param is_own: whether it is the manager's own.
    :param erased: whether everybody whom it was with is erased.
    """
    if is_own:
        return OTHERS_PUT_RIGHT
    if taken_back:
        return f"{who} took this conversation back, so there is nothing left to put right."
    if erased:
        return (
            "The name of whom this was with is erased. What was earned stays as it is, so there "
            "is nothing left to put right."
        )
    return ""


def in_short(day: date, kind: str, began: str, answered: int, people: int, *, who: str) -> str:
    """Return what is said of a conversation: a call of 3 March 2026, begun by you, answered.

    :param answered: how many of the people took part too.
    :param who: the advocate, as the reader calls them.
    """
    begun_by = who if began == Began.ADVOCATE else "the other side"
    if answered == people:
        reply = "answered"
    else:
        reply = f"answered by {answered} of {people}" if answered else "not answered yet"
    return f"{a_noun(kind)} of {day.day} {day:%B %Y}, begun by {begun_by}, {reply}"


def did(kind: str, began: str, contact: str) -> str:
    """Return what happened as a title: Called Sofia, Sofia wrote."""
    if kind == Kind.MET:
        return f"Met {contact}"
    if kind == Kind.INTRODUCED:
        return f"Introduced {contact}"
    if kind == Kind.COMMENTED:
        if began == Began.ADVOCATE:
            return f"A comment exchange with {contact}"
        return f"{at_the_start(contact)} commented"
    verb = "called" if kind == Kind.CALLED else "wrote"
    if began == Began.CONTACT:
        return f"{at_the_start(contact)} {verb}"
    return f"Called {contact}" if kind == Kind.CALLED else f"Wrote to {contact}"


def at_the_start(contact: str) -> str:
    """Return a label as it begins a sentence; a name stays as its bearer writes it."""
    if contact.startswith(("private contact ", "somebody whose ")):
        return contact[0].upper() + contact[1:]
    return contact


def did_with(kind: str, began: str, contact: str) -> str:
    """Return what happened as a title in the contact's own story: You called, Sofia wrote."""
    if kind == Kind.MET:
        return "You met"
    if kind == Kind.INTRODUCED:
        return f"You introduced {contact}"
    verb = "called" if kind == Kind.CALLED else str(kind)
    return f"{contact if began == Began.CONTACT else 'You'} {verb}"


def a_noun(kind: str) -> str:
    """Return a kind with its article: a call, an introduction."""
    noun = NOUNS[kind]
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def called_twice(kind: str, contact: str) -> str:
    """Return the caution that such a conversation of that day is there already."""
    return (
        f"There was {a_noun(kind)} with {contact} on that day already: undo this one "
        "if it is the same."
    )
