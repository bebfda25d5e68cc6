"""Whether points follow relationships, on real correspondence: four scores side by side.

    python -m bench.validity FOLDER [--output docs/validity.json]

In each window of two or of three months every tie and every person is scored by what was known at
its end, and held against the next window. A study says whether an answer came within seven days,
so the last seven days of a window are left out for all scores alike: by its end all else is known.
Who does not speak in the next window has left the study, and is left out of that window.

All is seen, as an import is, so the limit on one's word takes nothing off.

The scores: ``activity``, a point for every conversation that the advocate began; ``count``, a
point for every conversation, whoever began it; ``rules``, the rule set; ``strength``, the ring.
A tie is alive, both ways, when each of the two began a conversation in the next window.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import isnan, nan
from typing import Any

from advocacy.core.errors import Invalid
from advocacy.core.time import first_day, last_day, month_of
from advocacy.points.rules import Began, Deed, strength
from bench.ranks import DRAWS, auc, correlation, held_equal, intervals, mean, ranks
from bench.study import ANSWER_DAYS, LEAST_PEOPLE, Study, Ties, folder_argument, month_sums, read
from bench.validity_page import keep, show

SCORES = ("activity", "count", "rules", "strength")
ACTIVITY, COUNT, RULES, STRENGTH = range(len(SCORES))
PAIRS = ((RULES, ACTIVITY), (RULES, COUNT), (STRENGTH, RULES))
"""Whose difference is told: the first less the second."""

Scores = tuple[int, ...]
Alive = Callable[[Sequence[Deed]], bool]


@dataclass(slots=True)
class Person:
    """One person in one window: the scores, the ties that lived on, and each tie's outcome."""

    scores: Scores
    kept: int
    ties: list[tuple[Scores, bool]] = field(default_factory=list)


Window = Mapping[int, Person]
"""The people of a window who speak in the next one, by their numbers."""


def both_began(deeds: Sequence[Deed]) -> bool:
    """Tell whether each side began a conversation."""
    return len({deed.began for deed in deeds}) == len(Began)


def both_spoke(deeds: Sequence[Deed]) -> bool:
    """Tell whether each side began a conversation or answered one."""
    return any(deed.answered for deed in deeds) or both_began(deeds)


def windows_of(
    study: Study, length: int, gap: int = ANSWER_DAYS, alive: Alive = both_began
) -> list[Window]:
    """Return each window that a whole one follows, scored and held against the next."""
    months = study.months
    windows = [months[at : at + length] for at in range(0, len(months) - length + 1, length)]
    return [
        {
            number: found
            for number, person in enumerate(study.people)
            if (found := _person(study.ties[person], this, after, gap, alive))
        }
        for this, after in pairwise(windows)
    ]


def _person(
    ties: Ties,
    this: Sequence[str],
    after: Sequence[str],
    gap: int,
    alive: Alive,
) -> Person | None:
    end = last_day(this[-1])
    known = end - timedelta(days=gap)
    person = Person((0,) * len(SCORES), 0)
    is_there = False
    for deeds in ties.values():
        later = [deed for deed in deeds if first_day(after[0]) <= deed.day <= last_day(after[-1])]
        is_there = is_there or bool(later)
        earlier = [deed for deed in deeds if deed.day <= known]
        if any(deed.day >= first_day(this[0]) for deed in earlier):
            person.ties.append((scores_of(earlier, this, end), alive(later)))
    person.kept = sum(lived for _, lived in person.ties)
    person.scores = tuple(map(sum, zip(*(scores for scores, _ in person.ties), strict=True)))
    return person if is_there and person.ties else None


def scores_of(deeds: Sequence[Deed], months: Sequence[str], end: date) -> Scores:
    """Return a tie's scores in some months, by what is known of it on their last day."""
    spoken = [deed for deed in deeds if month_of(deed.day) in months]
    earned = month_sums([deeds])
    return (
        sum(deed.began == Began.ADVOCATE for deed in spoken),
        len(spoken),
        sum(earned[month].points for month in months if month in earned),
        strength(((deed.day, deed.answered) for deed in deeds), end),
    )


def measured(windows: Sequence[Window], people: int, draws: int) -> dict[str, dict[str, Any]]:
    """Return the figures of windows, each with its interval, by what they tell and the score."""
    tallies = [_Tally(windows, score) for score in range(len(SCORES))]

    def measure(drawn: Sequence[int]) -> dict[str, float]:
        times = Counter(drawn)
        figures = _with_differences("auc", [tally.auc(times) for tally in tallies])
        told = [_told([window[one] for one in drawn if one in window]) for window in windows]
        for name in told[0]:
            means = [mean([one[name][score] for one in told]) for score in range(len(SCORES))]
            figures |= _with_differences(name, means)
        return figures

    return _nested(intervals(measure, people, draws))


class _Tally:
    """How many ties died and lived at each value of a score, by person."""

    def __init__(self, windows: Sequence[Window], score: int) -> None:
        counted: Counter[tuple[int, int, bool]] = Counter(
            (number, scores[score], lived)
            for window in windows
            for number, person in window.items()
            for scores, lived in person.ties
        )
        places = {value: at for at, value in enumerate(sorted({key[1] for key in counted}))}
        self._size = len(places)
        self._of: dict[int, list[tuple[int, bool, int]]] = {}
        for (number, value, lived), count in counted.items():
            self._of.setdefault(number, []).append((places[value], lived, count))

    def auc(self, times: Mapping[int, int]) -> float:
        dead, alive = [0] * self._size, [0] * self._size
        for number, weight in times.items():
            for place, lived, count in self._of.get(number, ()):
                (alive if lived else dead)[place] += weight * count
        return auc(dead, alive)


def _told(people: Sequence[Person]) -> dict[str, list[float]]:
    """Return what one window's people tell, by score: Spearman's correlations."""
    kept = ranks([person.kept for person in people])
    ranked = [ranks([person.scores[score] for person in people]) for score in range(len(SCORES))]
    with_kept = [correlation(one, kept) for one in ranked]
    told = {"kept": with_kept}
    for held in (ACTIVITY, COUNT):
        with_held = [correlation(one, ranked[held]) for one in ranked]
        told[f"kept, {SCORES[held]} held equal"] = [
            nan
            if score == held
            else held_equal(with_kept[score], with_held[score], with_kept[held])
            for score in range(len(SCORES))
        ]
        if held == ACTIVITY:
            told["with activity"] = with_held
    return told


def stability(study: Study, draws: int) -> dict[str, dict[str, Any]]:
    """Return how like each month's ranking is to the next one's, for those who spoke in both."""
    months = study.months
    rows = [_monthly(study.ties[person], months) for person in study.people]

    def measure(drawn: Sequence[int]) -> dict[str, float]:
        found: list[list[float]] = [[] for _ in SCORES]
        for this, after in pairwise(months):
            both = [rows[one] for one in drawn if this in rows[one] and after in rows[one]]
            for score, values in enumerate(found):
                one, other = (ranks([row[month][score] for row in both]) for month in (this, after))
                values.append(correlation(one, other))
        return _with_differences("stability", [mean(values) for values in found])

    return _nested(intervals(measure, len(rows), draws))


def _monthly(ties: Ties, months: Sequence[str]) -> dict[str, Scores]:
    """Return a person's scores in each month with a conversation."""
    sums = month_sums(ties.values())
    rows: dict[str, Scores] = {}
    for month in months:
        end = last_day(month)
        known = [[deed for deed in deeds if deed.day <= end] for deeds in ties.values()]
        spoken = [deed for deeds in known for deed in deeds if month_of(deed.day) == month]
        if spoken:
            rows[month] = (
                sum(deed.began == Began.ADVOCATE for deed in spoken),
                len(spoken),
                sums[month].points if month in sums else 0,
                sum(strength(((deed.day, deed.answered) for deed in one), end) for one in known),
            )
    return rows


def _with_differences(name: str, values: Sequence[float]) -> dict[str, float]:
    figures = {f"{name}/{score}": value for score, value in zip(SCORES, values, strict=True)}
    for one, other in PAIRS:
        figures[f"{name}/{SCORES[one]} - {SCORES[other]}"] = values[one] - values[other]
    return figures


def _nested(figures: Mapping[str, tuple[float, float, float]]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = {}
    for name, (value, *limits) in figures.items():
        told, _, score = name.partition("/")
        if not isnan(value):  # as with the very score held equal
            nested.setdefault(told, {})[score] = [round(figure, 3) for figure in (value, *limits)]
    return nested


def results_of(study: Study, draws: int = DRAWS) -> dict[str, Any]:
    """Return every figure, as the result file has it."""
    people = len(study.people)
    results: dict[str, Any] = {
        "people": people,
        "ties": sum(map(len, study.ties.values())),
        "conversations": sum(len(deeds) for ties in study.ties.values() for deeds in ties.values()),
        "months": [study.months[0], study.months[-1]],
        "draws": draws,
        "least people": LEAST_PEOPLE,
        "windows": {},
        "otherwise": {},
    }
    for length in (2, 3):
        windows = windows_of(study, length)
        results["windows"][str(length)] = _size(windows) | measured(windows, people, draws)
        for name, gap, alive in (
            ("the last week counted too", 0, both_began),
            ("alive when both began or answered", ANSWER_DAYS, both_spoke),
        ):
            found = measured(windows_of(study, length, gap, alive), people, draws)
            results["otherwise"].setdefault(name, {})[str(length)] = found["auc"]
    results |= stability(study, draws)
    return results


def _size(windows: Sequence[Window]) -> dict[str, Any]:
    ties = [lived for window in windows for person in window.values() for _, lived in person.ties]
    return {
        "pairs": len(windows),
        "people": [len(window) for window in windows],
        "ties": len(ties),
        "alive": sum(ties),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of a study folder, and write them where asked."""
    parser = argparse.ArgumentParser(description="Hold points against relationships.")
    folder_argument(parser)
    given = parser.parse_args(arguments)
    try:
        study = read(given.folder)
    except Invalid as refused:
        parser.error(refused.message)
    if not windows_of(study, 3):
        parser.error(
            f"too short: two windows of three months are needed, in each of whose months "
            f"{LEAST_PEOPLE} people speak"
        )
    results = results_of(study)
    print(show("validity", results))
    if given.output:
        keep(given.output, "validity", results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
