"""Trying a rule set on a quarter with 200,000 conversations, against a tenth of them.

    python -m bench.trial [--conversations N]

Each is measured in a process of its own, which says how long it took and how far its memory grew.
Goal: at most twelve times as long for ten times the conversations.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

from advocacy.core.database import Database
from advocacy.points.rule_sets import FIRST_RULES, RuleSet
from advocacy.recognition.trial import Trial, try_rules
from bench.crowd import MONTHS, engines, load
from bench.timing import megabytes

CONVERSATIONS = 200_000
EACH = 10
QUARTER = "2026-Q3"  # of the crowd's two months the first lies in it
LIMIT = 12.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the rate, and how time grows with the conversations, on both engines."""
    parser = argparse.ArgumentParser(description="Try a rule set on many conversations.")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    wanted = parser.parse_args(arguments).conversations
    with engines() as few, engines() as many:
        for engine in few:
            taken = []
            for url, count in ((few[engine], wanted // 10), (many[engine], wanted)):
                database = Database(url)
                load(database, count // EACH, EACH)
                database.engine.dispose()
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    seconds, megabytes, people = pool.submit(_tried, url).result()
                taken.append(seconds)
                print(
                    f"{engine:>10}, {count:,} conversations of {people:,} people in "
                    f"{MONTHS[0]}: {seconds:.1f} s, {count / seconds:,.0f} a second, "
                    f"memory grew by {megabytes:.0f} MB"
                )
            print(f"{engine}: ten times take {taken[1] / taken[0]:.1f} times as long ({LIMIT:.0f})")


def _tried(url: str) -> tuple[float, float, int]:
    rules = RuleSet.of_numbers({**FIRST_RULES.numbers(), "called": 9, "word_limit": 150})
    before, began = megabytes("VmRSS"), perf_counter()
    with Database(url).reading() as session:
        *_, trial = try_rules(session, rules, QUARTER)
    seconds = perf_counter() - began
    grown = megabytes("VmHWM") - before
    assert isinstance(trial, Trial)
    return seconds, grown, len(trial.rows)


if __name__ == "__main__":
    main()
