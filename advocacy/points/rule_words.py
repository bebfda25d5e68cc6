"""The rules as an advocate reads them, printed from a rule set."""

from typing import NamedTuple

from advocacy.points.rule_sets import Kind, RuleSet
from advocacy.points.rules import LATE_DAYS, QUIET_DAYS

_NOUNS = {
    Kind.COMMENTED: "Comment",
    Kind.WROTE: "Message",
    Kind.INTRODUCED: "Introduction, for each of the two",
    Kind.CALLED: "Call",
}

LABELS = {
    "commented": "Comment, answered",
    "commented_unanswered": "Comment, no answer yet",
    "wrote": "Message, answered",
    "wrote_unanswered": "Message, no answer yet",
    "introduced": "Introduction, taken up, for each of the two",
    "introduced_unanswered": "Introduction, not yet",
    "called": "Call, answered",
    "called_unanswered": "Call, no answer yet",
    "met": "In person, on one’s word",
    "met_seen": "In person, seen",
    "beginning": "A relationship begins",
    "return_": "A return after silence",
    "lasting": "A lasting tie",
    "share": "A share, once a day",
    "word_limit": "On one’s word in a month, at most",
}
"""What each number of a rule set is called, in the order in which one reads them."""


class Priced(NamedTuple):
    """A line of the table: a kind of conversation, and what it is worth either way."""

    noun: str
    answered: str
    unanswered: str


def priced(rules: RuleSet) -> list[Priced]:
    """Return the table of what a conversation is worth."""
    lines = [
        Priced(noun, str(rules.answered[kind]), str(rules.unanswered[kind]))
        for kind, noun in _NOUNS.items()
    ]
    in_person = f"{rules.met_seen} seen, {rules.answered[Kind.MET]} on your word"
    return [*lines, Priced("In person", in_person, "cannot be")]


def sentences(rules: RuleSet) -> list[str]:
    """Return everything that the table does not say, a sentence or two each."""
    return [
        "Each person counts once a week, Monday to Sunday, for what was worth most.",
        "“No answer yet” counts only with somebody who has answered you before. A message to a "
        "stranger earns nothing until it is answered; then it earns in full.",
        "A relationship begins in the second week you spoke, answered: "
        f"{_bonus(rules.beginning, once=True)}. Answered again after more than {QUIET_DAYS} "
        f"quiet days: {_bonus(rules.return_)}. Answered in a third calendar month: "
        f"{_bonus(rules.lasting, once=True)}.",
        f"A share is worth {in_points(rules.share)}, at most one a day.",
        f"Logged more than {LATE_DAYS} days after it happened: remembered, but no points.",
        f"What only you saw counts up to {in_points(rules.word_limit)} a month. What was seen has "
        "no limit: the other person confirmed it by a link that you sent, which can be answered "
        "once a quarter, or an import reported it.",
        "Points are always what the record is worth as it stands now. Put something right, and "
        "the difference is entered.",
        "Colleagues do not count. Followers, likes and clicks are worth nothing.",
    ]


def _bonus(points: int, *, once: bool = False) -> str:
    return f"+{points}{', once' if once else ''}" if points else "nothing more"


def in_points(number: int) -> str:
    """Return a number of points in words."""
    return f"{number:,} point{'' if number == 1 else 's'}"
