"""Taking a backup while people write, and bringing one back into an empty place."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from warnings import catch_warnings, filterwarnings

from alembic import command
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import SAWarning, StatementError

from advocacy.backups import archive, rules
from advocacy.backups.rules import Manifest
from advocacy.core.database import Database, is_refusal
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.migrate import alembic_config, current, is_known, upgrade

_BATCH = 1000
_NO_ROW = (TypeError, ValueError, OverflowError, AttributeError)
"""What is raised over a row that no database of ours has had."""
_MADE_BY_ITSELF = ("alembic_version", "day_count", "standing_count")
"""Tables that the database fills while the others come."""
_CLOSED = "closed_month"
_A_DAY = 24 * 60 * 60


def back_up(database: Database, path: Path, now: datetime) -> Manifest:
    """Write everything that was acknowledged before now into one archive.

    One reading transaction sees one moment, whatever is written meanwhile.

    :param path: the file; one that is there is replaced when the new one is whole.
    :raises Unavailable: when the database or the file refuses.
    """
    engine = database.engine
    if not database.is_sqlite:  # SQLite's reading transactions see one moment anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        revision = current(connection)
        if revision is None:
            raise Conflict("The database is empty: there is nothing to keep.")
        with archive.writing(path) as writer:
            for table in _tables(connection):
                writer.add(
                    table.name, [column.name for column in table.columns], _rows(connection, table)
                )
            return writer.finish(revision, now.isoformat())


def _tables(connection: Connection) -> list[Table]:
    """Return the tables as they are, those that others refer to first."""
    metadata = MetaData()
    with catch_warnings():  # the order of people is an index that SQLite does not tell of
        filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)
        metadata.reflect(connection)
    tables = [one for one in metadata.sorted_tables if one.name not in _MADE_BY_ITSELF]
    return sorted(tables, key=_turn)


def _turn(table: Table) -> int:
    """Let closed months come after all others, and what refers to them after these.

    Nothing is entered into a month that is closed: the ledger has to be there before.
    """
    if table.name == _CLOSED:
        return 1
    refers = any(key.column.table.name == _CLOSED for key in table.foreign_keys)
    return 2 if refers else 0


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    refers_here = [
        column
        for column in table.columns
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    ordered = select(table).order_by(
        # a row after the one of its own table that it refers to, which refers to none itself
        *(column.is_not(None) for column in refers_here),
        *table.primary_key.columns,
    )
    yield from connection.execution_options(yield_per=_BATCH).execute(ordered)


@contextmanager
def opened(path: Path) -> Iterator[archive.Reader]:
    """Open a backup that can be brought back: all of it was checked, and nothing touched.

    :raises Invalid: when it is none, is damaged, or a newer version has written it.
    :raises Unavailable: when it cannot be read.
    """
    with archive.reading(path) as reader:
        revision = reader.manifest.revision
        if not is_known(revision):
            raise Invalid(
                f"The backup has the schema {revision}, which this version does not know: a newer "
                "one has written it."
            )
        yield reader


def restore(database: Database, reader: archive.Reader) -> Manifest:
    """Bring a backup into an empty database, on either engine, and up to this version's schema.

    All or nothing: one transaction.

    :raises Conflict: when the place is not empty.
    :raises Invalid: when the backup is not what its schema says.
    """
    with database.session(writes=True) as session, session.begin():
        connection = session.connection()
        if inspect(connection).get_table_names():
            raise Conflict("The database is not empty. Restore into a new one.")
        command.upgrade(alembic_config(connection), reader.manifest.revision)
        for table in _tables(connection):
            _fill(connection, table, reader)
        if not database.is_sqlite:
            _set_sequences(connection)
    upgrade(database)
    return reader.manifest


def _fill(connection: Connection, table: Table, reader: archive.Reader) -> None:
    part = reader.manifest.tables.get(table.name)
    if part is None:
        raise Invalid(f"The backup lacks the table {table.name}.")
    if unknown := set(part.columns) - set(table.columns.keys()):
        raise Invalid(f"The backup's table {table.name} has columns of another: {sorted(unknown)}.")
    columns = [(name, _kind(table.columns[name])) for name in part.columns]
    rows = (
        {name: rules.read(value, kind) for (name, kind), value in zip(columns, row, strict=True)}
        for row in reader.rows(table.name)
    )
    try:
        while batch := list(islice(rows, _BATCH)):
            connection.execute(insert(table), batch)
    except (*_NO_ROW, StatementError) as error:
        if is_refusal(error):
            raise
        raise Invalid(f"The backup's table {table.name} has a row that cannot be.") from error


def _kind(column: Column[Any]) -> type:
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return object
    return kind if kind in {datetime, date, bytes} else object


def _set_sequences(connection: Connection) -> None:
    """Let numbering go on after the rows that were brought."""
    for table in _tables(connection):
        for column in table.primary_key.columns:
            name = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            highest = connection.scalar(select(func.max(column))) if name else None
            if highest is not None:
                connection.execute(text("SELECT setval(:name, :at)"), {"name": name, "at": highest})


def keep_newest(folder: Path, keep: int, *, taken: Path) -> list[Path]:
    """Remove all but the newest backups of a folder, and return those that are gone.

    :param taken: the one just taken, the newest. What is dated later was dated by a clock that
        was ahead, and counts as the oldest.
    """
    known = sorted(
        folder.glob(rules.DATED),
        key=lambda path: (path.name <= taken.name, path),
        reverse=True,
    )
    for path in known[keep:]:
        path.unlink(missing_ok=True)
    for cut_off in folder.glob(f".{rules.DATED}-*"):
        if cut_off.stat().st_mtime < taken.stat().st_mtime - _A_DAY:
            cut_off.unlink(missing_ok=True)
    return known[keep:]


def newest_in(folder: Path) -> Path | None:
    """Return the newest backup of a folder, if it has one."""
    return max(folder.glob(rules.DATED), default=None)
