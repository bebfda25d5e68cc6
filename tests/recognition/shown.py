"""What pages say of a month, read off them as people do: figures, and the entries listed."""

import re
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag


class Line(NamedTuple):
    """An entry as a page lists it."""

    points: int
    reason: str


class Sheet(NamedTuple):
    """A person's month on a page. What the page does not say is None."""

    points: int | None
    sums: tuple[int, ...] | None
    """Seen, on one's word, shares."""
    counted: int | None
    """What the limit on one's word left of it, where it took something off."""
    lines: tuple[Line, ...]
    """What brought points or took them off; the quiet conversations are left out."""


def number(text: str) -> int:
    """Return a number as pages write it: +4, −8, 1,234."""
    return int(text.replace("−", "-").replace("+", "").replace(",", ""))


def words(tag: Tag | None) -> str:
    """Return the words of a part of a page, spaces tidied."""
    return " ".join(tag.get_text().split()) if tag else ""


def main_of(page: BeautifulSoup) -> Tag:
    found = page.select_one("main")
    assert found is not None
    return found


def sheet(page: BeautifulSoup) -> Sheet:
    """Return a person's month: of Growth, of a manager's way down, or as it stood."""
    main = main_of(page)
    said = words(main)
    points = next(
        (
            one
            for one in main.select(".figure-number")
            if (beside := one.find_next_sibling()) is not None
            and re.search("point|entr", words(beside))
        ),
        None,
    )
    sums = re.search(r"Seen (-?\d+) · on .{1,60}? word (-?\d+) · shares (-?\d+)", said)
    counted = re.search(r"[Oo]n \S+ word (-?\d+), counted (\d+)", said)
    return Sheet(
        number(words(points)) if points else None,
        tuple(number(one) for one in sums.groups()) if sums else None,
        number(counted[2]) if counted else None,
        lines(main),
    )


def lines(main: Tag) -> tuple[Line, ...]:
    """Return the entries in the order of the page, each group's sum held against its lines."""
    found: list[Line] = []
    for group in main.select(".entry-group"):
        listed = [_line(one) for one in group.select("li.entry")]
        summary = group.select_one("summary .entry-points")
        assert _points(summary) == sum(one.points for one in listed), words(group)
        found += [one for one in listed if one.points]
    return tuple(found)


def _line(entry: Tag) -> Line:
    title, reason = (
        words(entry.select_one(one)) for one in (".entry-title > span", ".entry-reason")
    )
    since = entry.select_one(".entry-reason:has([data-figure='points:since'])")
    more = f" {words(since)}" if since is not None else ""
    return Line(_points(entry.select_one(".entry-points")), f"{title}. {reason}{more}")


def _points(tag: Tag | None) -> int:
    return number(words(tag).removesuffix(" points"))


class Row(NamedTuple):
    """A row of a table of people."""

    rank: int
    name: str
    points: int
    figures: tuple[int, ...]
    """Those behind the points, as the table has them: new ties, alive, conversations …"""


def rows(page: BeautifulSoup) -> list[Row]:
    """Return the rows of the page's table of people."""
    found = []
    for row in main_of(page).select("table.table tbody tr"):
        points, *figures = (number(words(cell)) for cell in row.select("td.figure-cell"))
        name = words(row.select_one(".row-title"))
        rank = number(words(row.select_one(".rank-cell")))
        found.append(Row(rank, name, points, tuple(figures)))
    return found
