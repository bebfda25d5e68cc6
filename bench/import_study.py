"""The import of a study folder against a plain ``executemany`` of the very rows it writes.

    python -m bench.import_study FOLDER [--engine sqlite|postgresql]

The folder holds ``people.csv`` and ``conversations.csv``. Both go into a fresh database; then the
rows of all tables are written into another one, with the same indexes, by the driver alone and in
one transaction; what the database counts by itself, it counts there as well. At most ten times its
time is what we allow ourselves.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.imports.actions import import_file
from advocacy.imports.rules import ImportKind
from advocacy.points.totals import STANDINGS
from advocacy.programme.actions import start
from advocacy.relationships.days import DAYS
from advocacy.schema import metadata
from tests.databases import MAKERS, Databases

MOST = 10
_COUNTED = {counts.table.__tablename__ for counts in (DAYS, STANDINGS)}


class _Quiet:
    def begin(self, doing: str, total: int, unit: str) -> None:
        pass

    def advance(self, done: int) -> None:
        pass

    def warn(self, message: str) -> None:
        print(message, file=sys.stderr)


def measure(databases: Databases, folder: Path) -> tuple[int, float, float]:
    """Return how many rows the import wrote, its seconds, and those of the plain writing."""
    url = databases.migrated()
    database = Database(url)
    with database.writing() as session:
        start(session, time_zone="UTC", now=now())
    began = perf_counter()
    for kind in (ImportKind.PEOPLE, ImportKind.CONVERSATIONS):
        result = import_file(database, kind, folder / f"{kind}.csv", now=now(), watcher=_Quiet())
        assert result.rejected == 0, result
    imported = perf_counter() - began
    written = _rows(database)
    database.engine.dispose()
    databases.remove(url)

    url = databases.migrated()
    database = Database(url)
    began = perf_counter()
    _write_plainly(database, written)
    plain = perf_counter() - began
    assert {name: len(rows) for name, rows in _rows(database).items()} == {
        name: len(rows) for name, rows in written.items()
    }
    database.engine.dispose()
    databases.remove(url)
    return sum(map(len, written.values())), imported, plain


def _rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading() as session:
        connection = session.connection()
        return {
            table.name: [
                tuple(row)
                for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')  # noqa: S608
            ]
            for table in metadata.sorted_tables
            if table.name not in _COUNTED
        }


def _write_plainly(database: Database, written: dict[str, list[tuple[Any, ...]]]) -> None:
    mark = "?" if database.is_sqlite else "%s"
    with database.writing() as session:
        cursor = session.connection().connection.cursor()
        for name, rows in written.items():
            if rows:
                marks = ", ".join([mark] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ratios; return 1 when one is too high."""
    parser = argparse.ArgumentParser(description="Import a study folder, and write it plainly.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", choices=sorted(MAKERS), action="append")
    given = parser.parse_args(arguments)
    too_high = False
    for engine in given.engine or sorted(MAKERS, reverse=True):
        databases = MAKERS[engine]()
        try:
            rows, imported, plain = measure(databases, given.folder)
        finally:
            databases.close()
        ratio = imported / plain
        too_high = too_high or ratio > MOST
        print(
            f"{engine}: import {imported:.2f} s, plain executemany of its {rows} rows "
            f"{plain:.2f} s, ratio {ratio:.1f} (at most {MOST})"
        )
    return int(too_high)


if __name__ == "__main__":
    sys.exit(main())
