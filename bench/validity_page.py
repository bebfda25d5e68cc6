"""The result file of the two benches, and the blocks of `docs/validity.md` that quote it.

A block stands between ``<!-- NAME -->`` and ``<!-- end -->``. The benches write it anew with the
file; a test holds the two together.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from advocacy.core.time import words_for_period

Results = Mapping[str, Any]

BLOCK = re.compile(r"(<!-- (?!end)(?P<name>[\w ]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "activity": "a point per own activity",
        "count": "a point per conversation",
        "rules": "**the rule set**",
        "strength": "strength",
        "rules - activity": "*rule set less own activity*",
        "rules - count": "*rule set less every conversation*",
        "strength - rules": "*strength less rule set*",
    }
)


def show(part: str, results: Results) -> str:
    """Return the figures of one bench as the page quotes them, for a terminal."""
    return "\n".join(
        f"{name}\n\n{block(results)}" for name, (of, block) in BLOCKS.items() if of == part
    )


def keep(file: Path, part: str, results: Results) -> None:
    """Write one bench's figures into the result file, and into the page beside it, if any."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known[part] = results
    file.write_text(f"{json.dumps(known, indent=1)}\n", encoding="utf-8")
    page = file.with_suffix(".md")
    if page.exists():
        page.write_text(
            quoting(page.read_text(encoding="utf-8"), {part: results}), encoding="utf-8"
        )


def quoting(page: str, results: Results) -> str:
    """Return the page with every block written anew from the results that there are."""

    def written(found: re.Match[str]) -> str:
        part, block = BLOCKS[found["name"]]
        return f"{found[1]}{block(results[part])}{found[4]}" if part in results else found[0]

    return BLOCK.sub(written, page)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _figure(value: Sequence[float], *, signed: bool = False) -> str:
    """Return a figure and its interval: .836 (.820 to .850)."""
    told, low, high = (
        f"{figure:{'+' if signed else ''}.3f}".replace("0.", ".", 1) for figure in value
    )
    return f"{told} ({low} to {high})"


def _by_score(columns: Mapping[str, Results]) -> str:
    return _table(
        ["", *columns],
        (
            [
                told,
                *(
                    _figure(column[name], signed=" - " in name) if name in column else "–"
                    for column in columns.values()
                ),
            ]
            for name, told in NAMES.items()
            if any(name in column for column in columns.values())
        ),
    )


def _of_windows(told: str) -> Callable[[Results], str]:
    return lambda results: _by_score(
        {f"{length} months": window[told] for length, window in results["windows"].items()}
    )


def _with_activity(results: Results) -> str:
    return _by_score(
        {
            f"{length} months": {
                score: window["with activity"][score] for score in ("count", "rules", "strength")
            }
            for length, window in results["windows"].items()
        }
    )


def _otherwise(results: Results) -> str:
    return _by_score(
        {
            f"{name}, {length} months": figures
            for name, by_length in results["otherwise"].items()
            for length, figures in by_length.items()
        }
    )


def _data(results: Results) -> str:
    first, last = map(words_for_period, results["months"])
    return _table(
        ["measured on", ""],
        [
            ("people", results["people"]),
            ("people outside, each of one person", f"{results['ties']:,}"),
            ("conversations", f"{results['conversations']:,}"),
            (f"months with {results['least people']} people and more", f"{first} to {last}"),
            *(
                (
                    f"windows of {length} months that another one follows",
                    f"{window['pairs']}, of {_listed(window['people'])} people; "
                    f"{window['ties']:,} ties, {window['alive']:,} of them alive in the next",
                )
                for length, window in results["windows"].items()
            ),
            ("draws of people for an interval", f"{results['draws']:,}"),
        ],
    )


def _listed(values: Sequence[object]) -> str:
    *most, last = map(str, values)
    return f"{', '.join(most)} and {last}" if most else last


def _cheats(results: Results) -> str:
    return _table(
        [
            "planted",
            "minutes",
            "flat points",
            "percentile",
            "rule set, no limit",
            "percentile",
            "**rule set**",
            "**percentile**",
            "percentile if nobody is seen",
        ],
        (
            [
                row["cheat"],
                f"{row['minutes']:g}",
                row["flat points"],
                row["flat percentile"],
                row["points without the limit"],
                row["percentile without the limit"],
                f"**{row['points']}**",
                f"**{row['percentile']}**",
                row["percentile on one's word"],
            ]
            for row in results["cheats"]
        ),
    )


def _raised(results: Results) -> str:
    return _table(
        ["planted", "hints"],
        (
            [row["cheat"], " ".join(hint["words"] for hint in row["hints"]) or "none"]
            for row in results["cheats"]
        ),
    )


def _crowd(results: Results) -> str:
    medians = results["medians"]
    return _table(
        ["real people", ""],
        [
            ("months of a person", results["months"]),
            ("median in flat points", medians["flat"]),
            ("median by the rule set", medians["rules"]),
            ("median by the rule set, if nobody is seen", medians["rules on one's word"]),
            ("month of the cheats", words_for_period(results["month"])),
            ("seconds that a deed takes, assumed", results["seconds a deed"]),
            ("messages of the spammer on a workday", results["spam a day"]),
            ("shares of the share spammer a day", results["shares a day"]),
        ],
    )


def _limit(results: Results) -> str:
    limit = results["limit"]
    return _table(
        [f"if nobody were seen: {limit['limit']} a month at most", ""],
        [
            (
                "honest months that lose points",
                f"{limit['months']} of {results['months']} ({limit['percent of months']} %)",
            ),
            ("what such a month loses, median", limit["median loss"]),
            ("what that is of all points", f"{limit['percent of points']} %"),
        ],
    )


def _hints(results: Results) -> str:
    hints = results["hints"]
    return _table(
        ["hint", f"of {results['months']} honest months"],
        [
            *hints["kinds"].items(),
            ("**any**", f"**{hints['months']} ({hints['percent']} %)**"),
        ],
    )


BLOCKS: Mapping[str, tuple[str, Callable[[Results], str]]] = MappingProxyType(
    {
        "data": ("validity", _data),
        "auc": ("validity", _of_windows("auc")),
        "kept": ("validity", _of_windows("kept")),
        "own activity held equal": ("validity", _of_windows("kept, activity held equal")),
        "count held equal": ("validity", _of_windows("kept, count held equal")),
        "with own activity": ("validity", _with_activity),
        "stability": ("validity", lambda results: _by_score({"": results["stability"]})),
        "otherwise": ("validity", _otherwise),
        "crowd": ("gaming", _crowd),
        "cheats": ("gaming", _cheats),
        "raised": ("gaming", _raised),
        "limit": ("gaming", _limit),
        "hints": ("gaming", _hints),
    }
)
"""Each block of the page: whose figures it quotes, and how."""
