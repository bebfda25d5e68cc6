"""Rule sets: the few numbers of the rules, version by version, each in force from a month on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from advocacy.core.errors import Invalid
from advocacy.core.text import check_letters
from advocacy.core.time import month_of, parse_month, shift_month, words_for_period

MOST_POINTS = 100
"""What one deed or bonus can be worth at most: more would be a slip."""
MOST_ON_WORD = 10_000
EXPLANATION_LENGTH = 500
MONTHS_AHEAD = 12


class Kind(StrEnum):
    """The kinds of conversation, in the order that decides between equals."""

    COMMENTED = "commented"
    WROTE = "wrote"
    INTRODUCED = "introduced"
    CALLED = "called"
    MET = "met"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The numbers of one version of the rules, in points."""

    answered: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {Kind.COMMENTED: 4, Kind.WROTE: 4, Kind.INTRODUCED: 6, Kind.CALLED: 8, Kind.MET: 8}
        )
    )
    unanswered: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {Kind.COMMENTED: 1, Kind.WROTE: 1, Kind.INTRODUCED: 1, Kind.CALLED: 2, Kind.MET: 0}
        )
    )
    met_seen: int = 12
    beginning: int = 8
    return_: int = 4
    lasting: int = 8
    share: int = 1
    word_limit: int = 200

    def numbers(self) -> dict[str, int]:
        """Return every number by its name, as tables and forms know them."""
        plain = ("met_seen", "beginning", "return_", "lasting", "share", "word_limit")
        return {
            **{str(kind): self.answered[kind] for kind in Kind},
            **{f"{kind}_unanswered": self.unanswered[kind] for kind in Kind if kind != Kind.MET},
            **{name: getattr(self, name) for name in plain},
        }

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, int]) -> Self:
        """Return the rule set of numbers by their names."""
        answered: dict[str, int] = {kind: numbers[kind] for kind in Kind}
        unanswered: dict[str, int] = {kind: numbers.get(f"{kind}_unanswered", 0) for kind in Kind}
        rest = {
            name: numbers[name]
            for name in ("met_seen", "beginning", "return_", "lasting", "share", "word_limit")
        }
        return cls(MappingProxyType(answered), MappingProxyType(unanswered), **rest)


FIRST_RULES = RuleSet()
"""The rule set of every month before the first version that somebody set."""

NUMBERS = tuple(FIRST_RULES.numbers())


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The versions of the rules by the month that each is in force from, earliest first."""

    versions: tuple[tuple[str, RuleSet], ...] = (("", FIRST_RULES),)

    def of_month(self, month: str) -> RuleSet:
        """Return the rule set in force in a month."""
        return next(rules for start, rules in reversed(self.versions) if start <= month)

    def of(self, day: date) -> RuleSet:
        """Return the rule set in force on a day."""
        return self.versions[0][1] if len(self.versions) == 1 else self.of_month(month_of(day))

    def changed_from(self, month: str, rules: RuleSet) -> "RuleBook":
        """Return the book in which other rules are in force from a month on."""
        before = tuple(version for version in self.versions if version[0] < month)
        return RuleBook((*before, (month, rules)))


FIRST_BOOK = RuleBook()


def check(rules: RuleSet) -> None:
    """Refuse numbers that cannot be meant.

    :raises Invalid: naming the number.
    """
    for name, points in rules.numbers().items():
        most = MOST_ON_WORD if name == "word_limit" else MOST_POINTS
        if not 0 <= points <= most:
            raise Invalid(f"A whole number from 0 to {most:,}, please.", field=name)
    for kind in Kind:
        if rules.unanswered[kind] > rules.answered[kind]:
            raise Invalid(
                f"Without an answer it can be worth {rules.answered[kind]} at most, as answered.",
                field=f"{kind}_unanswered",
            )
    if rules.met_seen < rules.answered[Kind.MET]:
        raise Invalid(
            f"A meeting that was seen is worth at least the {rules.answered[Kind.MET]} of one on "
            "somebody’s word.",
            field="met_seen",
        )


def check_coming(month: str, today: date) -> None:
    """Refuse a month that has begun, or that is more than a year away.

    :raises Invalid: saying which.
    """
    parse_month(month)
    this = month_of(today)
    if month <= this:
        raise Invalid(
            f"{words_for_period(month)} has begun: what its deeds are worth stands. Choose "
            f"{words_for_period(shift_month(this, 1))} or a later month.",
            field="from_month",
        )
    if month > (last := shift_month(this, MONTHS_AHEAD)):
        raise Invalid(f"Up to {words_for_period(last)}, please.", field="from_month")


def checked_explanation(text: str) -> str:
    """Return the words for a version, tidied.

    :raises Invalid: when they are missing, too long, or hold letters that cannot be kept.
    """
    words = text.strip()
    if not words:
        raise Invalid("Say why, in a sentence: everybody reads it.", field="explanation")
    if len(words) > EXPLANATION_LENGTH:
        raise Invalid(f"Up to {EXPLANATION_LENGTH} letters, please.", field="explanation")
    check_letters(words, field="explanation")
    return words
