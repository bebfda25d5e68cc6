"""What cheating earns: planted cheats among the real people of a study, all on their word.

    python -m bench.gaming FOLDER [--output docs/validity.json]

Each cheat is one person in the study's fullest month, and is held against every month of every
real person: in flat points, one for each conversation begun and each share; by the rule set with
the real people seen, as an import is; and by the rule set with everybody on their word. Returns 1
when spam reaches the honest median.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from statistics import median
from typing import Any, NamedTuple

from advocacy.core.errors import Invalid
from advocacy.core.time import first_day, last_day, month_of
from advocacy.points.rules import FIRST_RULES, Began, Deed, Kind, month_points, remembered_only
from advocacy.recognition.hints import Hint, Talk, Unusual, hints_of, shared_contacts
from bench.ranks import percentile
from bench.study import Month, Study, Ties, folder_argument, months_of, read
from bench.validity_page import keep, show

SECONDS = 10
"""What a deed costs a cheat. An assumption, in the cheat's favour: an honest one is logged so."""

SPAM_A_DAY = 50
SHARES_A_DAY = 20
RING = 10
NAMES = 10
CALLED = 5
ANSWERED = 100
"""One stranger in so many answers spam."""


@dataclass(frozen=True)
class Cheat:
    """One planted person; what is not logged on one day is logged on its own."""

    name: str
    month: str
    ties: Ties
    shares: Sequence[date] = ()
    logged_on: date | None = None
    colleagues: Sequence[Ties] = ()
    is_spam: bool = False


class Honest(NamedTuple):
    """A real person's month."""

    person: str
    month: str
    came_to: Month
    talks: Sequence[Talk]
    answered_before: frozenset[int]


@dataclass
class Crowd:
    """The real people's months, and the sorted figures that a cheat is held against."""

    months: Sequence[Honest]
    flat: list[float] = field(init=False)
    seen: list[float] = field(init=False)
    word: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.flat = sorted(one.came_to.begun for one in self.months)
        self.seen = sorted(one.came_to.sum.points for one in self.months)
        self.word = sorted(month_points(0, one.came_to.sum.seen, 0) for one in self.months)

    def talks_in(self, month: str) -> dict[int, Sequence[Talk]]:
        """Return what everybody said in a month, by a number of each person's."""
        return {at: one.talks for at, one in enumerate(self.months) if one.month == month}


def crowd_of(study: Study) -> Crowd:
    """Return every month in which a real person spoke with somebody."""
    found = []
    for person in study.people:
        ties = study.ties[person]
        for month, came_to in sorted(months_of(ties).items()):
            found.append(Honest(person, month, came_to, *_said_in(month, ties)))
    return Crowd(found)


def cheats(study: Study, crowd: Crowd) -> list[Cheat]:
    """Return the planted people, in the month in which most real people spoke."""
    people = Counter(one.month for one in crowd.months)
    month = max(sorted(people), key=people.__getitem__)
    days = [first_day(month) + timedelta(days=at) for at in range(last_day(month).day)]
    workdays = [day for day in days if day.weekday() < 5]
    mondays = [day for day in days if day.weekday() == 0]
    spam = [(f"stranger {at} {day}", day) for day in workdays for at in range(SPAM_A_DAY)]
    ring = [
        _invented((f"member {who}", day) for day in mondays for who in range(RING) if who != member)
        for member in range(RING)
    ]
    confirmed = {
        who: [deeds[0]._replace(kind=Kind.MET, seen=True), *deeds[1:]]
        for who, deeds in ring[0].items()
    }
    calls = [(f"invented {who}", day) for day in mondays for who in range(CALLED)]
    meetings = _invented(((f"invented {day}", day) for day in days), Kind.MET)
    return [
        Cheat(
            "spam to strangers, nobody answers",
            month,
            _invented(spam, Kind.WROTE, answers=0),
            is_spam=True,
        ),
        Cheat(
            f"spam to strangers, one in {ANSWERED} answers",
            month,
            _invented(spam, Kind.WROTE, answers=ANSWERED),
            is_spam=True,
        ),
        Cheat("share spam", month, {}, shares=days * SHARES_A_DAY, is_spam=True),
        Cheat(
            "a meeting a workday, each with somebody invented",
            month,
            _invented(((f"invented {day}", day) for day in workdays), Kind.MET),
        ),
        Cheat(f"weekly calls with {CALLED} invented people", month, _invented(calls)),
        Cheat(
            "the same calls, every other one begun by the other side",
            month,
            _invented(calls, sides=tuple(Began)),
        ),
        Cheat(f"a ring of {RING} who call each other weekly", month, ring[0], colleagues=ring[1:]),
        Cheat(
            "the same ring, each confirming one meeting with each",
            month,
            confirmed,
            colleagues=ring[1:],
        ),
        Cheat(
            f"one friend under {NAMES} names, called weekly",
            month,
            _invented((f"name {who}", day) for day in mondays for who in range(NAMES)),
        ),
        Cheat("a meeting a day, all logged on the last", month, meetings, logged_on=days[-1]),
        _all_as_met(study, crowd),
    ]


def _invented(
    said: Iterable[tuple[str, date]],
    kind: Kind = Kind.CALLED,
    *,
    answers: int = 1,
    sides: Sequence[Began] = (Began.ADVOCATE,),
) -> dict[str, list[Deed]]:
    """Return deeds begun by the sides in turn, of which one in so many is answered; 0 is none."""
    ties: defaultdict[str, list[Deed]] = defaultdict(list)
    for number, (who, day) in zip(count(1), said, strict=False):
        answered = bool(answers) and number % answers == 0
        ties[who].append(Deed(day, kind, sides[number % len(sides)], answered, False, number))
    return dict(ties)


def _all_as_met(study: Study, crowd: Crowd) -> Cheat:
    """Return a real median month, on one's word, with every conversation logged as a meeting."""
    middle = median(crowd.seen)
    one = min(crowd.months, key=lambda honest: abs(honest.came_to.sum.points - middle))

    def told(deed: Deed) -> Deed:
        deed = deed._replace(seen=False)
        return (
            deed._replace(kind=Kind.MET, answered=True) if month_of(deed.day) == one.month else deed
        )

    ties = {who: [told(deed) for deed in deeds] for who, deeds in study.ties[one.person].items()}
    return Cheat("a real median month, everything logged as met", one.month, ties)


def _said_in(
    month: str, ties: Ties, logged_on: date | None = None
) -> tuple[list[Talk], frozenset[int]]:
    """Return the conversations of a month, and the ties that were answered before it."""
    talks, before = [], set()
    for tie, (who, deeds) in enumerate(ties.items()):
        for deed in deeds:
            if month_of(deed.day) == month:
                talks.append(Talk(deed, tie, logged_on or deed.day, who))
            elif deed.answered and month_of(deed.day) < month:
                before.add(tie)
    return talks, frozenset(before)


def _result(cheat: Cheat, crowd: Crowd) -> dict[str, Any]:
    counted = {
        who: [deed for deed in deeds if not _remembered(deed, cheat)]
        for who, deeds in cheat.ties.items()
    }
    earned = months_of(counted).get(cheat.month, Month()).sum
    earned.shares = FIRST_RULES.share * len(set(cheat.shares))
    unlimited = earned.seen + earned.word + earned.shares
    talks, before = _said_in(cheat.month, cheat.ties, cheat.logged_on)
    deeds = len(talks) + len(cheat.shares)
    flat = sum(talk.deed.began == Began.ADVOCATE for talk in talks) + len(cheat.shares)
    told = hints_of(talks, answered_before=before)
    together = crowd.talks_in(cheat.month) | {
        -number: _said_in(cheat.month, ties)[0]
        for number, ties in enumerate([cheat.ties, *cheat.colleagues], start=1)
    }
    told += [hint for who, hint in shared_contacts(together).items() if who == -1]
    return {
        "cheat": cheat.name,
        "deeds": deeds,
        "minutes": round(deeds * SECONDS / 60, 1),
        "flat points": flat,
        "flat percentile": round(percentile(flat, crowd.flat)),
        "points without the limit": unlimited,
        "percentile without the limit": round(percentile(unlimited, crowd.seen)),
        "points": earned.points,
        "percentile": round(percentile(earned.points, crowd.seen)),
        "percentile on one's word": round(percentile(earned.points, crowd.word)),
        "hints": [{"kind": hint.kind, "words": hint.words} for hint in told],
        "spam": cheat.is_spam,
    }


def _remembered(deed: Deed, cheat: Cheat) -> bool:
    return bool(
        remembered_only(
            deed.day,
            cheat.logged_on or deed.day,
            reported=False,
            colleague=False,
            joined=date.min,
            first_day=date.min,
        )
    )


def _limit(crowd: Crowd) -> dict[str, Any]:
    """Return what the limit would cost the real people if everything were on their word."""
    earned = [one.came_to.sum.seen for one in crowd.months]
    lost = [points - month_points(0, points, 0) for points in earned]
    losing = [points for points in lost if points]
    return {
        "limit": FIRST_RULES.word_limit,
        "months": len(losing),
        "percent of months": round(100 * len(losing) / len(lost)),
        "median loss": round(median(losing)) if losing else 0,
        "percent of points": round(100 * sum(lost) / sum(earned)),
    }


def _hints(crowd: Crowd) -> dict[str, Any]:
    """Return how many real months carry a hint, and which."""
    told: list[list[Hint]] = [
        hints_of(one.talks, answered_before=one.answered_before) for one in crowd.months
    ]
    for month in {one.month for one in crowd.months}:
        for at, hint in shared_contacts(crowd.talks_in(month)).items():
            told[at].append(hint)
    kinds = Counter(kind for hints in told for kind in {hint.kind for hint in hints})
    carrying = sum(1 for hints in told if hints)
    return {
        "months": carrying,
        "percent": round(100 * carrying / len(told), 1),
        "kinds": {str(kind): kinds[kind] for kind in Unusual},
    }


def results_of(study: Study) -> dict[str, Any]:
    """Return every figure, as the result file has it."""
    crowd = crowd_of(study)
    planted = cheats(study, crowd)
    return {
        "months": len(crowd.months),
        "month": planted[0].month,
        "medians": {
            "flat": round(median(crowd.flat)),
            "rules": round(median(crowd.seen)),
            "rules on one's word": round(median(crowd.word)),
        },
        "seconds a deed": SECONDS,
        "spam a day": SPAM_A_DAY,
        "shares a day": SHARES_A_DAY,
        "cheats": [_result(cheat, crowd) for cheat in planted],
        "limit": _limit(crowd),
        "hints": _hints(crowd),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each cheat reaches, and write it where asked; return 1 when spam pays."""
    parser = argparse.ArgumentParser(description="Plant cheats among real people.")
    folder_argument(parser)
    given = parser.parse_args(arguments)
    try:
        study = read(given.folder)
    except Invalid as refused:
        parser.error(refused.message)
    if not any(study.ties.values()):
        parser.error("conversations.csv has no conversation")
    results = results_of(study)
    print(show("gaming", results))
    if given.output:
        keep(given.output, "gaming", results)
    return int(spam_pays(results))


def spam_pays(results: Mapping[str, Any]) -> bool:
    """Tell whether any spam reaches the honest median, seen or on one's word."""
    return any(
        max(row["percentile"], row["percentile on one's word"]) >= 50
        for row in results["cheats"]
        if row["spam"]
    )


if __name__ == "__main__":
    sys.exit(main())
