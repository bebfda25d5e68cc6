"""What a conversation is worth: the rules, as pure functions of a tie's deeds.

Days, never hours. A tie's deeds go in, what is due comes out, by (day, rule, evidence);
the order in which they were logged is not an argument.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from advocacy.points.rule_sets import FIRST_BOOK, FIRST_RULES, Kind, RuleBook, RuleSet

__all__ = ["FIRST_BOOK", "FIRST_RULES", "Kind", "RuleBook", "RuleSet"]

LATE_DAYS = 14
"""A deed logged more than so many days after it happened is remembered, but earns nothing."""

QUIET_DAYS = 90
"""A relationship is alive so many days after its last answered conversation."""

LASTING_MONTHS = 3
"""A tie lasts that was answered in so many calendar months."""


class Began(StrEnum):
    """Who began a conversation."""

    ADVOCATE = "advocate"
    CONTACT = "contact"


class Rule(StrEnum):
    """What an entry of the ledger was written for."""

    WEEK = "week"
    BEGINNING = "beginning"
    RETURN = "return"
    LASTING = "lasting"
    SHARE = "share"


class Evidence(StrEnum):
    """Whether the other side left a trace, or the advocate's word stands alone."""

    SEEN = "seen"
    WORD = "word"


KIND_ORDER: Mapping[str, int] = MappingProxyType({kind: n for n, kind in enumerate(Kind)})


class Deed(NamedTuple):
    """One conversation with one contact, as plain values.

    ``number`` names the conversation for whoever explains an entry; no rule looks at it.
    """

    day: date
    kind: str
    began: str
    answered: bool
    seen: bool
    number: int


class Key(NamedTuple):
    """What an amount is due for: a day, a rule, seen or on the advocate's word."""

    day: date
    rule: str
    evidence: str | None


class Due(NamedTuple):
    """An amount and the deed that earned it."""

    points: int
    deed: Deed


class Line(NamedTuple):
    """What the ledger says an amount is for: a key, and the kind of deed that earned it.

    Sums by key are the law; with the kind beside it a corrected deed is taken back as what it was
    and entered as what it is, so that an entry always says what built the points.
    """

    day: date
    rule: str
    evidence: str | None
    kind: str
    began: str


class Posting(NamedTuple):
    """What is to be entered: points of a line, and the number of the deed that it names."""

    line: Line
    points: int
    deed: int


class Life(NamedTuple):
    """A stretch of days on which a relationship was alive, both ends included."""

    starts_on: date
    ends_on: date
    revived: bool


def lines(earned: Mapping[Key, Due]) -> dict[Line, Due]:
    """Return what is due as the ledger writes it."""
    return {
        Line(*key, amount.deed.kind, amount.deed.began): amount for key, amount in earned.items()
    }


def postings(
    written: Mapping[Line, Mapping[int, int]],
    deeds: Collection[Deed],
    book: RuleBook = FIRST_BOOK,
) -> Iterator[Posting]:
    """Yield what has to be entered so that the ledger says what a tie is worth, and by which deed.

    Points that name a deed which no longer stands behind them are taken back, and entered anew in
    the name of one that does; where any does that is named, nothing is moved between equals.

    :param written: what the ledger says, by line and by the number of the deed that it names.
    """
    earned = lines(due(deeds, book))
    standing = {deed.number: deed for deed in deeds}
    for line in {**written, **earned}:
        amount = earned.get(line)
        kept: dict[int, int] = {}
        for number, points in written.get(line, {}).items():
            deed = standing.get(number)
            if amount and deed and _stands_behind(deed, points, amount.deed, book.of(deed.day)):
                kept[number] = points
            else:
                yield Posting(line, -points, number)
        if amount and (difference := amount.points - sum(kept.values())):
            earning = amount.deed.number
            is_named = difference > 0 or earning in kept
            name = earning if is_named else max(kept, key=kept.__getitem__)
            yield Posting(line, difference, name)


def _stands_behind(deed: Deed, points: int, earning: Deed, rules: RuleSet) -> bool:
    """Tell whether a deed may go on being named for points, beside the one that earns them now."""
    if deed.number == earning.number:
        return True
    is_equal = deed._replace(number=earning.number, answered=earning.answered) == earning
    return is_equal and (deed.answered or points <= rules.unanswered[deed.kind])


def worth(deed: Deed, first_answered: date | None, rules: RuleSet = FIRST_RULES) -> int:
    """Return what a deed would earn if it stood alone in its week.

    :param first_answered: the day of the tie's first answered deed, if there is one.
    """
    if deed.answered:
        if deed.kind == Kind.MET and deed.seen:
            return rules.met_seen
        return rules.answered[deed.kind]
    known = first_answered is not None and first_answered < deed.day
    return rules.unanswered[deed.kind] if known and deed.began == Began.ADVOCATE else 0


def due(deeds: Iterable[Deed], book: RuleBook = FIRST_BOOK) -> dict[Key, Due]:
    """Return what a tie has earned by its deeds, by day, rule and evidence.

    Pure and independent of order. Deeds that are only remembered must be left out by the caller.
    What a deed is worth is said by the rule set of its own day; a bonus is paid once to a tie,
    whatever the rule sets say later.
    """
    deeds = sorted(deeds, key=_standing_order)
    answered = [deed for deed in deeds if deed.answered]
    first_answered = answered[0].day if answered else None
    return _weekly(deeds, first_answered, book) | _bonuses(answered, book)


def gain_of_answer(deeds: Collection[Deed], number: int, book: RuleBook = FIRST_BOOK) -> int:
    """Return what a tie would earn on top if a deed of it were answered, bonuses included.

    :param number: that of the deed; of one that is not among the deeds, nothing comes.
    """
    answered = [deed._replace(answered=True) if deed.number == number else deed for deed in deeds]
    return _worth_of(answered, book) - _worth_of(deeds, book)


def _worth_of(deeds: Iterable[Deed], book: RuleBook) -> int:
    return sum(amount.points for amount in due(deeds, book).values())


def _standing_order(deed: Deed) -> tuple[date, bool, int, int]:
    """Order by day; on one day seen before word, then the table's order."""
    return deed.day, not deed.seen, KIND_ORDER[deed.kind], deed.number


def _weekly(deeds: list[Deed], first_answered: date | None, book: RuleBook) -> dict[Key, Due]:
    """Credit each week, cut at the end of a month, with its deed that is worth most."""
    best: dict[tuple[int, int, bool], tuple[int, int, int, int, Deed]] = {}
    for deed in deeds:
        points = worth(deed, first_answered, book.of(deed.day))
        if points:
            day = deed.day.toordinal()
            week = ((day - 1) // 7, deed.day.month, deed.seen)
            rank = (-points, day, KIND_ORDER[deed.kind], deed.number, deed)
            if week not in best or rank < best[week]:
                best[week] = rank
    earned = {}
    for (number, month, seen), (minus_points, *_, deed) in best.items():
        by_trace = None if seen else best.get((number, month, True))
        counted = -by_trace[0] if by_trace else 0
        if (points := -minus_points - counted) > 0:
            evidence = Evidence.SEEN if seen else Evidence.WORD
            earned[Key(deed.day, Rule.WEEK, evidence)] = Due(points, deed)
    return earned


def _bonuses(answered: list[Deed], book: RuleBook) -> dict[Key, Due]:
    """Credit the second week, returns after silence, and the third calendar month."""
    earned = {}
    months: set[tuple[int, int]] = set()
    first_week = last = None
    begun = False
    for deed in answered:
        if deed.day == last:
            continue
        evidence = Evidence.SEEN if deed.seen else Evidence.WORD
        rules = book.of(deed.day)
        week = (deed.day.toordinal() - 1) // 7
        if first_week is None:
            first_week = week
        if begun and last is not None and (deed.day - last).days > QUIET_DAYS:
            earned[Key(deed.day, Rule.RETURN, evidence)] = Due(rules.return_, deed)
        elif not begun and week != first_week:
            begun = True
            earned[Key(deed.day, Rule.BEGINNING, evidence)] = Due(rules.beginning, deed)
        if len(months) < LASTING_MONTHS:
            months.add((deed.day.year, deed.day.month))
            if len(months) == LASTING_MONTHS:
                earned[Key(deed.day, Rule.LASTING, evidence)] = Due(rules.lasting, deed)
        last = deed.day
    return {key: amount for key, amount in earned.items() if amount.points}


def lives(deeds: Iterable[Deed]) -> list[Life]:
    """Return the stretches in which the relationship was alive, earliest first.

    A relationship exists from its second answered week on and is alive until 90 days after the
    last answered conversation; every later stretch is a revival.
    """
    days = sorted({deed.day for deed in deeds if deed.answered})
    weeks = {(day.toordinal() - 1) // 7 for day in days[:1]}
    begun = next((n for n, day in enumerate(days) if (day.toordinal() - 1) // 7 not in weeks), None)
    if begun is None:
        return []
    stretches: list[Life] = []
    start = last = days[begun]
    quiet = timedelta(days=QUIET_DAYS)
    for day in days[begun + 1 :]:
        if day - last > quiet:
            stretches.append(Life(start, last + quiet, bool(stretches)))
            start = day
        last = day
    stretches.append(Life(start, last + quiet, bool(stretches)))
    return stretches


def share_postings(
    written: Mapping[int, int], shares: Sequence[int], rules: RuleSet = FIRST_RULES
) -> Iterator[tuple[int, int]]:
    """Yield what has to be entered for a person's shares of a day: at most one share counts.

    Each is the number of a share and points; what names a share that is gone is taken back, and
    entered anew in the name of another.

    :param written: what the ledger says, by the number of the share that it names.
    :param shares: the numbers of the shares that count.
    """
    kept = 0
    for number, points in written.items():
        if number in shares:
            kept += points
        else:
            yield number, -points
    if shares and (difference := rules.share - kept):
        yield shares[0], difference


def month_points(seen: int, word: int, shares: int, rules: RuleSet = FIRST_RULES) -> int:
    """Return a month's points: what was seen, shares, and one's word up to the limit."""
    return seen + shares + min(word, rules.word_limit)


def is_near_limit(word: int, limit: int) -> bool:
    """Tell whether a month's points on one's word are near the limit on them, or past it."""
    return word > 0 and 5 * word >= 4 * limit


def strength(talks: Iterable[tuple[date, bool]], today: date) -> int:
    """Return how strong a tie is, 0 to 100, fading by half in 45 quiet days.

    :param talks: the day of each conversation and whether it was answered, whoever began.
    """
    return strength_by_week(talks, today)[0]


def strength_by_week(
    talks: Iterable[tuple[date, bool]], today: date
) -> tuple[int, list[tuple[date, float]]]:
    """Return a tie's strength, and the weeks that make it, latest first.

    Of each week the day of its last conversation, and what is left of the week's weight: 2, or 1
    with somebody who never answered, halved every 45 days.
    """
    last_of_week: dict[int, date] = {}
    ever_answered = False
    for day, answered in talks:
        if day <= today:
            week = (day.toordinal() - 1) // 7
            last_of_week[week] = max(day, last_of_week.get(week, day))
            ever_answered = ever_answered or answered
    weight = 2 if ever_answered else 1
    days = sorted(last_of_week.values(), reverse=True)
    weeks = [(day, weight * 2 ** (-(today - day).days / 45)) for day in days]
    shown = round(100 * (1 - 2 ** (-sum(left for _, left in weeks) / 4)))
    return shown if ever_answered else min(shown, 30), weeks


def strength_in_words(value: int, *, spoken: bool) -> str:
    """Return the word for a strength: the ring never stands without one."""
    if not spoken:
        return "not yet spoken"
    for limit, word in ((0, "long ago"), (24, "faint"), (49, "growing"), (74, "warm")):
        if value <= limit:
            return word
    return "close"


class Remembered(StrEnum):
    """Why a deed is shown but earns nothing."""

    LATE = "late"
    BEFORE_PROGRAMME = "before the programme"
    BEFORE_JOINING = "before joining"
    COLLEAGUE = "colleague"
    SET_ASIDE = "set aside"


def remembered_only(
    day: date,
    logged_on: date,
    *,
    reported: bool,
    colleague: bool,
    joined: date,
    first_day: date,
    set_aside: bool = False,
) -> Remembered | None:
    """Return why a deed is only remembered, or None when it counts.

    :param reported: it came with an administrator's import or a connected system, which is
        seen, on time, and counts from its own day, however early.
    :param colleague: the contact's e-mail is that of a person of the programme.
    :param set_aside: a manager decided so after asking about it, whatever else holds.
    """
    if set_aside:
        return Remembered.SET_ASIDE
    if colleague:
        return Remembered.COLLEAGUE
    if reported:
        return None
    if (logged_on - day).days > LATE_DAYS:
        return Remembered.LATE
    if day < first_day:
        return Remembered.BEFORE_PROGRAMME
    return Remembered.BEFORE_JOINING if day < joined else None
