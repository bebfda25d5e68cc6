"""Timing calls: the median of many, after a few to warm up."""

from collections.abc import Callable
from pathlib import Path
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


def side_by_side(*calls: Callable[[], object], times: int = 30) -> list[float]:
    """Return the median duration of each call, in milliseconds.

    They take turns, so that whatever else the machine does meanwhile weighs on each alike.
    """
    taken: list[list[float]] = [[] for _ in calls]
    for turn in range(-3, times):
        for call, found in zip(calls, taken, strict=True):
            begun = perf_counter()
            call()
            if turn >= 0:
                found.append((perf_counter() - begun) * 1000)
    return [median(found) for found in taken]


def megabytes(what: str) -> float:
    """Return what Linux says of this process alone; getrusage knows the parent's peak, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))
