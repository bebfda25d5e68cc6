"""`docs/validity.md` quotes its result file to the digit, and says in words what is in it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from advocacy.points.rules import FIRST_RULES
from advocacy.recognition.hints import Unusual
from bench.validity_page import BLOCK, BLOCKS, keep, quoting

DOCS = Path(__file__).parent.parent.parent / "docs"
WORDS = (DOCS / "validity.md").read_text(encoding="utf-8")
FILE = json.loads((DOCS / "validity.json").read_text(encoding="utf-8"))
VALIDITY, GAMING = FILE["validity"], FILE["gaming"]
CHEATS = {row["cheat"]: row for row in GAMING["cheats"]}
LENGTHS = ("2", "3")
CONSTANT = ("NeurIPS 2018", "Computing, 2006", "95 in 100 draws", "AUC; .5 is a coin")
"""What has digits on the page and is no figure of the measurement."""


def test_every_figure_of_the_page_is_in_the_file() -> None:
    assert quoting(WORDS, FILE) == WORDS
    assert sorted(found["name"] for found in BLOCK.finditer(WORDS)) == sorted(BLOCKS)


def test_no_figure_stands_outside_of_what_is_quoted() -> None:
    prose = BLOCK.sub("", WORDS)
    for known in CONSTANT:
        assert known in prose
        prose = prose.replace(known, "")
    assert [line for line in prose.splitlines() if re.search(r"\d", line)] == []


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_figure_that_is_altered_is_found(name: str) -> None:
    block = next(found for found in BLOCK.finditer(WORDS) if found["name"] == name)
    at = block.start("body") + re.search(r"\d", block["body"]).start()  # type: ignore[union-attr]
    altered = WORDS[:at] + str((int(WORDS[at]) + 1) % 10) + WORDS[at + 1 :]
    assert quoting(altered, FILE) == WORDS != altered


def test_a_bench_writes_its_part_and_leaves_the_other(tmp_path: Path) -> None:
    file, page = tmp_path / "validity.json", tmp_path / "validity.md"
    empty = BLOCK.sub(r"\1\4", WORDS)
    page.write_text(empty, encoding="utf-8")
    keep(file, "gaming", GAMING)
    assert page.read_text(encoding="utf-8") == quoting(empty, {"gaming": GAMING}) != WORDS
    keep(file, "validity", VALIDITY)
    assert page.read_text(encoding="utf-8") == WORDS
    assert json.loads(file.read_text(encoding="utf-8")) == FILE


def above_zero(told: str, score: str) -> list[bool]:
    return [VALIDITY["windows"][length][told][score][1] > 0 for length in LENGTHS]


def holds_zero(figures: list[float]) -> bool:
    _, low, high = figures
    return low <= 0 <= high


def test_what_it_says_of_ties() -> None:
    assert above_zero("auc", "rules - activity") == [True, True]
    assert above_zero("auc", "rules - count") == [True, False]
    assert holds_zero(VALIDITY["windows"]["3"]["auc"]["rules - count"])
    assert above_zero("auc", "strength - rules") == [True, True]
    for by_length in VALIDITY["otherwise"].values():
        for auc in by_length.values():
            assert auc["activity"][0] < auc["rules"][0] < auc["strength"][0]


def test_what_it_says_of_people() -> None:
    for held in ("kept, activity held equal", "kept, count held equal"):
        for score in ("rules", "strength"):
            assert above_zero(held, score) == [True, True]
    for other in ("activity", "count"):
        assert above_zero("kept", f"rules - {other}") == [False, True]
    for length in LENGTHS:
        assert VALIDITY["windows"][length]["with activity"]["rules"][1] > 0.8
    assert holds_zero(VALIDITY["stability"]["rules - activity"])
    assert VALIDITY["stability"]["strength - rules"][1] > 0


def test_what_it_says_of_cheats() -> None:
    """Spam loses, inventing wins up to the limit, the ring that confirms wins more."""
    for row in CHEATS.values():
        if row["spam"]:
            assert row["flat percentile"] == 100
            assert row["percentile"] <= 12
            assert row["minutes"] > 60
    assert GAMING["limit"]["limit"] == FIRST_RULES.word_limit
    passing = [row for row in CHEATS.values() if not row["spam"] and row["percentile"] > 50]
    assert len(passing) == 7
    friend = CHEATS["one friend under 10 names, called weekly"]
    assert friend["percentile without the limit"] >= 90
    assert friend["minutes"] < 10
    ring = CHEATS["the same ring, each confirming one meeting with each"]
    assert ring["percentile"] > 75
    assert all(row["percentile"] < 60 for row in passing if row != ring)


def test_what_it_says_of_hints() -> None:
    def raised(name: str) -> set[Any]:
        return {hint["kind"] for hint in CHEATS[name]["hints"]}

    assert GAMING["hints"]["months"] * 10 < GAMING["months"]
    assert raised("the same calls, every other one begun by the other side") == set()
    assert raised("a real median month, everything logged as met") == set()
    assert Unusual.COLLEAGUES in raised("the same ring, each confirming one meeting with each")
    every = set().union(*(raised(name) for name in CHEATS))
    assert every == set(Unusual)
