"""What lies in the data folder is its owner's alone, also where others may look into the folder."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from advocacy.app.clock import jobs
from advocacy.cli import main
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.migrate import upgrade
from advocacy.core.time import first_day, month_of, shift_month
from advocacy.jobs.rules import Turn
from advocacy.mail.actions import post
from advocacy.programme.queries import get_programme
from tests.builders import add_person

NOW = datetime.now(UTC)
VALUES = {"programme": "Fernhill", "called": "Ada", "link": "https://example.com/welcome/secret"}


@pytest.fixture
def open_handed() -> Iterator[None]:
    """Make files that everybody may read, unless something says otherwise."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def run(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


def test_every_file_is_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_handed: None
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    monkeypatch.setenv("ADVOCACY_DATA", str(data))
    monkeypatch.delenv("ADVOCACY_DATABASE_URL", raising=False)
    monkeypatch.delenv("ADVOCACY_SECRET_KEY", raising=False)
    last_month = shift_month(month_of(NOW.date()), -1)
    run("db", "upgrade")
    settings = Settings.from_environment()
    database = Database(settings.database_url)
    with database.writing() as session:
        get_programme(session).first_day = first_day(last_month)
        add_person(session)
        post(session, "trial", to="ada@example.com", values=VALUES, now=NOW)
    with database.reading() as session:  # what SQLite keeps beside its file is there meanwhile
        session.execute(text("SELECT 1"))
        for job in jobs(settings, database):
            job.run(Turn(NOW, is_stopping=lambda: False))
        run("month", "close", last_month)
        run("db", "backup", str(tmp_path / "all.zip"))
        open_to_others = [
            path for path in (*data.rglob("*"), tmp_path / "all.zip") if path.stat().st_mode & 0o077
        ]
        kept = {path.relative_to(data).parts[0] for path in data.rglob("*")}
    database.engine.dispose()
    assert open_to_others == []
    beside = {f"advocacy.sqlite3{end}" for end in ("", "-wal", "-shm")}
    assert kept == {"secret", "letters", "backups", "recognition", *beside}
    for folder in ("letters", "backups", "recognition"):
        assert list((data / folder).iterdir())


def test_a_restored_database_is_private_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_handed: None
) -> None:
    monkeypatch.setenv("ADVOCACY_DATA", str(tmp_path / "one"))
    monkeypatch.delenv("ADVOCACY_DATABASE_URL", raising=False)
    run("person", "add", "ada@example.com", "--name", "Ada")
    run("db", "backup", str(tmp_path / "all.zip"))
    data = tmp_path / "two"
    monkeypatch.setenv("ADVOCACY_DATA", str(data))
    while_restoring: list[int] = []

    def look(database: Database) -> None:
        while_restoring.extend(path.stat().st_mode & 0o077 for path in data.iterdir())
        upgrade(database)

    monkeypatch.setattr("advocacy.backups.actions.upgrade", look)
    run("db", "restore", str(tmp_path / "all.zip"))
    assert set(while_restoring) == {0}
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "advocacy.sqlite3").stat().st_mode & 0o777 == 0o600
