"""A programme to import into, and a short way to do it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.imports.actions import Result, import_file
from advocacy.imports.rules import ImportKind
from advocacy.programme.actions import start
from tests.imports.files import Listener

Import = Callable[..., Result]

PEOPLE = "email,name\nmia@example.com,Mia Example\nben@example.com,Ben Example\n"


@pytest.fixture
def programme(fresh_database: Database) -> Database:
    """Give a database with a programme in it and nobody else."""
    with fresh_database.writing() as session:
        start(session, time_zone="UTC", now=now())
    return fresh_database


@pytest.fixture
def bring_in(programme: Database, tmp_path: Path) -> Import:
    """Import a text or a file: `bring_in("people", "email,name\\n…")`."""

    def run(
        kind: str,
        what: str | bytes | Path,
        *,
        dry_run: bool = False,
        listener: Listener | None = None,
    ) -> Result:
        path = what if isinstance(what, Path) else tmp_path / f"{kind}.csv"
        if isinstance(what, str):
            path.write_text(what, encoding="utf-8", newline="")
        elif isinstance(what, bytes):
            path.write_bytes(what)
        return import_file(
            programme,
            ImportKind(kind),
            path,
            dry_run=dry_run,
            now=now(),
            watcher=listener or Listener(),
        )

    return run


@pytest.fixture
def with_people(bring_in: Import) -> Import:
    """Import into a programme where Mia and Ben are already."""
    assert bring_in("people", PEOPLE).added == 2
    return bring_in
