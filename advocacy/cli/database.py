"""Settings and the database."""

from datetime import datetime
from pathlib import Path

import click

from advocacy.cli.output import format_option, print_as, print_table
from advocacy.config import Settings


@click.command("settings", short_help="Print every setting and where it came from.")
@format_option
def show_settings(format_: str) -> None:
    """Print every setting and where it came from, secrets hidden."""
    rows = Settings.from_environment().shown()
    headings = {"name": "setting", "value": "value", "origin": "from"}
    print_as(format_, rows, lambda: print_table(headings, rows))


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command("upgrade")
@format_option
def upgrade(format_: str) -> None:
    """Bring the database to the schema of this version."""
    from advocacy.cli.house import bring_up_to_date, make_folders, make_private, refused_in_one_line
    from advocacy.core.database import Database

    settings = Settings.from_environment()
    make_folders(settings)
    opened = Database(settings.database_url)
    make_private(opened)
    try:
        with refused_in_one_line(opened):
            done = bring_up_to_date(opened, settings)
    finally:
        opened.engine.dispose()

    def in_words() -> None:
        if done.before == done.after:
            click.echo(f"The database is at {done.after} already.")
        elif done.before is None:
            click.echo(f"The database was empty and is at {done.after} now.")
        else:
            click.echo(f"The database went from {done.before} to {done.after}.")

    print_as(format_, {"before": done.before, "after": done.after}, in_words)


@database.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1, 999),
    help="FILE is a folder: write a dated file there, and keep the newest so many.",
)
@format_option
def backup(file: Path, *, keep: int | None, format_: str) -> None:
    """Write everything into one archive, while people go on writing."""
    from advocacy.backups.actions import back_up, keep_newest
    from advocacy.backups.rules import NAME_PATTERN
    from advocacy.cli.house import opened_house
    from advocacy.core.errors import Conflict
    from advocacy.core.time import now

    if not keep and file.is_dir():
        raise Conflict(f"{file} is a folder: name a file, or say how many it keeps with --keep.")
    at = now()
    path = file / f"{at:{NAME_PATTERN}}" if keep else file
    with opened_house() as house:
        taken = back_up(house.database, path, at)
    gone = keep_newest(file, keep, taken=path) if keep else []
    rows = sum(part.rows for part in taken.tables.values())
    document = {
        "file": str(path),
        "rows": rows,
        "schema": taken.revision,
        "taken_at": taken.taken_at,
        "removed": [str(one) for one in gone],
    }
    print_as(format_, document, lambda: click.echo(f"{rows} rows are in {path}."))


@database.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@format_option
def restore(file: Path, format_: str) -> None:
    """Bring a backup into an empty place, on either engine, and verify it."""
    from advocacy.backups.actions import opened as opened_backup
    from advocacy.backups.actions import restore as bring_back
    from advocacy.cli.house import make_folders, make_private, refused_in_one_line
    from advocacy.core.database import Database
    from advocacy.core.errors import Conflict
    from advocacy.recognition.verify import verify

    with opened_backup(file) as backup:  # first: settings make the data folder, and its secret
        settings = Settings.from_environment()
        make_folders(settings)
        opened = Database(settings.database_url)
        make_private(opened)
        try:
            with refused_in_one_line(opened):
                brought = bring_back(opened, backup)
                with opened.reading() as session:
                    report = verify(session)
        finally:
            opened.engine.dispose()
    if opened.is_sqlite and opened.url.database:
        Path(opened.url.database).chmod(0o600)
    if report.problems:
        raise Conflict(f"It is here, but does not verify: {report.problems[0]}")
    rows = sum(part.rows for part in brought.tables.values())
    document = {
        "file": str(file),
        "rows": rows,
        "taken_at": brought.taken_at,
        "entries": report.entries,
        "people": report.people,
        "months": report.months,
    }
    taken = datetime.fromisoformat(brought.taken_at)
    words = f"{rows} rows are back, as of {taken:%Y-%m-%d %H:%M} UTC. The ledger verifies."
    print_as(format_, document, lambda: click.echo(words))


@database.command("check")
@format_option
def check(format_: str) -> None:
    """Say what an upgrade would do, and do nothing."""
    from advocacy.cli.house import is_there, refused_in_one_line
    from advocacy.core.database import Database
    from advocacy.core.migrate import current, newest, steps_from

    settings = Settings.from_environment()
    opened, at = Database(settings.database_url), None
    if is_there(opened):
        try:
            with refused_in_one_line(opened), opened.reading() as session:
                at = current(session.connection())
        finally:
            opened.engine.dispose()
    steps = steps_from(at)
    document = {"at": at, "newest": newest(), "steps": steps}

    def in_words() -> None:
        if not steps:
            click.echo(f"The database is at {at}, the newest. There is nothing to do.")
            return
        click.echo(
            f"The database is {f'at {at}' if at else 'empty'}. An upgrade takes these steps:"
        )
        for step in steps:
            click.echo(f"  {step['revision']}  {step['what']}")

    print_as(format_, document, in_words)
