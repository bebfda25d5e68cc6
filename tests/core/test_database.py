"""Sessions that read or write, instants, and the numbers that rows get."""

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from sqlalchemy import Dialect, event, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from advocacy.core.database import BUSY_SECONDS, Database, insert_numbered, said_plainly
from advocacy.core.errors import Conflict, Unavailable
from advocacy.core.stale import check_stamp, stamp
from advocacy.people.models import Team
from advocacy.points.models import Tie
from advocacy.programme.models import Programme
from tests.builders import add_person, add_programme, add_team
from tests.databases import Databases


def test_writing_commits_at_the_end(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_team(session, "Sales")
    with fresh_database.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Sales"]


def test_what_is_raised_undoes_everything(fresh_database: Database) -> None:
    def fail() -> None:
        with fresh_database.writing() as session:
            add_team(session, "Sales")
            raise Conflict("No.")

    with pytest.raises(Conflict):
        fail()
    with fresh_database.reading() as session:
        assert session.scalars(select(Team.name)).all() == []


def test_a_savepoint_that_is_undone_undoes_only_itself(fresh_database: Database) -> None:
    def fail(session: Session) -> None:
        with session.begin_nested():
            add_team(session, "Gone")
            raise Conflict("No.")

    with fresh_database.writing() as session:
        add_team(session, "Stays")
        with pytest.raises(Conflict):
            fail(session)
    with fresh_database.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Stays"]


def test_sqlite_keeps_what_is_acknowledged_and_guards_the_law(fresh_database: Database) -> None:
    if not fresh_database.is_sqlite:
        with fresh_database.reading() as session:
            assert session.scalar(text("SHOW server_encoding")) == "UTF8"
        return
    with fresh_database.reading() as session:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("recursive_triggers", 1),
        ):
            assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_an_instant_comes_back_aware_and_in_utc(session: Session) -> None:
    programme = add_programme(session)
    east = timezone(timedelta(hours=9))
    programme.created_at = datetime(2026, 10, 5, 8, 30, 0, 123456, tzinfo=east)
    session.flush()
    session.expire_all()
    kept = session.get_one(Programme, 1).created_at
    assert kept == datetime(2026, 10, 4, 23, 30, 0, 123456, tzinfo=UTC)
    assert kept.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    programme = add_programme(session)
    programme.created_at = datetime(2026, 10, 5, 8, 30)  # noqa: DTZ001 (that is the point)
    with pytest.raises((StatementError, ValueError), match="without a time zone"):
        session.flush()


def test_rows_get_numbers_in_their_order(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        person = add_person(session, joined=date(2026, 1, 1)).id

    def write(turn: int) -> dict[int, int]:
        rows = [{"person_id": person, "number": turn * 50 + n} for n in range(50)]
        with fresh_database.writing() as session:
            numbers = insert_numbered(session, Tie.id, rows)
        return dict(zip(numbers, (row["number"] for row in rows), strict=True))

    with ThreadPoolExecutor(4) as pool:
        told = [numbers for part in pool.map(write, range(8)) for numbers in part.items()]
    assert len(told) == 400
    with fresh_database.reading() as session:
        kept = session.execute(select(Tie.id, Tie.number)).all()
    assert sorted(told) == sorted((number, of_person) for number, of_person in kept)


def test_no_rows_get_no_numbers(session: Session) -> None:
    assert insert_numbered(session, Tie.id, []) == []


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/advocacy.sqlite3")
    with pytest.raises(Unavailable) as told, said_plainly(database), database.reading() as session:
        session.execute(text("SELECT 1"))
    assert "\n" not in told.value.message
    assert isinstance(told.value.__cause__, OperationalError)
    database.engine.dispose()


def test_a_machine_that_says_nothing_counts_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advocacy.core.database.CONNECT_SECONDS", 2)  # the least that there is
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        database = Database(f"postgresql+psycopg://ada@127.0.0.1:{silent.getsockname()[1]}/none")
        with pytest.raises(Unavailable) as told, said_plainly(database):
            database.engine.connect()
    assert told.value.message.startswith("The database does not answer.")


@pytest.mark.parametrize(("said", "waits"), [("", 5), ("?connect_timeout=3", 3)])
def test_how_long_to_wait_for_a_machine_can_be_said_in_its_address(said: str, waits: int) -> None:
    asked: list[dict[str, Any]] = []
    database = Database(f"postgresql+psycopg://ada@127.0.0.1:1/none{said}")

    @event.listens_for(database.engine, "do_connect")
    def note(_dialect: Dialect, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
        asked.append(named)

    with pytest.raises(OperationalError):
        database.engine.connect()
    assert [(int(one["connect_timeout"]), one["tcp_user_timeout"]) for one in asked] == [
        (waits, 30_000)
    ]


def test_what_is_erased_is_gone_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "advocacy.sqlite3"
    database = Database(f"sqlite:///{file}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT)"))
        session.execute(text("INSERT INTO name (name) VALUES ('Unforgettable'), ('Sofia')"))
    with database.writing() as session:
        session.execute(text("DELETE FROM name WHERE id = 1"))
    database.engine.dispose()  # the log goes into the file
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Sofia" in kept
    assert b"Unforgettable" not in kept


def test_a_file_that_can_be_written_again_is_written_again(tmp_path: Path) -> None:
    """Connections of one process share their memory, which stays read-only while one is open."""
    before = Database(f"sqlite:///{tmp_path}/advocacy.sqlite3")
    with before.writing() as session:
        session.execute(text("CREATE TABLE kept (number)"))
    file = shutil.copytree(tmp_path, tmp_path / "left by a killed worker") / "advocacy.sqlite3"
    before.engine.dispose()
    database = Database(f"sqlite:///{file}")

    def only_read(*_: Any) -> sqlite3.Connection:
        address = f"file:{file}?readonly_shm=1"
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    event.listen(database.engine, "do_connect", only_read)
    with ExitStack() as open_at_once:
        for _ in range(3):
            session = open_at_once.enter_context(database.reading())
            session.execute(text("SELECT * FROM kept"))
    with pytest.raises(OperationalError, match="readonly"), database.writing() as session:
        session.execute(text("INSERT INTO kept VALUES (1)"))
    event.remove(database.engine, "do_connect", only_read)
    with database.writing() as session:
        session.execute(text("INSERT INTO kept VALUES (1)"))
    database.engine.dispose()


def test_a_log_that_is_long_is_begun_anew_once_those_who_read_let_it(
    databases_on: Callable[[str], Databases], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advocacy.core.database._LONG_LOG", 64 << 10)
    monkeypatch.setattr("advocacy.core.database._WAITS_FOR_READERS_MILLISECONDS", 1)
    url = databases_on("sqlite").migrated()
    database = Database(url)
    log = Path(f"{database.url.database}-wal")
    lengths: list[int] = []

    def write() -> None:
        with database.writing() as session:
            add_team(session, f"Team {len(lengths)}")
        lengths.append(log.stat().st_size)

    with database.reading() as reader:
        reader.scalars(select(Team.name)).all()
        while not lengths or lengths[-1] < 300 << 10:
            write()
    assert lengths == sorted(lengths)
    with database.engine.connect() as connection:
        waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    assert waits == BUSY_SECONDS * 1000
    while lengths[-1] > 0:
        write()
        assert lengths[-1] < 400 << 10
    for _ in range(40):
        write()
    assert max(lengths[-40:]) < 100 << 10
    assert lengths[-40:].count(0) > 1
    with database.reading() as session:
        assert len(session.scalars(select(Team.name)).all()) == len(lengths)
    database.engine.dispose()


def test_a_turn_ends_also_when_the_log_cannot_be_begun_anew(
    databases_on: Callable[[str], Databases], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(databases_on("sqlite").migrated())

    def fail() -> int:
        raise ArithmeticError

    monkeypatch.setattr(database, "_log_length", fail)
    with pytest.raises(ArithmeticError), database.writing() as session:
        add_team(session, "Sales")
    assert not database._turn.locked()
    database.engine.dispose()


def test_a_database_that_is_busy_is_said_in_one_line(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
    impatient = "PRAGMA busy_timeout = 50" if fresh_database.is_sqlite else "SET lock_timeout = 50"
    touch = text("UPDATE programme SET name = name")
    with fresh_database.writing() as busy:
        busy.execute(touch)
        with fresh_database.reading() as session:
            session.execute(text(impatient))
            with pytest.raises(Unavailable) as told, said_plainly(fresh_database):
                session.execute(touch)
    assert told.value.message.startswith("The database is busy with another write.")


def test_nobody_waits_longer_than_that_for_a_lock(database: Database) -> None:
    asked = "PRAGMA busy_timeout" if database.is_sqlite else "SHOW lock_timeout"
    waits = {"PRAGMA busy_timeout": 15_000, "SHOW lock_timeout": "15s"}
    for writes in (False, True):
        with database.session(writes=writes) as session:
            assert session.scalar(text(asked)) == waits[asked]


def test_a_stamp_knows_whether_something_was_changed() -> None:
    seen = stamp("Ada", None, 3)
    check_stamp(seen, "Ada", None, 3)
    check_stamp("", "anything")
    with pytest.raises(Conflict):
        check_stamp(seen, "Ada", None, 4)
