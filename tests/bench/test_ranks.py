"""The statistics against slow tellings of what they mean."""

from collections.abc import Sequence
from math import isnan
from statistics import correlation as pearson
from statistics import mean as average

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ranks import auc, correlation, held_equal, intervals, mean, percentile, ranks

scored = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30)


@given(scored)
def test_auc_is_how_often_what_lived_had_the_higher_score(told: list[tuple[int, bool]]) -> None:
    dead = [sum(1 for score, lived in told if score == at and not lived) for at in range(6)]
    alive = [sum(1 for score, lived in told if score == at and lived) for at in range(6)]
    pairs = [
        (one > other) + (one == other) / 2
        for one, lived in told
        if lived
        for other, lived_too in told
        if not lived_too
    ]
    if pairs:
        assert auc(dead, alive) == pytest.approx(average(pairs))
    else:
        assert isnan(auc(dead, alive))


def places(value: int, values: Sequence[int]) -> float:
    return sum((other < value) + (other == value) / 2 for other in values)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30))
def test_correlation_of_ranks_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    one, other = [list(values) for values in zip(*pairs, strict=True)]
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert isnan(correlation(ranks(one), ranks(other)))
    else:
        expected = pearson(*([places(value, each) for value in each] for each in (one, other)))
        assert correlation(ranks(one), ranks(other)) == pytest.approx(expected)


def test_what_a_third_explains_is_gone_when_it_is_held_equal() -> None:
    assert held_equal(0.48, 0.6, 0.8) == pytest.approx(0)
    assert held_equal(0.5, 0, 0) == 0.5
    assert held_equal(0.4, 0.5, 0.3) == pytest.approx((0.4 - 0.15) / (0.75 * 0.91) ** 0.5)
    assert isnan(held_equal(0.4, 1, 0.4))


def test_equals_count_half_for_a_percentile() -> None:
    assert percentile(2, [1, 2, 2, 3]) == 50
    assert percentile(0, [1, 2]) == 0
    assert percentile(9, [1, 2]) == 100


def test_a_mean_is_of_what_there_is() -> None:
    assert mean([1.0, float("nan"), 3.0]) == 2
    assert isnan(mean([float("nan")]))


def test_intervals_draw_people_and_are_the_same_each_time() -> None:
    values = [float(value) for value in range(100)]

    def measure(drawn: Sequence[int]) -> dict[str, float]:
        return {"mean": average(values[one] for one in drawn), "none": float("nan")}

    found = intervals(measure, len(values), 400)
    assert found["mean"] == intervals(measure, len(values), 400)["mean"]
    value, low, high = found["mean"]
    deviation = (sum((each - value) ** 2 for each in values) / len(values)) ** 0.5
    half = 1.96 * deviation / len(values) ** 0.5
    assert value == 49.5
    assert low == pytest.approx(value - half, abs=1)
    assert high == pytest.approx(value + half, abs=1)
    assert all(isnan(figure) for figure in found["none"])
