"""One app for all the tests of a module: whatever a request does is undone after it."""

from collections.abc import Iterator

import pytest

from advocacy.app import create_app
from advocacy.config import Settings
from tests.app.world import World, fill
from tests.databases import Databases, Undone


@pytest.fixture(scope="module")
def world(database_url_of_module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings.from_environment(
        {
            "ADVOCACY_DATA": str(tmp_path_factory.mktemp("data")),
            "ADVOCACY_DATABASE_URL": database_url_of_module,
            "ADVOCACY_SECRET_KEY": "only for tests",
        }
    )
    database = Undone(settings.database_url)
    with database.writing() as session:
        tokens, values = fill(session, settings)
    app = create_app(settings, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield World(app, database, tokens, values)
    database.engine.dispose()


@pytest.fixture(scope="module")
def database_url_of_module(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = databases.migrated()
    yield url
    databases.remove(url)
