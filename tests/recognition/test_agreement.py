"""Page, replay, export and command line say the same of every month, whatever was done before."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, example, given
from jinja2 import BytecodeCache

from advocacy.app import create_app
from advocacy.config import Settings
from tests.clock import SetClock
from tests.command import Command
from tests.databases import Undone
from tests.recognition.asked import Answers
from tests.recognition.histories import HISTORIES, OF_EVERYTHING
from tests.recognition.lived import World


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    monkeypatch.setattr("advocacy.core.time.datetime", SetClock)
    return lambda at: monkeypatch.setattr(SetClock, "said", at)


def test_all_sides_say_the_same(
    settings: Settings,
    compiled_templates: BytecodeCache,
    set_clock: Callable[[datetime], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = Undone(settings.database_url)
    app = create_app(settings, database)
    app.jinja_env.bytecode_cache = compiled_templates
    # The command reads and writes in the transaction that is undone, and leaves it open.
    monkeypatch.setattr("advocacy.cli.house.Database", lambda _url: database)
    monkeypatch.setattr(database.engine, "dispose", lambda: None)
    run = Command(tmp_path, database_url=settings.database_url)

    @hypothesis.settings(
        max_examples=10 if database.is_sqlite else 3,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(HISTORIES)
    @example(OF_EVERYTHING)
    def agree(history: list[tuple[object, ...]]) -> None:
        with database.undoing():
            world = World(database, settings.data, set_clock)
            world.live_through(history)
            answers = Answers(world, app, run)
            answers.check_entries()
            answers.check_pages()
            answers.check_boards()
            answers.check_closings()
            answers.check_replays()
            answers.check_proof()

    try:
        agree()
    finally:
        monkeypatch.undo()
        database.engine.dispose()
