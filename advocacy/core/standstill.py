"""Noticing that PostgreSQL stands still, so that whoever waits for it hears that it is gone.

The machine of a server that is paused, or waits for its disk, still answers: no time limit of a
connection ever ends that. A server that is well takes a new connection, however long it works on
what it was asked; where it takes none, those that wait for it are hung up on.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import event

from advocacy.core.database import BUSY_SECONDS, Database, connect_arguments

LOOK_SECONDS = 5


def watch(
    database: Database, *, patience: float = BUSY_SECONDS, every: float = LOOK_SECONDS
) -> Callable[[], None]:
    """Watch over a process's connections to PostgreSQL, in a thread; there is none on SQLite.

    :param patience: after how many seconds in use a connection is reason to ask the server.
    :param every: how many seconds lie between two looks.
    :returns: what ends it, before the process ends.
    """
    ended = Event()
    if not database.is_sqlite:
        in_use = _InUse(database)

        def look() -> None:
            stands_still = False
            while not ended.wait(every):
                is_asked = stands_still or in_use.longest() >= patience
                stands_still = is_asked and not _takes_connections(database)
                if stands_still:
                    in_use.hang_up()

        Thread(target=look, name="standstill watch", daemon=True).start()
    return ended.set


class _InUse:
    """The connections that somebody uses, each since when by the monotonic clock."""

    def __init__(self, database: Database) -> None:
        self._since: dict[Any, tuple[psycopg.Connection, float]] = {}
        self._lock = Lock()
        event.listen(database.engine, "checkout", self._taken)
        event.listen(database.engine, "checkin", self._done)
        event.listen(database.engine, "invalidate", self._done)

    def _taken(self, connection: psycopg.Connection, record: Any, _proxy: Any) -> None:
        with self._lock:
            self._since[record] = connection, monotonic()

    def _done(self, _connection: psycopg.Connection | None, record: Any, *_error: Any) -> None:
        with self._lock:
            self._since.pop(record, None)

    def longest(self) -> float:
        """Return for how many seconds the one in use for longest is."""
        with self._lock:
            now = monotonic()
            return max((now - since for _, since in self._since.values()), default=0)

    def hang_up(self) -> None:
        """End them all: who waits for an answer is told that there will be none."""
        with self._lock:  # none is closed meanwhile, whose number another file would have
            for connection, _ in self._since.values():
                with (
                    suppress(OSError, psycopg.Error),
                    socket(fileno=os.dup(connection.pgconn.socket)) as line,
                ):
                    line.shutdown(SHUT_RDWR)


def _takes_connections(database: Database) -> bool:
    arguments, named = database.engine.dialect.create_connect_args(database.url)
    try:
        psycopg.connect(*arguments, **{**named, **connect_arguments(database.url)}).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:
        return True  # to refuse one is an answer
    return True
