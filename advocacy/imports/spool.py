"""Rows on disk between reading and writing, so that no file is too long for memory.

A database of SQLite's own that has no name, is this process's alone, and is gone when it closes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from types import TracebackType
from typing import Any, NamedTuple, Self

from advocacy.core.errors import Unavailable
from advocacy.imports.rules import Reading, differing

_ROWS_AT_ONCE = 1000

_TABLES = """
    CREATE TABLE row (
        line INTEGER PRIMARY KEY, sorting TEXT NOT NULL, identity TEXT NOT NULL,
        content TEXT NOT NULL, answered INTEGER, said TEXT NOT NULL, text TEXT NOT NULL,
        again INTEGER NOT NULL DEFAULT 0, turned INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE rejected (line INTEGER PRIMARY KEY, reason TEXT NOT NULL, cells TEXT);
"""

Kept = tuple[int, str, str, str, bool | None, str, str]


class Spooled(NamedTuple):
    """A row that waits to be written.

    ``again`` counts equal rows further down in the file, ``turned`` those that say the same but
    for an answer that came, which this row has then, too.
    """

    line: int
    order: str
    identity: str
    content: str
    answered: bool | None
    values: dict[str, Any]
    again: int
    turned: int


class Spool:
    """The rows of one file."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript("PRAGMA cache_size = -2000;" + _TABLES + "BEGIN;")
        self._rows: list[Kept] = []
        self._rejected: list[tuple[int, str, str | None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._database.close()
        if isinstance(error, sqlite3.OperationalError):
            raise Unavailable(
                f"The folder for temporary files cannot take the rows: {error}."
            ) from error

    def add(self, line: int, reading: Reading, text: str) -> None:
        """Keep a row that can be so."""
        self._rows.append(
            (
                line,
                reading.order,
                reading.identity,
                reading.content,
                reading.answered,
                json.dumps(reading.values),
                text,
            )
        )
        if len(self._rows) == _ROWS_AT_ONCE:
            self._write()

    def reject(self, line: int, reason: str, cells: Sequence[str] | None = None) -> None:
        """Keep why a line is rejected, with its cells unless the line was kept as a row."""
        kept = None if cells is None else json.dumps(cells)
        self._rejected.append((line, reason, kept))
        if len(self._rejected) >= _ROWS_AT_ONCE:
            self._write()

    def refuse(self, row: Spooled, reason: str) -> None:
        """Reject a row that waited, and those further down that say the same."""
        self._write()
        self._database.execute(
            "INSERT OR IGNORE INTO rejected (line, reason)"
            " SELECT line, ? FROM row WHERE identity = ? AND content = ?",
            (reason, row.identity, row.content),
        )

    def _write(self) -> None:
        self._database.executemany(
            "INSERT INTO row (line, sorting, identity, content, answered, said, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            self._rows,
        )
        self._database.executemany("INSERT INTO rejected VALUES (?, ?, ?)", self._rejected)
        self._rows.clear()
        self._rejected.clear()

    def compare_rows(self) -> None:
        """Judge rows of one identity within the file: equal ones are one, others are rejected."""
        self._write()
        self._database.execute("CREATE INDEX by_identity ON row (identity, line)")
        with closing(
            self._database.execute(
                "SELECT identity, line, content, answered, said FROM row WHERE identity IN"
                " (SELECT identity FROM row GROUP BY identity HAVING count(*) > 1)"
                " ORDER BY identity, line"
            )
        ) as rows:
            # Changes must not be seen by the walk: they wait on disk as well.
            self._database.execute(
                "CREATE TABLE judged (line INTEGER PRIMARY KEY, answered, again, turned)"
            )
            for _, same in groupby(rows, key=lambda row: row[0]):
                self._judge(same)
        self._write()
        self._database.execute(
            "UPDATE row SET answered = judged.answered, again = judged.again,"
            " turned = judged.turned FROM judged WHERE judged.line = row.line"
        )

    def _judge(self, same: Iterator[tuple[str, int, str, int | None, str]]) -> None:
        identity, first, content, answered, said = next(same)
        by_id = identity.startswith("id ")
        again = turned = 0
        for _, line, other_content, other_answered, other_said in same:
            if other_content != content:
                ours, theirs = json.loads(said), json.loads(other_said)
                columns = differing(ours, theirs)
                name = "external_id" if by_id else "email"
                self.reject(line, f"the same {name} as line {first}, with another {columns}")
            elif by_id and answered and other_answered == 0:
                self.reject(line, f"the same external_id as line {first}, with another answered")
            elif other_answered and not answered:
                answered = other_answered
                turned += 1
            else:
                again += 1
        self._database.execute(
            "INSERT INTO judged VALUES (?, ?, ?, ?)", (first, answered, again, turned)
        )

    def waiting(self) -> int:
        """Return how many rows wait to be written."""
        self._write()
        self._database.execute(
            "CREATE TABLE first AS SELECT min(line) AS line FROM row GROUP BY identity"
        )
        count: int = self._database.execute("SELECT count(*) FROM first").fetchone()[0]
        return count

    def batches(self, size: int) -> Iterator[list[Spooled]]:
        """Yield rows in order, those of one order together as long as they fit."""
        with closing(
            self._database.execute(
                "SELECT line, sorting, identity, content, answered, said, again, turned"
                " FROM first JOIN row USING (line) ORDER BY sorting, line"
            )
        ) as rows:
            batch: list[Spooled] = []
            for line, order, identity, content, answered, said, again, turned in rows:
                row = Spooled(
                    line,
                    order,
                    identity,
                    content,
                    None if answered is None else bool(answered),
                    json.loads(said),
                    again,
                    turned,
                )
                batch.append(row)
                if len(batch) > size:
                    whole = _whole(batch)
                    yield batch[:whole]
                    batch = batch[whole:]
            if batch:
                yield batch

    def count_rejected(self) -> int:
        """Return how many lines are rejected."""
        self._write()
        count: int = self._database.execute("SELECT count(*) FROM rejected").fetchone()[0]
        return count

    def rejected(
        self, cells_of: Callable[[str], Sequence[str]]
    ) -> Iterator[tuple[int, str, Sequence[str]]]:
        """Yield line, reason and cells of what was rejected, in order of lines."""
        self._write()
        for line, reason, cells, text in self._database.execute(
            "SELECT line, reason, cells, text FROM rejected LEFT JOIN row USING (line)"
            " ORDER BY line"
        ):
            yield line, reason, cells_of(text) if cells is None else json.loads(cells)


def _whole(batch: Sequence[Spooled]) -> int:
    """Return where a batch that has grown too long is cut: before the order that goes on."""
    last = batch[-1].order
    for at in range(len(batch) - 1, 0, -1):
        if batch[at - 1].order != last:
            return at
    return len(batch) - 1
