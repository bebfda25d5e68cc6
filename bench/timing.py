"""Timing a call: the median of many, after a few to warm up."""

from collections.abc import Callable
from statistics import median
from time import perf_counter


def milliseconds(call: Callable[[], object], times: int = 30) -> float:
    """Return the median duration of a call, in milliseconds."""
    for _ in range(3):
        call()
    taken = []
    for _ in range(times):
        begun = perf_counter()
        call()
        taken.append((perf_counter() - begun) * 1000)
    return median(taken)
