"""The database: one engine, and sessions that read or that may write."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from select import POLLIN, poll
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    insert,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.pool import ConnectionPoolEntry

from advocacy.core.errors import Unavailable
from advocacy.core.tables import Base

BUSY_SECONDS = 15
"""How long one waits for another who writes the same."""

KEEP_ALIVE_SECONDS = 60
"""How long a connection to PostgreSQL is idle before it is asked whether it is still there."""

CONNECT_SECONDS = 5
_SILENT_SECONDS = 30
"""How long PostgreSQL's machine may acknowledge nothing before it counts as gone."""

_ASKS_AGAIN_MILLISECONDS = 10

_LONG_LOG = 16 << 20
"""From how many bytes on SQLite's log is begun anew, which waits for those who read."""
_WAITS_FOR_READERS_MILLISECONDS = 500

_WRITES = "advocacy_writes"
_TURN = "advocacy_turn"

_POSTGRESQL_OPTIONS = (
    "-c random_page_cost=1.1"  # what is asked for is in memory or on an SSD, not on a spindle
    " -c jit=off"  # no question here takes as long as compiling it
    " -c plan_cache_mode=force_generic_plan"  # nor as long as planning it each time
)

_POOL: dict[str, Any] = {
    "pool_size": 16,
    "max_overflow": 16,
    "pool_use_lifo": True,  # the one used last has what it read and planned at hand
}

# As PostgreSQL names what went wrong.
_WAITED_IN_VAIN = ("55P03", "40P01")
_GONE = ("08", "57P")
_READ_ONLY = "25006"


class Database:
    """An engine for SQLite or PostgreSQL.

    :param url: a SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = Lock()
        self._begins_anew_at = _LONG_LOG
        if self.is_sqlite:
            self.engine = create_engine(self.url, connect_args={"timeout": BUSY_SECONDS}, **_POOL)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", self._begin_sqlite)
            event.listen(self.engine, "checkin", self._end_turn)
            event.listen(self.engine, "checkin", _give_pages_back)
        else:
            self.engine = create_engine(
                self.url,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
                **_POOL,
                connect_args=connect_arguments(self.url),
            )
            event.listen(self.engine, "checkout", _notice_that_it_is_gone)
        event.listen(self.engine, "handle_error", _let_go_of_read_only)
        self._writer: Engine = self.engine.execution_options(**{_WRITES: True})
        self._reader: Engine = self.engine
        if not self.is_sqlite:
            self._writer = self._writer.execution_options(isolation_level="READ COMMITTED")
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")

    def session(self, *, writes: bool) -> Session:
        """Return a session of its own; one that may write takes SQLite's write lock at BEGIN.

        One that may not is for a page: on PostgreSQL each statement stands by itself, which saves
        two round trips, but a stream of rows (``yield_per``) is refused: that is for `reading`.
        """
        return Session(self._writer if writes else self.engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading: all that it reads is of one moment, and can be a stream."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or rolls back when something is raised."""
        with self.session(writes=True) as session, session.begin():
            yield session

    def _begin_sqlite(self, connection: Connection) -> None:
        """Begin; who may write waits for the turn, as SQLite lets one write at a time.

        SQLite itself has those who wait look again less and less often, so that whoever came
        last goes first. Here one of this process asks often, and the others wait for that one.
        """
        raw: Any = connection.connection.dbapi_connection
        if raw.in_transaction:
            raw.rollback()  # a COMMIT that was refused may leave its transaction open
        if not connection.get_execution_options().get(_WRITES):
            connection.exec_driver_sql("BEGIN")
            return
        until = monotonic() + BUSY_SECONDS
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, locked)
        connection.info[_TURN] = True
        _begin_immediately(connection, until)

    def _keep_log_short(self, raw: sqlite3.Connection) -> None:
        """Begin SQLite's log anew after a write, when it is long.

        SQLite itself does so only in a moment in which nobody reads: while many do, never.
        """
        length = self._log_length()
        if length < self._begins_anew_at:
            return
        with suppress(sqlite3.Error):  # what was written is kept all the same
            raw.execute(f"PRAGMA busy_timeout = {_WAITS_FOR_READERS_MILLISECONDS}")
            [(is_busy, *_)] = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._begins_anew_at = length + _LONG_LOG if is_busy else _LONG_LOG
        with suppress(sqlite3.Error):
            raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def _log_length(self) -> int:
        try:
            return Path(f"{self.url.database}-wal").stat().st_size
        except OSError:
            return 0

    def _end_turn(self, raw: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_TURN, False):
            try:
                if raw is not None:  # None is one that was found broken
                    self._keep_log_short(raw)
            finally:  # whatever happens, or nobody would ever write again
                self._turn.release()


def connect_arguments(url: URL) -> dict[str, Any]:
    """Return what a connection is opened with; what the address itself says goes before.

    Left to itself, libpq waits minutes for a machine that is gone without a word.
    """
    arguments = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": KEEP_ALIVE_SECONDS,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": _SILENT_SECONDS * 1000,
    }
    ours = {name: value for name, value in arguments.items() if name not in url.query}
    options = f"-c lock_timeout={BUSY_SECONDS * 1000:.0f} {_POSTGRESQL_OPTIONS}"
    return {"options": options, **ours}


def _begin_immediately(connection: Connection, until: float) -> None:
    """Take the write lock, asking often while another process has it.

    :param until: when to give up, by the monotonic clock.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA busy_timeout = {_ASKS_AGAIN_MILLISECONDS}")
    refused: OperationalError | None = None
    try:
        while refused is None or (_is_locked(refused.orig) and monotonic() < until):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                refused = error
            else:
                return
        raise refused
    finally:
        with suppress(sqlite3.ProgrammingError):  # it is closed when the database is read-only
            raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _is_locked(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy emits BEGIN, so that savepoints hold
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # acknowledged means kept, also when the power goes
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is gone from the file, too
        "recursive_triggers = ON",  # else INSERT OR REPLACE slips past the ledger's guard
        "cache_size = -2000",  # KiB of each connection; the system keeps the file at hand
    ):
        connection.execute(f"PRAGMA {pragma}")


def _give_pages_back(connection: sqlite3.Connection | None, _record: Any) -> None:
    """Keep no pages of the file between two requests: the next write outdates them anyway.

    Each connection of a pool would fill with its own, for hours.
    """
    if connection is not None:  # None is one that was found broken
        connection.execute("PRAGMA shrink_memory")


def _notice_that_it_is_gone(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool open another connection when the server has ended this one.

    PostgreSQL says nothing unasked to who waits but farewell, so a look at the socket is enough:
    it takes no round trip, as asking would before every page.
    """
    looked_at = poll()
    if not connection.closed:
        looked_at.register(connection.pgconn.socket, POLLIN)
    if connection.closed or looked_at.poll(0):
        raise InvalidatePoolError("PostgreSQL has ended the connection.")


def _let_go_of_read_only(context: ExceptionContext) -> None:
    """Open new connections: one that was opened read-only stays so when the cause is gone.

    All that are idle are closed at once, since those of a process share what SQLite keeps in
    memory: while one of them is open, the next is read-only as well.
    """
    if _is_read_only(context.original_exception):
        context.is_disconnect = True
        if context.execution_context is not None:
            context.execution_context.cursor.close()  # SQLite closes no file before its statements
        if context.engine is not None:
            context.engine.pool.dispose()


def _is_read_only(error: BaseException | None) -> bool:
    return getattr(error, "sqlstate", None) == _READ_ONLY or (
        getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY")
    )


def insert_numbered(
    session: Session, column: InstrumentedAttribute[int], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Insert rows and return the numbers that they got, in the order of the rows.

    :param column: the table's numbered primary key.
    :param rows: all with the same names.
    """
    if not rows:
        return []
    return list(session.connection().scalars(_insert_numbered_into(column), rows))


@cache
def _insert_numbered_into(column: InstrumentedAttribute[int]) -> Any:
    return insert(column.class_).returning(column, sort_by_parameter_order=True)


def upsert(
    session: Session,
    table: type[Base],
    rows: list[dict[str, Any]],
    *,
    keys: tuple[str, ...],
    adds: str | None = None,
) -> None:
    """Insert rows, or replace those that are there; ``adds`` is added to instead.

    :param rows: all with the same names.
    :param keys: the primary key.
    """
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    session.connection().execute(_upsert_of(dialect, table, tuple(rows[0]), keys, adds), rows)


@cache
def _upsert_of(
    dialect: str, table: type[Base], names: tuple[str, ...], keys: tuple[str, ...], adds: str | None
) -> Any:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    changed = {
        name: getattr(table, name) + statement.excluded[name]
        if name == adds
        else statement.excluded[name]
        for name in names
        if name not in keys
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@contextmanager
def said_plainly(database: Database) -> Iterator[None]:
    """Turn the engine's refusal into one clear line.

    :raises Unavailable: when the database cannot be reached, is locked, or has no room.
    """
    try:
        yield
    except OperationalError as error:
        raise Unavailable(_plain_reason(database, error)) from error


def is_refusal(error: BaseException) -> bool:
    """Tell whether the database refuses what it would take at another time.

    It is gone, full, busy or read-only, or more wait for it than it serves at once.
    """
    if isinstance(error, OperationalError | InterfaceError | NoConnectionFree):
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or _is_read_only(error.orig)
    )


def reason_in_the_log(error: BaseException) -> str:
    """Return the first line of what the database says, for who runs the house."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _plain_reason(database: Database, error: OperationalError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    if state in _WAITED_IN_VAIN or (database.is_sqlite and "locked" in str(error.orig)):
        return "The database is busy with another write. Try again in a moment."
    if not database.is_sqlite and (state is None or state.startswith(_GONE)):
        return "The database does not answer. Is PostgreSQL running, and the address right?"
    refusal = f"The database refuses: {str(error.orig).strip().splitlines()[0]}."
    return _reason_sqlite_refuses(database) or refusal


def reason_nothing_is_written(database: Database, session: Session) -> str | None:
    """Return why the database would take no write, or None when it would.

    Nothing is written and nobody waited for: whoever holds the write lock is well.
    """
    if database.is_sqlite:
        return _reason_sqlite_refuses(database)
    if session.scalar(text("SELECT current_setting('transaction_read_only')")) == "on":
        return "The database is read-only."
    return None


def _reason_sqlite_refuses(database: Database) -> str | None:
    if not database.is_sqlite or not database.url.database or "uri" in database.url.query:
        return None
    file = Path(database.url.database)
    if reason := reason_a_folder_refuses(file.parent):
        return reason
    may_write = os.access(file, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    return None if may_write else f"{file} cannot be written: it is read-only."


def reason_a_folder_refuses(folder: Path) -> str | None:
    """Return why nothing can be written in a folder, or None when it can.

    SQLite says "disk I/O error" as often as "full", so room and rights are tried out here.
    """
    probe = folder / ".room"
    try:
        with probe.open("wb") as file:
            file.write(b"\0" * 65536)
            file.flush()
    except OSError as error:
        return f"The folder {folder} cannot be written: {error.strerror}."
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return None
