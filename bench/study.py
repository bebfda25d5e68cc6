"""A study folder in the import format, read as the pure rules take it: deeds by tie.

Every conversation counts as seen and on time, as an administrator's import does; days are UTC's.
"""

from argparse import ArgumentParser, ArgumentTypeError
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from advocacy.contacts.rules import key
from advocacy.core.errors import Invalid
from advocacy.core.time import month_of, months_between, now
from advocacy.imports.cells import Frame
from advocacy.imports.csv_file import CsvFile
from advocacy.imports.rules import COLUMNS, READERS, ImportKind, Reading
from advocacy.points.rules import Began, Deed, Evidence, due, month_points

ANSWER_DAYS = 7
"""A study says of each conversation whether an answer came within so many days."""

LEAST_PEOPLE = 10
"""Months in which fewer people spoke are the study's edges: nothing is ranked among so few."""


Ties = Mapping[str, Sequence[Deed]]
"""A person's deeds, by the contact's name."""


@dataclass(frozen=True)
class Study:
    """Who took part, and the deeds of each tie, by person and by the contact's name."""

    people: Sequence[str]
    ties: Mapping[str, Ties]

    @cached_property
    def months(self) -> list[str]:
        """The months, without a gap, in which enough people spoke."""
        spoke: defaultdict[str, set[str]] = defaultdict(set)
        for person, ties in self.ties.items():
            for deeds in ties.values():
                for deed in deeds:
                    spoke[month_of(deed.day)].add(person)
        enough = sorted(month for month, people in spoke.items() if len(people) >= LEAST_PEOPLE)
        return months_between(enough[0], enough[-1]) if enough else []


@dataclass(slots=True)
class Sum:
    """A month of a person before the limit: seen, on one's word, and shares."""

    seen: int = 0
    word: int = 0
    shares: int = 0

    @property
    def points(self) -> int:
        """What the month is worth under the limit."""
        return month_points(self.seen, self.word, self.shares)


@dataclass(slots=True)
class Month:
    """What a person's month came to, by the rules and by the deed."""

    sum: Sum = field(default_factory=Sum)
    begun: int = 0


def read(folder: Path) -> Study:
    """Read ``people.csv`` and ``conversations.csv`` of a folder, row by row as the import does.

    :raises Invalid: naming the file and the row that cannot be read.
    """
    people = [reading.values["email"] for reading in _readings(folder, ImportKind.PEOPLE)]
    ties: dict[str, dict[str, list[Deed]]] = {person: {} for person in people}
    for number, reading in enumerate(_readings(folder, ImportKind.CONVERSATIONS), start=1):
        told = reading.values
        if told["advocate"] not in ties:
            raise Invalid(f"conversations.csv: {told['advocate']} is not in people.csv")
        contact = key(told["contact"])
        if contact in ties:
            continue  # colleagues do not count
        deed = Deed(
            datetime.fromisoformat(told["occurred_at"]).date(),
            told["kind"],
            told["began"],
            bool(reading.answered),
            True,
            number,
        )
        ties[told["advocate"]].setdefault(contact, []).append(deed)
    return Study(people, ties)


def month_sums(ties: Iterable[Iterable[Deed]]) -> dict[str, Sum]:
    """Return what a person's ties are worth in each month."""
    sums: defaultdict[str, Sum] = defaultdict(Sum)
    for deeds in ties:
        for due_for, amount in due(deeds).items():
            found = sums[month_of(due_for.day)]
            if due_for.evidence == Evidence.SEEN:
                found.seen += amount.points
            else:
                found.word += amount.points
    return dict(sums)


def months_of(ties: Ties) -> dict[str, Month]:
    """Return a person's months in which there was anything."""
    months: defaultdict[str, Month] = defaultdict(Month)
    for deeds in ties.values():
        for deed in deeds:
            months[month_of(deed.day)].begun += deed.began == Began.ADVOCATE
    for month, found in month_sums(ties.values()).items():
        months[month].sum = found
    return dict(months)


def folder_argument(parser: ArgumentParser) -> None:
    """Let a command take a study folder and the file that its figures are written to."""
    parser.add_argument("folder", type=_folder, help="people.csv and conversations.csv")
    parser.add_argument("--output", type=Path, help="write the figures into this JSON file too")


def _folder(text: str) -> Path:
    folder = Path(text)
    missing = [
        kind for kind in ("people", "conversations") if not (folder / f"{kind}.csv").is_file()
    ]
    if missing:
        raise ArgumentTypeError(f"{text or 'it'} has no {missing[0]}.csv; say STUDY=folder")
    return folder


def _readings(folder: Path, kind: ImportKind) -> Iterator[Reading]:
    """Yield what each row says; what comes again is the same thing."""
    frame = Frame(ZoneInfo("UTC"), now().date())
    known = set()
    with CsvFile(folder / f"{kind}.csv", COLUMNS[kind]) as file:
        for row in file.rows():
            try:
                if row.reason:
                    raise Invalid(row.reason)
                cells = {name: row.cells[at].strip() for name, at in file.columns}
                reading = READERS[kind](cells, frame)
            except Invalid as refused:
                where = f"{kind}.csv, line {row.line}"
                raise Invalid(f"{where}: {refused.message}") from refused
            if reading.identity not in known:
                known.add(reading.identity)
                yield reading
