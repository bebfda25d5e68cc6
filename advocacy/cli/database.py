"""Settings and the database."""

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
