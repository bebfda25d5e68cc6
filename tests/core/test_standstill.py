"""PostgreSQL that stands still: who waits for it is told, and all comes back by itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore, active_count

import pytest
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from advocacy.core import standstill
from advocacy.core.database import Database
from advocacy.core.standstill import watch
from advocacy.programme.models import Programme
from tests.databases import Databases, PostgresqlDatabases


@pytest.fixture
def postgresql(databases_on: Callable[[str], Databases]) -> PostgresqlDatabases:
    server = databases_on("postgresql")
    assert isinstance(server, PostgresqlDatabases)
    return server


@pytest.fixture
def watched(postgresql: PostgresqlDatabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr("advocacy.core.database.CONNECT_SECONDS", 2)  # the least that there is
    url = postgresql.migrated()
    database = Database(url)
    end = watch(database, patience=0.2, every=0.1)
    yield database
    end()
    database.engine.dispose()
    postgresql.remove(url)


def test_who_waits_for_a_server_that_stands_still_is_told(
    watched: Database, postgresql: PostgresqlDatabases
) -> None:
    def ask(session: Session) -> int:
        return session.scalars(select(literal(1))).one()

    with ThreadPoolExecutor() as threads, watched.session(writes=False) as known:
        ask(known)
        with postgresql.standing_still():
            for session in (known, watched.session(writes=False)):
                with pytest.raises(OperationalError):
                    threads.submit(ask, session).result(timeout=30)
    with watched.reading() as session:
        assert ask(session) == 1


def test_who_waits_for_somebody_else_is_left_alone(
    watched: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, takes_connections = Semaphore(0), standstill._takes_connections

    def count(database: Database) -> bool:
        takes = takes_connections(database)
        asked.release()
        return takes

    def wait() -> int:
        with watched.writing() as session:
            return session.scalars(select(func.count()).select_from(Programme)).one()

    monkeypatch.setattr(standstill, "_takes_connections", count)
    with ThreadPoolExecutor() as threads:
        with watched.writing() as session:
            session.execute(text("LOCK TABLE programme"))
            waiting = threads.submit(wait)
            for _ in range(3):
                assert asked.acquire(timeout=30)
        assert waiting.result() == 0


def test_nobody_watches_a_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/advocacy.sqlite3")
    before = active_count()
    watch(database)()
    assert active_count() == before
