"""What tests may ask for: a session, an app, a server; each on both database engines."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

# The app is imported by the fixtures that need it, so that pure tests run at once.
if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import BytecodeCache
    from sqlalchemy.orm import Session

    from advocacy.config import Settings
    from advocacy.core.database import Database
    from advocacy.people.models import Person
    from tests.databases import Databases, Lent
    from tests.servers import LiveServer

ENGINES = ("sqlite", "postgresql")

# A slow machine is no bug. Where everything must pass, the examples are the same every time.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=ENGINES,
        help="run the tests that need a database on this engine only (browser tests: on this "
        "one instead of sqlite)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        engines = [chosen] if chosen else list(ENGINES)
        metafunc.parametrize("database_engine", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_engine(request: pytest.FixtureRequest) -> str:
    """Name the engine that this test runs on."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def databases_on() -> Iterator[Callable[[str], "Databases"]]:
    """Give the maker of databases on an engine, started when first asked for."""
    from tests.databases import MAKERS, folder_in_memory

    started: dict[str, Databases] = {}

    def on(engine: str) -> "Databases":
        if engine not in started:
            started[engine] = MAKERS[engine](folder_in_memory())
        return started[engine]

    yield on
    for maker in started.values():
        maker.close()


@pytest.fixture(scope="session")
def databases(database_engine: str, databases_on: Callable[[str], "Databases"]) -> "Databases":
    """Make databases for tests that need several, or an empty one."""
    return databases_on(database_engine)


@pytest.fixture(scope="session")
def database_url(databases: "Databases") -> Iterator[str]:
    """Name a database with the schema, which every test leaves as empty as it found it."""
    url = databases.migrated()
    yield url
    databases.remove(url)


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator["Database"]:
    """Open the database of `database_url`; write to it through `session` only."""
    from advocacy.core.database import Database

    opened = Database(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def session(database: "Database") -> Iterator["Session"]:
    """Open a session whose commits are savepoints in a transaction that is undone at the end."""
    from tests.databases import undone

    with undone(database) as opened:
        yield opened


@pytest.fixture
def ada(session: "Session") -> "Person":
    """Give an advocate, in a programme of her own."""
    from tests.builders import add_person, add_programme

    add_programme(session)
    return add_person(session)


@pytest.fixture
def mona(session: "Session", ada: "Person") -> "Person":
    """Give a manager in Ada's programme."""
    from tests.builders import add_person

    return add_person(session, "mona@example.com", name="Mona Berg", role="manager")


@pytest.fixture
def sofia(session: "Session", ada: "Person") -> int:
    """Give the number of somebody whom Ada knows."""
    from tests.builders import add_contacts

    return add_contacts(session, ada, "Sofia Marin")[0]


@pytest.fixture
def fresh_url(databases: "Databases") -> Iterator[str]:
    """Name a database with the schema that is this test's alone."""
    url = databases.lend()
    yield url
    databases.take_back(url)


@pytest.fixture(scope="session")
def lent(database_url: str) -> "Lent":
    """Give the database that `fresh_database` lends to one test after the other."""
    from tests.databases import Lent

    return Lent(database_url)


@pytest.fixture
def fresh_database(lent: "Lent", fresh_url: str) -> Iterator["Database"]:
    """Open a database that is this test's alone, for what commits, locks or runs in threads."""
    lent.becomes(fresh_url)
    yield lent
    lent.rest()


@pytest.fixture
def settings(fresh_url: str, tmp_path: Path) -> "Settings":
    """Give the settings of an installation that is this test's alone."""
    from advocacy.config import Settings

    return Settings.from_environment(
        {
            "ADVOCACY_DATA": str(tmp_path / "data"),
            "ADVOCACY_DATABASE_URL": fresh_url,
            "ADVOCACY_SECRET_KEY": "only for tests",
        }
    )


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work, in this process: with all of it the tests take far longer.

    Tests of the hashing itself set the real one again; servers of their own have it.
    """
    if actions := sys.modules.get("advocacy.auth.actions"):
        from argon2 import PasswordHasher

        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(actions, "_HASHER", quick)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> "BytecodeCache":
    """Keep compiled templates: every test has an app of its own, the templates are the same."""
    from jinja2 import FileSystemBytecodeCache

    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(compiled_templates: "BytecodeCache") -> Iterator[Callable[["Settings"], "Flask"]]:
    """Make apps for tests that change the settings; `app` is the one with the usual ones."""
    from advocacy.app import create_app
    from advocacy.core.database import Database

    made: list[Flask] = []

    def make(settings: "Settings") -> "Flask":
        app = create_app(settings)
        app.config["TESTING"] = True
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        for extension in app.extensions.values():
            if isinstance(extension, Database):
                extension.engine.dispose()


@pytest.fixture(scope="session")
def lent_app(lent: "Lent", compiled_templates: "BytecodeCache") -> "Flask":
    """Make the app that `app` lends to one test after the other: its parts meet once."""
    from advocacy.app import create_app
    from advocacy.config import Settings

    named = {"ADVOCACY_DATABASE_URL": str(lent.url), "ADVOCACY_SECRET_KEY": "only for tests"}
    app = create_app(Settings.from_environment(named), lent)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def app(lent_app: "Flask", fresh_database: "Database", settings: "Settings") -> Iterator["Flask"]:
    """Give the app with a database of this test's own, which may change its configuration."""
    changeable = (lent_app.config, lent_app.view_functions)
    before, request_class = [dict(one) for one in changeable], lent_app.request_class
    lent_app.config["ADVOCACY"] = settings
    yield lent_app
    for one, was in zip(changeable, before, strict=True):
        one.clear()
        one.update(was)
    lent_app.request_class = request_class


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """Open a browser without a screen, nobody signed in."""
    return app.test_client()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., "LiveServer"]]:
    """Start servers of this test's own: `serve(database_url=fresh_url)`."""
    from tests.servers import LiveServer

    started: list[LiveServer] = []

    def start(*arguments: str, **settings: str) -> "LiveServer":
        folder = tmp_path / f"server-{len(started)}"
        folder.mkdir()
        server = LiveServer(folder=folder, data=folder / "data", settings=settings)
        started.append(server)
        server.start(*arguments)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def live_server(
    request: pytest.FixtureRequest,
    databases_on: Callable[[str], "Databases"],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator["LiveServer"]:
    """Serve one installation with a person of each role, for all the browser tests."""
    from tests.servers import LiveServer

    engine = request.config.getoption("--database") or "sqlite"
    folder = tmp_path_factory.mktemp("live-server")
    url = databases_on(engine).migrated()
    server = LiveServer(folder=folder, data=folder / "data", settings={"database_url": url})
    try:
        server.add_people()
        server.start()
        yield server
    finally:
        server.stop()
        databases_on(engine).remove(url)
