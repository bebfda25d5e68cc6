"""Importing a file: read and judge every row, then write what is new, batch by batch.

Each batch is one transaction that leaves points equal to the record, so that an import which is
interrupted, however hard, is completed by running it again.
"""

import csv
import gc
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, Invalid, Unavailable
from advocacy.imports import conversations, items, people, shares
from advocacy.imports.cells import Frame
from advocacy.imports.csv_file import CsvFile
from advocacy.imports.outcome import Outcome
from advocacy.imports.rules import COLUMNS, READERS, ImportKind
from advocacy.imports.spool import Spool, Spooled
from advocacy.programme.queries import get_programme

BATCH_ROWS = 2000
"""How many rows one transaction writes; rows of one tie stay together while they fit."""


class Watcher(Protocol):
    """Who wants to know how far an import is."""

    def begin(self, doing: str, total: int, unit: str) -> None:
        """Hear that a part begins which has so many bytes or rows."""

    def advance(self, done: int) -> None:
        """Hear that so many bytes or rows more are done."""

    def warn(self, message: str) -> None:
        """Hear of something odd that does not stop the import."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an import did, in rows of the file, and how long it took."""

    rows: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejected_file: str | None
    seconds: float


def import_file(
    database: Database,
    kind: ImportKind,
    path: Path,
    *,
    dry_run: bool = False,
    now: datetime,
    watcher: Watcher,
) -> Result:
    """Import a file; a dry run judges it in full and writes nothing but the rejected rows.

    :raises Invalid: when the file cannot be read or lacks a column.
    :raises Unavailable: when there is no room for what it writes.
    """
    started = monotonic()
    with database.reading() as session:
        zone = ZoneInfo(get_programme(session).time_zone)
    frame = Frame(zone, now.astimezone(zone).date())
    with CsvFile(path, COLUMNS[kind]) as file, Spool() as spool:
        rows = _read(file, kind, frame, spool, watcher)
        spool.compare_rows()
        total = Outcome()
        gc.freeze()  # what is here by now stays: looking through it again and again takes long
        watcher.begin("Checking" if dry_run else "Writing", spool.waiting(), "rows")
        for batch in spool.batches(BATCH_ROWS):
            with _transaction(database, dry_run=dry_run) as session:
                outcome = _write(session, kind, batch, now, frame)
            for row, reason in outcome.refused:
                spool.refuse(row, reason)
            total.added += outcome.added
            total.changed += outcome.changed
            total.unchanged += outcome.unchanged
            watcher.advance(len(batch))
        watcher.advance(spool.reject_others())
        rejected_path = path.with_name(f"{path.name}.rejected.csv")
        rejected = _write_rejected(rejected_path, file, spool)
    if not dry_run:
        _remember(database, kind, total, rejected, now)
    return Result(
        rows,
        total.added,
        total.changed,
        total.unchanged,
        rejected,
        str(rejected_path) if rejected else None,
        round(monotonic() - started, 3),
    )


def _read(file: CsvFile, kind: ImportKind, frame: Frame, spool: Spool, watcher: Watcher) -> int:
    """Judge every row by itself and keep it, or why not; return how many there are."""
    for name in file.unknown:
        watcher.warn(f"The column {name or '(without a name)'} is unknown and ignored.")
    watcher.begin("Reading", file.size, "bytes")
    read = READERS[kind]
    columns = file.columns
    count = told = 0
    for row in file.rows():
        count += 1
        if row.reason is not None:
            spool.reject(row.line, row.reason, row.cells or [row.text])
            continue
        cells = {name: row.cells[at].strip() for name, at in columns}
        try:
            spool.add(row.line, read(cells, frame), row.text)
        except Invalid as wrong:
            spool.reject(row.line, wrong.message, row.cells)
        if count % BATCH_ROWS == 0:
            watcher.advance(file.read_bytes() - told)
            told = file.read_bytes()
    watcher.advance(file.read_bytes() - told)
    return count


def _write(
    session: Session, kind: ImportKind, batch: Sequence[Spooled], now: datetime, frame: Frame
) -> Outcome:
    if kind is ImportKind.PEOPLE:
        return people.write(session, batch, now, frame.today)
    if kind is ImportKind.ITEMS:
        return items.write(session, batch, now)
    if kind is ImportKind.SHARES:
        return shares.write(session, batch, now, frame.zone)
    return conversations.write(session, batch, now, frame.zone)


@contextmanager
def _transaction(database: Database, *, dry_run: bool) -> Iterator[Session]:
    try:
        with database.session(writes=True) as session:
            yield session
            if dry_run:
                session.rollback()
            else:
                session.commit()
    except IntegrityError as error:
        raise Conflict(
            "Something else writes the same rows just now. What is in stays in; run it again."
        ) from error


def _write_rejected(path: Path, file: CsvFile, spool: Spool) -> int:
    """Write the rejected rows beside the file, whole or not at all; return how many there are."""
    rejected = spool.count_rejected()
    try:
        if not rejected:
            path.unlink(missing_ok=True)
            return 0
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as target:
                writer = csv.writer(target, delimiter=file.delimiter, lineterminator="\n")
                writer.writerow(("line", "reason", *file.header))
                for line, reason, cells in spool.rejected(file.cells_of):
                    writer.writerow((line, reason, *cells))
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(
            f"{rejected} rows were rejected, but {path} cannot be written: {error.strerror}."
        ) from error
    return rejected


def _remember(
    database: Database, kind: ImportKind, total: Outcome, rejected: int, now: datetime
) -> None:
    with database.writing() as session:
        detail = (
            f"{kind}: {total.added} added, {total.changed} changed, {total.unchanged} unchanged, "
            f"{rejected} rejected"
        )
        note(session, Action.IMPORTED, actor_id=None, detail=detail, now=now)
