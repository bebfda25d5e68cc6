"""The words for what a tie earned, and for what a ring shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from advocacy.conversations.rules import NOUNS, a_noun, at_the_start, did
from advocacy.core.time import first_day, last_day, monday_of, month_of, words_for_period
from advocacy.points.rules import (
    FIRST_RULES,
    LATE_DAYS,
    QUIET_DAYS,
    Began,
    Evidence,
    Kind,
    Remembered,
    Rule,
    RuleSet,
)

ICONS: Mapping[str, str] = MappingProxyType(
    {
        Kind.COMMENTED: "reply",
        Kind.WROTE: "pen-line",
        Kind.INTRODUCED: "waypoints",
        Kind.CALLED: "phone",
        Kind.MET: "handshake",
    }
)


class Fate(StrEnum):
    """What became of the conversation that an entry was written for."""

    STANDS = "stands"
    CHANGED = "changed"
    FOLLOWED = "followed the record"
    TAKEN_BACK = "taken back"
    AGAIN = "counts again"
    SEEN = "seen since"
    ERASED = "erased"
    COLLEAGUE = "colleague"
    LATE = "late"
    BEFORE_PROGRAMME = "before the programme"
    BEFORE_JOINING = "before joining"
    SET_ASIDE = "set aside"
    OTHER_SET_ASIDE = "another set aside"
    OTHER_RESTORED = "another counts again"
    PUT_RIGHT = "put right"
    OTHER_PUT_RIGHT = "another put right"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry's plain values and what is known of its conversation, for putting into words.

    ``contact`` is the name as the reader may see it, ``you`` whether the reader is the advocate
    and ``advocate`` the advocate's name. ``confirmed`` tells what saw it: the contact said so.
    ``recorded_on`` is the day of entering it, ``is_closed`` whether its month is closed by now.
    """

    rule: str
    evidence: str | None
    points: int
    day: date
    month: str
    kind: str | None
    began: str | None
    contact: str
    answered_now: bool
    fate: Fate
    title: str = ""
    channel: str = ""
    introduced_to: str = ""
    you: bool = True
    advocate: str = ""
    gain: int = 0
    """What comes on top when they answer; asked only of what is not answered."""
    confirmed: bool = False
    recorded_on: date | None = None
    is_closed: bool = False
    set_aside: str = ""
    """By whom and why it was set aside."""
    again_on: date | None = None
    """Since when it counts again, after it was set aside."""
    put_right: str = ""
    """By whom, when and why a manager put it right."""
    came_with: str = ""
    """What was decided of another conversation as it was entered: set aside, or put right."""


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in words: a title, the reason in a sentence, and what it still waits for."""

    title: str
    reason: str
    waiting: str
    icon: str
    tone: str


def tone_of(kind: str | None, began: str | None) -> str:
    """Return the colour of a deed: in person sun, answers sea, other conversations leaf."""
    if kind is None:
        return "line"
    if kind == Kind.MET:
        return "sun"
    return "sea" if began == Began.CONTACT else "leaf"


def in_words(told: Told, rules: RuleSet = FIRST_RULES) -> Words:
    """Return an entry in words, made when it is read from its plain values."""
    if told.points < 0:
        return _taken_back(told)
    whose = "Your" if told.you else f"{told.advocate}’s"
    if told.rule == Rule.SHARE:
        what = f"Shared “{told.title}”" if told.title else "Shared something"
        reason = f"A share is worth {_points(rules.share)}, at most once a day." + _later(told)
        return Words(what, reason, "", "arrow-up-right", "line")
    tone = tone_of(told.kind, told.began)
    icon = ICONS.get(told.kind or "", "sprout")
    waiting = ""
    if told.rule == Rule.BEGINNING:
        title, icon = "A new relationship", "sprout"
        reason = (
            f"{whose} second week with an answered talk with {told.contact}: the relationship "
            f"begins. {_points(told.points)}, once."
        )
    elif told.rule == Rule.RETURN:
        title, icon = "A return", "sprout"
        reason = (
            f"The first answered talk with {told.contact} after more than {QUIET_DAYS} quiet days: "
            f"{_points(told.points)}."
        )
    elif told.rule == Rule.LASTING:
        title, icon = "A lasting tie", "history"
        reason = (
            f"{whose} third month with an answered talk with {told.contact}: "
            f"{_points(told.points)}, once."
        )
    else:
        title = did(told.kind or "", told.began or "", told.contact)
        if told.introduced_to and told.kind == Kind.INTRODUCED:  # it may have been a message once
            title += f" to {told.introduced_to}"
        reason, waiting = _weekly(told, rules)
    if told.came_with:
        reason += f" It counts since another conversation was {told.came_with}."
    reason += _evidence(told) + _later(told) + and_put_right(told.put_right)
    return Words(title, reason, waiting, icon, tone)


def and_put_right(put_right: str) -> str:
    """Return by whom and why something was put right as a sentence more, or nothing."""
    return f" {put_right[0].upper()}{put_right[1:]}." if put_right else ""


def _weekly(told: Told, rules: RuleSet) -> tuple[str, str]:
    kind = told.kind or ""
    noun = NOUNS[kind]
    full = rules.answered[kind]
    if kind == Kind.MET:
        full = rules.met_seen if told.evidence == Evidence.SEEN else full
    unanswered = rules.unanswered[kind]
    if told.began == Began.ADVOCATE and told.points == unanswered and not told.answered_now:
        reason = f"No answer yet: {told.points} of the {full} that an answered {noun} is worth."
        rest = full - told.points
        return reason, _waiting(told.gain, rest, told.contact, is_closed=told.is_closed)
    if told.began == Began.ADVOCATE and told.points == unanswered and unanswered != full:
        return f"Before {told.contact} answered: {told.points} of {full}.", ""
    if told.points == full:
        return _in_full(told, noun, full, rules), ""
    if told.points == full - unanswered:
        return (
            f"{at_the_start(told.contact)} has answered since: the other {told.points} of {full}.",
            "",
        )
    return f"Deeper than what this week had counted before: the difference to {full}.", ""


def _waiting(gain: int, rest: int, contact: str, *, is_closed: bool) -> str:
    """Return what an answer brings; more than the ``rest`` of the talk’s own worth is a bonus."""
    bonus = ", a bonus included" if gain > rest else ""
    where = ", entered in the month that is open then" if is_closed else ""
    return f"+{gain} when {contact} answers{bonus}{where}" if gain > 0 else ""


def _points(number: int) -> str:
    return f"{number} point{'' if number == 1 else 's'}"


def _in_full(told: Told, noun: str, full: int, rules: RuleSet) -> str:
    if told.kind != Kind.MET:
        if told.began == Began.CONTACT:
            who = "You" if told.you else told.advocate
            return f"{who} answered: {a_noun(told.kind or '')} is worth {full}."
        return f"An answered {noun} is worth {full}."
    if told.evidence == Evidence.SEEN:
        return f"A meeting that was seen is worth {full}."
    whose = "your" if told.you else f"{told.advocate}’s"
    return f"A meeting on {whose} word is worth {full}; seen, it would be {rules.met_seen}."


def _evidence(told: Told) -> str:
    """Say that it was seen; what is not said to be stands on the advocate's word."""
    if told.evidence != Evidence.SEEN:
        return ""
    if told.confirmed:
        return f" Seen: {told.contact} confirmed it by the link."
    return " Seen: an import reported a talk that day."


def _later(told: Told) -> str:
    if told.month == month_of(told.day):
        return ""
    closed = words_for_period(month_of(told.day))
    return (
        f" It is of {_said(told.day)}, and {closed} was closed by then: it counts in "
        f"{words_for_period(told.month)}."
    )


def _said(day: date) -> str:
    return f"{day.day} {day:%B}"


def words_entered(by_month: Mapping[str, int]) -> str:
    """Return the points that were entered in some months: −4 in November 2026, +2 in …."""
    return ", ".join(
        f"{points:+} in {words_for_period(month)}".replace("-", "−")
        for month, points in by_month.items()
    )


_ONCE: Mapping[str, str] = MappingProxyType(
    {
        Rule.WEEK: "a week with one person counts once",
        Rule.BEGINNING: "one relationship begins once",
        Rule.RETURN: "one relationship was not quiet for so long",
        Rule.LASTING: "one relationship has its third month once",
        Rule.SHARE: "",
    }
)
"""Why points go when two contacts turn out to be one person."""


_NOW: Mapping[str, str] = MappingProxyType(
    {
        Rule.WEEK: "as they have answered under one name, a message under the other counts too.",
        Rule.BEGINNING: "together it is a second week, so a relationship begins.",
        Rule.RETURN: f"together it is a return after more than {QUIET_DAYS} quiet days.",
        Rule.LASTING: "together it is a third month, so the tie lasts.",
    }
)


def why_as_one(rule: Rule, points: int, *, is_colleague: bool = False) -> str:
    """Return why a rule brings other points once two contacts are one person."""
    if is_colleague:
        return "one of the two is a colleague, and colleagues do not count."
    return _NOW[rule] if points > 0 else f"{_ONCE[rule]}."


def _taken_back(told: Told) -> Words:
    who = "you" if told.you else told.advocate
    what = {
        Rule.BEGINNING: "the new relationship",
        Rule.RETURN: "the return",
        Rule.LASTING: "the lasting tie",
        Rule.SHARE: "the share",
    }.get(Rule(told.rule), f"the {NOUNS.get(told.kind or '', 'conversation')}")
    with_whom = "" if told.rule == Rule.SHARE else f" with {told.contact}"
    on_day = f" on {_said(told.recorded_on)}" if told.recorded_on else ""
    from_before = "and these are the points from before"
    why = {
        Fate.TAKEN_BACK: f"{who} took it back{on_day}",
        Fate.COLLEAGUE: f"{told.contact} is a colleague, and colleagues do not count",
        Fate.CHANGED: f"{who} corrected it{on_day}, {from_before}",
        Fate.FOLLOWED: f"something that it rested on was corrected or taken back{on_day}",
        Fate.AGAIN: "for a while it did not count; it was entered again since",
        Fate.SEEN: "it is seen since, and counts as that",
        Fate.ERASED: "why is not known any more, since the name was erased",
        Fate.LATE: f"logged more than {LATE_DAYS} days after it happened, it does not count",
        Fate.BEFORE_PROGRAMME: "it lies before the programme began, so it does not count",
        Fate.BEFORE_JOINING: f"it lies before {who} joined, so it does not count",
        Fate.SET_ASIDE: told.set_aside,
        Fate.OTHER_SET_ASIDE: "another conversation was set aside, and this changed with it",
        Fate.OTHER_RESTORED: "another conversation counts again, and this changed with it",
        Fate.PUT_RIGHT: f"{told.put_right}, {from_before}",
        Fate.OTHER_PUT_RIGHT: "another conversation was put right, and this changed with it",
        Fate.MERGED: f"{who} made two contacts one{on_day}, and {_ONCE[Rule(told.rule)]}",
        Fate.STANDS: f"another {'share' if told.rule == Rule.SHARE else 'conversation'} "
        "counts in its place",
    }[told.fate]
    again = told.again_on
    since = f" It counts again since {again.day} {again:%B}." if again else ""
    of_what = f"{what[0].upper()}{what[1:]}{with_whom} of {_said(told.day)}"
    reason = f"{of_what}: {why}.{since}{_later(told)}"
    return Words(_TITLES.get(told.fate, "Correction"), reason, "", "undo-2", "well")


_TITLES: Mapping[str, str] = MappingProxyType(
    {
        Fate.TAKEN_BACK: "Taken back",
        Fate.SET_ASIDE: "Set aside",
        Fate.PUT_RIGHT: "Put right",
        Fate.MERGED: "Two made one",
    }
)
"""What an entry that takes points off is called, where it has a name of its own."""


_REMEMBERED: Mapping[str, str] = MappingProxyType(
    {
        Remembered.LATE: f"Remembered only: logged more than {LATE_DAYS} days after it happened.",
        Remembered.BEFORE_PROGRAMME: "Remembered only: it lies before the programme began.",
        Remembered.BEFORE_JOINING: "Remembered only: it lies before you joined.",
        Remembered.COLLEAGUE: "Remembered only: colleagues do not count.",
    }
)


def why_nothing(
    kind: str,
    began: str,
    answered: bool,
    remembered: Remembered | None,
    *,
    contact: str,
    gain: int = 0,
    set_aside: str = "",
    rules: RuleSet = FIRST_RULES,
    is_closed: bool = False,
    later: tuple[str, int] | None = None,
) -> tuple[str, str]:
    """Return why a conversation earned nothing, and what it may still bring.

    :param set_aside: by whom and why, of what is set aside.
    :param is_closed: whether the month of its day is closed.
    :param later: what it earned in another month since, when its own was closed: where, how much.
    """
    if remembered is Remembered.SET_ASIDE:
        by = set_aside or "set aside"
        return f"{by[0].upper()}{by[1:]}: it brings no points.", ""
    if remembered is not None:
        return _REMEMBERED[remembered], ""
    if later is not None:
        month, points = later
        where = words_for_period(month)
        return f"Its {_points(points)} came when this month was closed: entered in {where}.", ""
    if not answered and began == Began.CONTACT:
        return f"{contact} waits for your answer.", "counts when you answer"
    if not answered:
        full = rules.answered[kind]
        if gain <= 0:
            return (
                f"This {NOUNS[kind]} has no answer yet, and the week with {contact} counts already "
                "by another talk.",
                "",
            )
        return (
            f"This {NOUNS[kind]} has no answer yet: it is worth {full} once {contact} answers.",
            _waiting(gain, full, contact, is_closed=is_closed),
        )
    return "Counted already: each person counts once a week, for what is worth most.", ""


def week_of(day: date, month: str) -> tuple[date, date]:
    """Return the first and last day of a day's week, cut at the ends of a month.

    A day before the month, counted in it because its own month is closed, stands alone.
    """
    start = monday_of(day)
    end = start + timedelta(days=6)
    if month_of(day) != month:
        return start, end
    return max(start, first_day(month)), min(end, last_day(month))


def words_for_week(start: date, end: date) -> str:
    """Return a week as people say it: 16-22 November, 30 October, 28 October to 3 November."""
    if start == end:
        return f"{start.day} {start:%B}"
    if start.month == end.month:
        return f"{start.day}–{end.day} {end:%B}"
    return f"{start.day} {start:%B} to {end.day} {end:%B}"
