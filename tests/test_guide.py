"""The administrators' guide says what is so."""

import re
import shlex
from pathlib import Path

import click
import pytest

from advocacy.cli import root
from advocacy.config import Settings

GUIDE = (Path(__file__).parent.parent / "docs" / "running.md").read_text(encoding="utf-8")
IN_WORDS = {"DATA", "DATABASE_URL", "SECRET_KEY", "MAIL_URL", "METRICS"}
COMMANDS = set(
    re.findall(r"(?:^    |`|bin/)advocacy ((?!settings)[a-z][^`\n|]*)", GUIDE, re.MULTILINE)
)


def test_every_setting_stands_in_its_table_with_its_default(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ADVOCACY_DATA": str(tmp_path)})
    rows = re.findall(r"^\| `(ADVOCACY_\w+)` \| .+ \| (.+) \|$", GUIDE, re.MULTILINE)
    assert [name for name, _ in rows] == [row["name"] for row in settings.shown()]
    told = {name: default.strip("`") for name, default in rows}
    for row in settings.shown():
        if str(row["name"]).removeprefix("ADVOCACY_") not in IN_WORDS:
            assert told[str(row["name"])] == str(row["value"])


def test_every_setting_that_it_names_exists(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ADVOCACY_DATA": str(tmp_path)})
    assert set(re.findall(r"ADVOCACY_\w+", GUIDE)) == {row["name"] for row in settings.shown()}


def test_commands_are_found_in_it() -> None:
    assert {"db check", "ledger verify", "serve --workers 2", "jobs"} <= COMMANDS


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_every_command_that_it_names_exists(words: str) -> None:
    group: click.Command = root
    arguments = shlex.split(words)
    while isinstance(group, click.Group):
        name = arguments.pop(0)
        found = group.get_command(click.Context(group), name)
        assert found, name
        group = found
    if "--help" not in arguments:
        group.make_context(words, arguments)  # refuses options and arguments that it has not
