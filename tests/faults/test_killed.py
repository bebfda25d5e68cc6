"""kill -9 at seeded moments of the long pieces of work: each is done whole or not at all."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, select, text, update

from advocacy.backups import archive
from advocacy.contacts.models import Contact
from advocacy.conversations.models import Participant
from advocacy.core.database import Database
from advocacy.core.migrate import alembic_config, current, newest
from advocacy.core.time import now
from advocacy.points.models import Standing
from advocacy.points.seals import closed_months
from advocacy.programme.queries import find_programme
from advocacy.recognition.actions import FOLDER, close_months
from advocacy.recognition.queries import get_hash
from advocacy.recognition.rules import Format
from advocacy.recognition.verify import verify
from advocacy.schema import metadata
from tests.builders import add_contacts, add_item, add_person, add_programme, log, share
from tests.command import environment
from tests.databases import Databases
from tests.faults.killed import acknowledged, kill_again_and_again, moments
from tests.portal import settle_in
from tests.test_migrations import TRIGGERS, triggers

JANUARY = date(2026, 1, 5)
OLD = "0001"
MONTHS = ["2026-01", "2026-02"]


@pytest.fixture
def installation(fresh_url: str, tmp_path: Path) -> dict[str, str]:
    data = tmp_path / "data"
    data.mkdir()
    return environment(data, database_url=fresh_url, secret_key="only for tests")


@pytest.fixture
def filled(fresh_database: Database) -> Database:
    """Give a programme of which two months are over."""
    with fresh_database.writing() as session:
        add_programme(session)
        for name in ("ada", "bea", "cem"):
            person = add_person(session, f"{name}@example.com")
            for contact in add_contacts(session, person, "Sofia", "Tom"):
                for week in range(6):
                    log(session, person, contact, JANUARY + timedelta(weeks=week), "called")
            share(session, person, add_item(session), JANUARY)
    return fresh_database


def problems(database: Database) -> list[str]:
    with database.reading() as session:
        return verify(session).problems


def closed(database: Database) -> list[str]:
    with database.reading() as session:
        return list(closed_months(session))


def test_a_month_is_closed_whole_or_not_at_all(
    filled: Database, installation: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "data" / FOLDER

    def is_done() -> bool:
        months = closed(filled)
        assert months in ([], MONTHS)
        assert problems(filled) == []
        with filled.reading() as session:
            for month in months:
                for format in Format:
                    kept = (folder / f"{month}.{format}").read_bytes()
                    assert hashlib.sha256(kept).hexdigest() == get_hash(session, month, format)
        return bool(months)

    kills = kill_again_and_again(
        installation, "month", "close", MONTHS[-1], seed=4, step=30, is_done=is_done
    )
    assert kills > 5
    assert {path.name for path in folder.glob("2026*")} == {
        f"{month}.{format}" for month in MONTHS for format in Format
    }


def test_an_exported_file_is_there_whole_or_not_at_all(
    filled: Database, installation: dict[str, str], tmp_path: Path
) -> None:
    with filled.writing() as session:
        close_months(session, MONTHS[-1], closed_by=None, now=now(), data=tmp_path / "data")
    kept = tmp_path / "data" / FOLDER / f"{MONTHS[0]}.csv"
    wanted = kept.read_bytes()
    target = tmp_path / "data" / "january.csv"

    def is_done() -> bool:
        assert not target.exists() or target.read_bytes() == wanted
        assert not kept.exists() or kept.read_bytes() == wanted
        done = target.exists()
        kept.unlink(missing_ok=True)  # it is made anew each time
        return done

    kills = kill_again_and_again(
        installation,
        *("export", "recognition", MONTHS[0], "--format", "csv", "--output", str(target)),
        seed=5,
        step=3,
        is_done=is_done,
    )
    assert kills > 5
    assert problems(filled) == []


def test_standings_are_rebuilt_whole_or_not_at_all(
    filled: Database, installation: dict[str, str]
) -> None:
    with filled.writing() as session:
        session.execute(update(Standing).values(points=Standing.points + 1))
        session.execute(delete(Standing).where(Standing.period == MONTHS[0]))
    before = problems(filled)
    assert before

    def is_done() -> bool:
        found = problems(filled)
        assert found in (before, [])
        return not found

    kills = kill_again_and_again(
        installation, "ledger", "rebuild", seed=6, step=24, is_done=is_done
    )
    assert kills > 5


def test_an_upgrade_is_done_whole_or_not_at_all(
    filled: Database, installation: dict[str, str]
) -> None:
    with filled.writing() as session:
        command.downgrade(alembic_config(session.connection()), OLD)
        rows = session.scalar(text("SELECT count(*) FROM entry"))

    def is_done() -> bool:
        with filled.reading() as session:
            at = current(session.connection())
            assert session.scalar(text("SELECT count(*) FROM entry")) == rows
        assert at in (OLD, newest())
        return at == newest()

    kills = kill_again_and_again(installation, "db", "upgrade", seed=7, step=36, is_done=is_done)
    assert kills > 5
    assert triggers(filled) == TRIGGERS[filled.engine.dialect.name]
    with filled.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert problems(filled) == []


def test_a_first_start_that_was_killed_is_made_up_for(
    databases: Databases, installation: dict[str, str], tmp_path: Path
) -> None:
    url = databases.empty()
    database = Database(url)

    def is_done() -> bool:
        with database.reading() as session:
            at = current(session.connection())
            assert at in (None, newest())
            return at is not None and find_programme(session) is not None

    environ = {**installation, "ADVOCACY_DATABASE_URL": url}
    kills = kill_again_and_again(environ, "month", "list", seed=8, step=80, is_done=is_done)
    assert kills > 5
    assert problems(database) == []
    database.engine.dispose()
    databases.remove(url)


def test_a_backup_is_there_whole_or_not_at_all(
    filled: Database, installation: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "data" / "all.zip"

    def is_done() -> bool:
        if not target.exists():
            return False
        with archive.reading(target) as reader:
            assert reader.manifest.tables["entry"].rows
        return True

    kills = kill_again_and_again(
        installation, "db", "backup", str(target), seed=9, step=180, is_done=is_done
    )
    assert kills > 5


def test_what_was_acknowledged_survives_and_nothing_is_doubled(
    fresh_database: Database, installation: dict[str, str]
) -> None:
    """A process that logs is killed in the middle; what it was at is then sent once more."""
    settle_in(fresh_database)
    before: set[str] = set()
    for moment in islice(moments(seed=10, step=70), 1, 5):
        told = acknowledged(moment, installation, max(len(before) - 1, 0))
        with fresh_database.reading() as session:
            names = session.scalars(select(Contact.name).join(Participant))
            kept = Counter(names.all())
        assert set(told) <= set(kept)
        assert len(kept) - len({*before, *told}) in (0, 1)  # the one on its way
        assert set(kept.values()) <= {1}
        assert problems(fresh_database) == []
        before = set(kept)
    assert len(before) > 4
