"""Bringing a database to the schema that this version expects."""

from dataclasses import dataclass
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from advocacy.config import carried
from advocacy.core.database import Database, said_plainly
from advocacy.core.errors import Conflict

_NEWER = (
    "The database has the schema {}, which this version does not know: a newer one has written "
    "it. Install that one, or restore a backup."
)
_UPGRADE_LOCK = 4_217_001
"""PostgreSQL's advisory lock that one upgrade holds while others wait."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: the revisions before and after; None is an empty database."""

    before: str | None
    after: str


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(carried("migrations")))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """Return the revision that this version expects."""
    head = _scripts().get_current_head()
    if head is None:
        raise LookupError("no migrations are carried with the app")
    return head


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(carried("migrations")))
    return ScriptDirectory.from_config(config)


def steps_from(revision: str | None) -> list[dict[str, str]]:
    """Return the steps from a revision to the newest, the first first.

    :raises Conflict: when this version does not know the revision.
    """
    if revision is not None and not is_known(revision):
        raise Conflict(_NEWER.format(revision))
    steps = []
    for one in _scripts().walk_revisions():
        if one.revision == revision:
            break
        steps.append({"revision": str(one.revision), "what": (one.doc or "").splitlines()[0]})
    return steps[::-1]


def is_known(revision: str) -> bool:
    """Tell whether this version carries a revision."""
    return any(one.revision == revision for one in _scripts().walk_revisions())


def current(connection: Connection) -> str | None:
    """Return the revision that a database is at, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> Upgrade:
    """Bring the database to a revision in one transaction; several processes take turns.

    :raises Unavailable: when the database cannot be reached or written.
    :raises Conflict: when a newer version has written it.
    """
    with said_plainly(database), database.session(writes=True) as session, session.begin():
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK}
            )
        before = current(connection)
        if before is not None and not is_known(before):
            raise Conflict(_NEWER.format(before))
        wanted = newest() if to == "head" else to
        if before != wanted:
            command.upgrade(alembic_config(connection), to)
        return Upgrade(before, wanted)
