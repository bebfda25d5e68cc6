"""Attempts to sign in are counted while others of the same account are forgiven."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import delete, event, text
from sqlalchemy.exc import OperationalError

from advocacy.auth.actions import begin_attempt
from advocacy.auth.models import Attempts
from advocacy.auth.rules import Throttled
from advocacy.core.database import Database

KEYS = [(Throttled.ACCOUNT, "avi@example.com")]


def test_an_attempt_is_counted_though_another_is_forgiven_meanwhile(
    fresh_database: Database,
) -> None:
    now = datetime.now(UTC)
    impatient = "PRAGMA busy_timeout = 20" if fresh_database.is_sqlite else "SET lock_timeout = 20"

    def forgive(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO attempts"):
            with suppress(OperationalError), fresh_database.reading() as other:
                other.execute(text(impatient))
                other.execute(delete(Attempts))
                other.commit()

    with fresh_database.writing() as session:
        begin_attempt(session, KEYS, now)
    event.listen(fresh_database.engine, "after_cursor_execute", forgive)
    with fresh_database.writing() as session:
        begin_attempt(session, KEYS, now)
    event.remove(fresh_database.engine, "after_cursor_execute", forgive)
    with fresh_database.reading() as session:
        assert session.query(Attempts).one().failures == 2
