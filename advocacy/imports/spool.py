"""Rows on disk between reading and writing, so that no file is too long for memory.

A database of SQLite's own that has no name, is this process's alone, and is gone when it closes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count, groupby
from types import TracebackType
from typing import Any, NamedTuple, Self

from advocacy.core.errors import Unavailable
from advocacy.imports.rules import Reading, differing

_ROWS_AT_ONCE = 1000
_BY_ID = "id "
"""How the identity begins of what has an external id; else it is an address, or the content."""

_TABLES = """
    CREATE TABLE row (
        line INTEGER PRIMARY KEY, sorting TEXT NOT NULL, identity TEXT NOT NULL,
        content TEXT NOT NULL, answered INTEGER, said TEXT NOT NULL, text TEXT NOT NULL,
        again INTEGER NOT NULL DEFAULT 0, turned INTEGER NOT NULL DEFAULT 0,
        turn INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE rejected (line INTEGER PRIMARY KEY, reason TEXT NOT NULL, cells TEXT);
"""

_FIND_SEVERAL = (
    "CREATE INDEX by_identity ON row (identity, content, line)",
    "CREATE TABLE several AS SELECT identity FROM row GROUP BY identity HAVING count(*) > 1",
    "CREATE TABLE judged (line INTEGER PRIMARY KEY, identity, answered, again, turned)",
)
_GIVE_TURNS = (
    "CREATE TABLE first AS SELECT *, row_number() OVER (PARTITION BY identity ORDER BY line)"
    " AS turn FROM judged",
    "CREATE INDEX by_turn ON first (turn, identity)",
    "UPDATE row SET turn = 0 WHERE identity IN (SELECT identity FROM several)",
    "UPDATE row SET answered = first.answered, again = first.again, turned = first.turned,"
    " turn = first.turn FROM first WHERE first.line = row.line",
)
_FIRST_TURN = """
    SELECT line, sorting, identity, content, answered, said, again, turned
    FROM row WHERE turn = 1 ORDER BY sorting, line
"""
_NEXT_TURN = """
    SELECT line, sorting, row.identity, content, row.answered, said, row.again, row.turned
    FROM first JOIN row USING (line) WHERE first.turn = ? AND EXISTS (
        SELECT 1 FROM first AS before JOIN rejected ON rejected.line = before.line
        WHERE before.turn = first.turn - 1 AND before.identity = first.identity
    )
    ORDER BY sorting, line
"""
_WENT_IN_OR_HAD_NO_TURN = """
    SELECT identity, line, content, said, turn FROM row
    WHERE identity IN (SELECT identity FROM first WHERE turn = 2)
        AND line NOT IN (SELECT line FROM rejected)
    ORDER BY identity, line
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
        """Give rows of one identity their turns: equal ones are one, others come one by one.

        Which of them can be is not known before they are written: the first that goes in decides.
        """
        self._write()
        for statement in _FIND_SEVERAL:
            self._database.execute(statement)
        with closing(
            self._database.execute(
                "SELECT identity, content, line, answered FROM row"
                " WHERE identity IN (SELECT identity FROM several)"
                " ORDER BY identity, content, line"
            )
        ) as rows:
            for (identity, _), same in groupby(rows, key=lambda row: row[:2]):
                # Changes must not be seen by the walk: they wait on disk as well.
                self._judge(identity, ((line, answered) for _, _, line, answered in same))
        self._write()
        for statement in _GIVE_TURNS:
            self._database.execute(statement)

    def _judge(self, identity: str, same: Iterator[tuple[int, int | None]]) -> None:
        """Make one of rows that say the same, but for an answer that came."""
        first, answered = next(same)
        again = turned = 0
        for line, other in same:
            if identity.startswith(_BY_ID) and answered and other == 0:
                self.reject(line, f"the same external_id as line {first}, with another answered")
            elif other and not answered:
                answered = other
                turned += 1
            else:
                again += 1
        self._database.execute(
            "INSERT INTO judged VALUES (?, ?, ?, ?, ?)", (first, identity, answered, again, turned)
        )

    def waiting(self) -> int:
        """Return how many rows wait to be written, or to be rejected for one that is."""
        rows = self._database.execute("SELECT count(*) FROM row WHERE turn > 0")
        return int(rows.fetchone()[0])

    def batches(self, size: int) -> Iterator[list[Spooled]]:
        """Yield rows in order, those of one order together as long as they fit.

        A row whose like was refused meanwhile follows once all others had their turn.
        """
        batches = self._batches(size, _FIRST_TURN, ())
        for turn in count(2):
            nobody = True
            for batch in batches:
                nobody = False
                yield batch
            if nobody:
                return
            self._write()
            batches = self._batches(size, _NEXT_TURN, (turn,))

    def _batches(self, size: int, query: str, values: Sequence[int]) -> Iterator[list[Spooled]]:
        with closing(self._database.execute(query, values)) as rows:
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

    def reject_others(self) -> int:
        """Reject what differs from a row of its identity that went in; return how many had no turn.

        To be called once all is written.
        """
        self._write()
        passed = 0
        with closing(self._database.execute(_WENT_IN_OR_HAD_NO_TURN)) as rows:
            for identity, left in groupby(rows, key=lambda row: row[0]):
                passed += self._reject_unlike(identity, left)
        return passed

    def _reject_unlike(self, identity: str, rows: Iterator[tuple[str, int, str, str, int]]) -> int:
        name = "external_id" if identity.startswith(_BY_ID) else "email"
        _, first, its_content, its_said, _ = next(rows)
        passed = 0
        for _, line, content, said, turn in rows:
            if content != its_content:
                columns = differing(json.loads(its_said), json.loads(said))
                self.reject(line, f"the same {name} as line {first}, with another {columns}")
                passed += turn > 0
        return passed

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
