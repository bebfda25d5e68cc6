"""Statistics by ranks: what one may say of scores whose steps mean nothing by themselves."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import isnan, nan, sqrt
from random import Random

DRAWS = 1_000
SEED = 20_041_101


def auc(dead: Sequence[float], alive: Sequence[float]) -> float:
    """Return how often what lived had a higher score than what did not; equals are half.

    :param dead: how many did not live, by score, the lowest first; ``alive`` likewise.
    """
    below = won = lived = 0.0
    for lost, kept in zip(dead, alive, strict=True):
        won += kept * (below + lost / 2)
        below += lost
        lived += kept
    return won / (lived * below) if lived and below else nan


def ranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank; equals share the middle of theirs."""
    ordered = sorted(values)
    middle = {
        value: (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2
        for value in set(values)
    }
    return [middle[value] for value in values]


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Pearson's correlation; of ranks it is Spearman's. Nan when one never varies."""
    count = len(one)
    if not count:
        return nan
    mean, mean_other = sum(one) / count, sum(other) / count
    both = sum(x * y for x, y in zip(one, other, strict=True)) - count * mean * mean_other
    square = sum(x * x for x in one) - count * mean * mean
    square_other = sum(y * y for y in other) - count * mean_other * mean_other
    return both / sqrt(square * square_other) if square > 1e-9 and square_other > 1e-9 else nan


def held_equal(xy: float, xz: float, yz: float) -> float:
    """Return the correlation of x and y with z held equal."""
    left = (1 - xz * xz) * (1 - yz * yz)
    return (xy - xz * yz) / sqrt(left) if left > 1e-12 else nan


def mean(values: Sequence[float]) -> float:
    """Return the mean of the values that there are."""
    known = [value for value in values if not isnan(value)]
    return sum(known) / len(known) if known else nan


def percentile(value: float, ordered: Sequence[float]) -> float:
    """Return the part of sorted values below a value, in percent; equals count half."""
    return 50 * (bisect_left(ordered, value) + bisect_right(ordered, value)) / len(ordered)


def intervals(
    measure: Callable[[Sequence[int]], Mapping[str, float]], people: int, draws: int
) -> dict[str, tuple[float, float, float]]:
    """Return each figure with its 95 % interval: so many draws of people with replacement.

    :param measure: the figures of people, given by their numbers; some come more than once.
    """
    drawn = Random(SEED)
    whole = measure(range(people))
    found: dict[str, list[float]] = {name: [] for name in whole}
    for _ in range(draws):
        for name, value in measure(drawn.choices(range(people), k=people)).items():
            if not isnan(value):
                found[name].append(value)
    return {name: (value, *_middle(found[name])) for name, value in whole.items()}


def _middle(values: list[float]) -> tuple[float, float]:
    values.sort()
    if not values:
        return nan, nan
    last = len(values) - 1
    return values[round(0.025 * last)], values[round(0.975 * last)]
