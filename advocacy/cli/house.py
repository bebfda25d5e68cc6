"""Opening the installation that the environment names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from advocacy.config import Settings
from advocacy.core.database import Database, said_plainly
from advocacy.core.errors import Conflict, Unavailable
from advocacy.core.migrate import Upgrade, current, is_known, newest, upgrade
from advocacy.core.time import day_of, now
from advocacy.programme.actions import start
from advocacy.programme.queries import find_programme, get_programme


@dataclass(frozen=True, slots=True)
class House:
    """An installation: its settings and its open database."""

    settings: Settings
    database: Database

    def today(self) -> date:
        """Return the day that it is in the programme."""
        with self.database.reading() as session:
            return day_of(now(), get_programme(session).time_zone)


@contextmanager
def opened_house(*, upgrades: bool = False) -> Iterator[House]:
    """Yield the installation, its database made when it is empty.

    :param upgrades: also bring an older database to the schema of this version.
    :raises Conflict: when the schema is not this version's.
    :raises Unavailable: when the database or its folder refuses.
    """
    settings = Settings.from_environment()
    make_folders(settings)
    database = Database(settings.database_url)
    make_private(database)
    try:
        with refused_in_one_line(database):
            _make_ready(database, settings, upgrades=upgrades)
            yield House(settings, database)
    finally:
        database.engine.dispose()


@contextmanager
def refused_in_one_line(database: Database) -> Iterator[None]:
    """Turn whatever the database refuses into one clear line.

    :raises Unavailable: with that line.
    """
    try:
        with said_plainly(database):
            yield
    except OperationalError:
        raise
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        raise Unavailable(f"The database refuses: {reason}.") from error


def make_folders(settings: Settings) -> None:
    """Make the data folder, and the one that the database lies in.

    :raises Unavailable: when that cannot be.
    """
    folders = [settings.data]
    if settings.database_url.startswith("sqlite:///"):
        folders.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error


def is_there(database: Database) -> bool:
    """Tell whether there is something to look into: SQLite would make its file by looking."""
    path = database.url.database
    return not (database.is_sqlite and path) or Path(path).exists()


def make_private(database: Database) -> None:
    """Make SQLite's file, where it is not there yet, readable by its owner only.

    :raises Unavailable: when that cannot be.
    """
    if database.is_sqlite and database.url.database:
        path = Path(database.url.database)
        try:
            if not path.exists():
                path.touch(mode=0o600)  # what SQLite puts beside it takes its mode
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error


def bring_up_to_date(database: Database, settings: Settings) -> Upgrade:
    """Upgrade the database and make the programme when there is none yet."""
    done = upgrade(database)
    with database.writing() as session:
        start(session, time_zone=settings.time_zone, now=now())
    return done


def _make_ready(database: Database, settings: Settings, *, upgrades: bool) -> None:
    with database.reading() as session:
        at = current(session.connection())
        is_ready = at == newest() and find_programme(session) is not None
    if is_ready:
        return
    if at not in (None, newest()) and is_known(str(at)) and not upgrades:
        raise Conflict("The database has the schema of another version. Run: advocacy db upgrade")
    bring_up_to_date(database, settings)
