"""`docs/security.md` is true to the letter: its numbers, its tests and its headings."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
WORDS = PAGE.read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in WORDS.splitlines()
    if re.match(r"\| V\d", line)
]
NUMBER = re.compile(r"V\d+(?:\.\d+)*")
TEST = re.compile(r"`([\w/]+\.py::test_\w+)`")
LINK = re.compile(r"\]\(((?!https:)[^)]*)\)")
NO, REASONS = "**No.**", ("**No.**", "**Not here.**", "**Yours.**")
ASKED = [
    line.split()[0]
    for line in (TESTS / "data" / "asvs-5.0.0.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def answered(rows: list[list[str]]) -> list[str]:
    """Return what rows answer; who names a chapter or a section means all that is in it."""
    numbers = []
    for named in NUMBER.findall(" ".join(row[0] for row in rows)):
        meant = [number for number in ASKED if f"{number}.".startswith(f"{named}.")]
        numbers += meant or [f"{named}, which is none"]
    return numbers


def test_every_requirement_is_answered_once() -> None:
    times = Counter(answered(ROWS))
    assert {number: count for number, count in times.items() if count > 1} == {}
    assert set(times) ^ set(ASKED) == set()


def test_every_answer_is_a_test_a_heading_or_a_reason() -> None:
    assert [
        number
        for number, _asks, here in ROWS
        if not (here.startswith(REASONS) or TEST.search(here) or LINK.search(here))
    ] == []


def test_what_we_do_not_do_stands_on_top() -> None:
    on_top = WORDS.split("\n## What we do not do\n")[1].split("\n## ")[0]
    noes = answered([row for row in ROWS if row[2].startswith(NO)])
    assert sorted(NUMBER.findall(on_top)) == sorted(noes)


@pytest.mark.parametrize("named", sorted(set(TEST.findall(WORDS))))
def test_the_test_is_there(named: str) -> None:
    path, _, name = named.partition("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    assert name in {part.name for part in tree.body if isinstance(part, ast.FunctionDef)}


@pytest.mark.parametrize("link", sorted(set(LINK.findall(WORDS))))
def test_the_heading_is_there(link: str) -> None:
    path, _, anchor = link.partition("#")
    page = PAGE.parent / path if path else PAGE
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
    }
