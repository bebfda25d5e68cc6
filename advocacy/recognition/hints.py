"""What looks unusual in a person's month: hints for whoever closes it, never penalties.

Pure functions of plain values. A hint says what it saw in neutral words, with its figures and the
conversations it speaks of; what it means is for people to find out. The thresholds were set on
real correspondence, where under one in ten months of a person carries a hint; docs/validity.md
says what they find and what slips through.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from advocacy.core.time import monday_of
from advocacy.points.rules import Began, Deed

FIRST_ANSWERS = 7
"""First answers logged on one day. Real people's busiest day of a month has one, seldom five."""

SIDED_TALKS = 20
SIDED_PERCENT = 90
"""Begun by one side. Of so many conversations and more, real people's reached 89 in a hundred."""

ONCE_PEOPLE = 10
"""So many people, and nobody on two days: who really talks comes back to somebody in a month."""

OUTREACH = 20
OUTREACH_PERCENT = 10
"""Begun, and answered less often than this; real calls and texts are so four times more often."""

COLLEAGUES = 3
COLLEAGUES_TALKS = 10
COLLEAGUES_PERCENT = 60
"""Colleagues share a switchboard, a courier, a customer: up to half of a real month."""

ONE_DAY_TALKS = 10
ONE_DAY_PERCENT = 80
ONE_DAY_SPAN = 3
"""Logged on one day, though they took place on several: a fair is one day, a month is not."""


class Unusual(StrEnum):
    """What a hint points at."""

    FIRST_ANSWERS = "many first answers at once"
    ONE_SIDED = "nearly all begun by one side"
    NOBODY_TWICE = "nobody spoken with twice"
    NO_ANSWERS = "outreach without answers"
    COLLEAGUES = "contacts that several colleagues log in the same week"
    ONE_DAY = "a month filled on one day"


class Talk(NamedTuple):
    """What one contact took part in; a conversation with several is as many talks of one number.

    :param tie: tells one person's contacts apart.
    :param contact: what tells that colleagues mean the same person outside, such as an address;
        empty when nothing does.
    """

    deed: Deed
    tie: int
    logged_on: date
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """What looks unusual: a sentence, the figures in it, and the conversations it speaks of.

    ``figures`` always has ``seen``: how many of these conversations the other side left a trace of.
    """

    kind: Unusual
    words: str
    figures: Mapping[str, int]
    deeds: Sequence[int]


def hints_of(talks: Collection[Talk], *, answered_before: Collection[int]) -> list[Hint]:
    """Return what looks unusual in a person's month.

    :param talks: all of the month, counted or not, without what was taken back.
    :param answered_before: the ties that had an answer before this month.
    """
    ordered = sorted(talks, key=lambda talk: (talk.deed.day, talk.deed.number, talk.tie))
    return [
        *_first_answers(ordered, answered_before),
        *_one_sided(ordered),
        *_nobody_twice(ordered),
        *_no_answers(ordered),
        *_one_day(ordered),
    ]


def shared_contacts(months: Mapping[int, Collection[Talk]]) -> dict[int, Hint]:
    """Return the hint about contacts that several colleagues log, by the person who has one.

    :param months: everybody's talks of one month, by person.
    """
    loggers: defaultdict[tuple[str, date], set[int]] = defaultdict(set)
    for person, talks in months.items():
        for talk in talks:
            loggers[talk.contact, monday_of(talk.deed.day)].add(person)
    shared = {key for key, people in loggers.items() if len(people) >= COLLEAGUES}
    found = {person: shared_hint(talks, shared) for person, talks in months.items()}
    return {person: hint for person, hint in found.items() if hint}


def shared_hint(talks: Collection[Talk], shared: Collection[tuple[str, date]]) -> Hint | None:
    """Return the hint about contacts that several colleagues log, if a person's month has it.

    :param shared: the contacts that enough colleagues logged in a week, each with its Monday.
    """
    common = [
        talk
        for talk in talks
        if talk.contact and (talk.contact, monday_of(talk.deed.day)) in shared
    ]
    count, of = len(_numbers(common)), len(_numbers(talks))
    if count < COLLEAGUES_TALKS or not _reaches(count, of, COLLEAGUES_PERCENT):
        return None
    words = (
        f"{count} of {of} conversations were with people whom "
        f"{COLLEAGUES} or more colleagues logged in the same week"
    )
    contacts = len({talk.contact for talk in common})
    figures = {"shared": count, "conversations": of, "contacts": contacts}
    return _hint(Unusual.COLLEAGUES, words, figures, common)


def _first_answers(talks: Sequence[Talk], answered_before: Collection[int]) -> Iterator[Hint]:
    firsts: dict[int, Talk] = {}
    for talk in talks:
        if talk.deed.answered and talk.tie not in answered_before:
            firsts.setdefault(talk.tie, talk)
    day, most = _busiest(firsts.values())
    if len(most) >= FIRST_ANSWERS:
        words = f"The first answers of {len(most)} people were logged on {_said(day)}"
        yield _hint(Unusual.FIRST_ANSWERS, words, {"people": len(most)}, most)


def _one_sided(talks: Sequence[Talk]) -> Iterator[Hint]:
    of = len(_numbers(talks))
    for side, name in ((Began.ADVOCATE, "the advocate"), (Began.CONTACT, "the other side")):
        begun = [talk for talk in talks if talk.deed.began == side]
        count = len(_numbers(begun))
        if of >= SIDED_TALKS and _reaches(count, of, SIDED_PERCENT):
            words = f"{count} of {of} conversations were begun by {name}"
            yield _hint(Unusual.ONE_SIDED, words, {"begun": count, "conversations": of}, begun)


def _nobody_twice(talks: Sequence[Talk]) -> Iterator[Hint]:
    people = {talk.tie for talk in talks}
    days = {(talk.tie, talk.deed.day) for talk in talks}
    if len(people) >= ONCE_PEOPLE and len(days) == len(people):
        words = f"{len(people)} people were spoken with, none of them on two days"
        yield _hint(Unusual.NOBODY_TWICE, words, {"people": len(people)}, talks)


def _no_answers(talks: Sequence[Talk]) -> Iterator[Hint]:
    begun = [talk for talk in talks if talk.deed.began == Began.ADVOCATE]
    of = len(_numbers(begun))
    answered = len(_numbers(talk for talk in begun if talk.deed.answered))
    if of >= OUTREACH and answered * 100 < of * OUTREACH_PERCENT:
        words = f"{answered} of {of} conversations that the advocate began were answered"
        yield _hint(Unusual.NO_ANSWERS, words, {"answered": answered, "conversations": of}, begun)


def _one_day(talks: Sequence[Talk]) -> Iterator[Hint]:
    day, most = _busiest(talks)
    count, of = len(_numbers(most)), len(_numbers(talks))
    is_spread = len({talk.deed.day for talk in most}) >= ONE_DAY_SPAN
    if of >= ONE_DAY_TALKS and is_spread and _reaches(count, of, ONE_DAY_PERCENT):
        words = f"{count} of {of} conversations were logged on {_said(day)}"
        yield _hint(Unusual.ONE_DAY, words, {"logged": count, "conversations": of}, most)


def _busiest(talks: Iterable[Talk]) -> tuple[date, list[Talk]]:
    """Return the day on which most of some talks were logged, the earliest of equals, and those."""
    talks = list(talks)
    logged = Counter(talk.logged_on for talk in talks)
    day = min(logged, key=lambda one: (-logged[one], one), default=date.min)
    return day, [talk for talk in talks if talk.logged_on == day]


def _numbers(talks: Iterable[Talk]) -> set[int]:
    return {talk.deed.number for talk in talks}


def _reaches(part: int, whole: int, percent: int) -> bool:
    return part * 100 >= whole * percent


def _said(day: date) -> str:
    return f"{day.day} {day:%B}"


def _hint(kind: Unusual, words: str, figures: Mapping[str, int], talks: Collection[Talk]) -> Hint:
    deeds = tuple(sorted(_numbers(talks)))
    seen = len(_numbers(talk for talk in talks if talk.deed.seen))
    of_them = "all" if seen == len(deeds) else seen or "none"
    return Hint(
        kind,
        f"{words}; {of_them} of them seen.",
        {**figures, "seen": seen},
        deeds,
    )
