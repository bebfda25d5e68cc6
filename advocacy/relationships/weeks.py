"""A month's entries week by week, as Growth and the way down show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from advocacy.relationships import rules
from advocacy.relationships.entries import ExplainedEntry, Part
from advocacy.relationships.explained import Explained
from advocacy.relationships.quiet import Quiet


@dataclass(frozen=True, slots=True)
class WeekOfEntries:
    """The entries and the quiet conversations of a week, latest first, and the running sum."""

    title: str
    entries: Sequence[tuple[ExplainedEntry, int]]
    quiet: Sequence[Quiet]
    points: int
    sum: int

    @property
    def count(self) -> str:
        """Return how many entries there are, and how many talks brought none, in words."""
        if self.quiet:
            without = sum(len(one.conversations) for one in self.quiet)
            return f"{len(self.entries)} with points · {without} without"
        return f"{len(self.entries)} {'entry' if len(self.entries) == 1 else 'entries'}"

    def has(self, conversations: Collection[int]) -> bool:
        """Tell whether an entry of the week was written for one of some conversations."""
        return any(entry.is_about(conversations) for entry, _ in self.entries)


def by_week(explained: Explained, part: Part | None = None) -> list[WeekOfEntries]:
    """Return a month's entries by week, latest first, each with the sum up to it.

    :param part: only the entries that a part of the points is made of.
    """
    every: list[ExplainedEntry | Quiet] = [one for one in explained.entries if one.is_of(part)]
    if part is None:
        every += explained.quiet
    lines = sorted(every, key=lambda line: (line.day, getattr(line, "id", 0)))
    weeks: dict[tuple[date, date], list[ExplainedEntry | Quiet]] = {}
    for line in lines:
        weeks.setdefault(rules.week_of(line.day, explained.month), []).append(line)
    found = []
    total = 0
    for (start, end), group in weeks.items():
        entries = []
        before = total
        for line in group:
            if isinstance(line, ExplainedEntry):
                total += line.points
                entries.append((line, total))
        found.append(
            WeekOfEntries(
                title=rules.words_for_week(start, end),
                entries=entries[::-1],
                quiet=[line for line in group if isinstance(line, Quiet)][::-1],
                points=total - before,
                sum=total,
            )
        )
    return found[::-1]
