"""Importing files, with a progress bar for whoever watches."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from tqdm import tqdm

from advocacy.cli.output import format_option, one_line, print_as


@click.group("import", short_help="Bring in a CSV file.")
def import_() -> None:
    """Bring in people, items, shares or conversations from a CSV file.

    UTF-8, comma or semicolon, a header row in any order. A row that is wrong goes to
    FILE.rejected.csv with its line number and reason, the others go in. The same row again adds
    nothing, so an import that was interrupted is completed by running it again.
    """


def _import_command(kind: str, columns: str) -> None:
    @import_.command(kind, help=f"Bring in {kind}.\n\nColumns (optional in brackets): {columns}.")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Judge every row and write nothing.")
    @format_option
    def run(file: Path, *, dry_run: bool, format_: str) -> None:
        _import(kind, file, dry_run=dry_run, format_=format_)


_import_command("people", "email, name [team, role, title, preferred_name, say_it, joined]")
_import_command("items", "title [url, text, topics, published_at, expires_at, external_id]")
_import_command("shares", "advocate, item, channel, occurred_at [address, external_id]")
_import_command(
    "conversations",
    "advocate, contact, occurred_at, kind, began, answered [channel, note, external_id]",
)


class Bar:
    """A progress bar on standard error, with rate and time left, when that is a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None

    def begin(self, doing: str, total: int, unit: str) -> None:
        """Begin a new bar."""
        self.end()
        self._bar = tqdm(
            desc=doing,
            total=total,
            unit="B" if unit == "bytes" else f" {unit}",
            unit_scale=True,
            disable=not sys.stderr.isatty(),
            leave=False,
        )

    def advance(self, done: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(done)

    def warn(self, message: str) -> None:
        """Say something odd."""
        click.echo(one_line(message), err=True)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def _import(kind: str, file: Path, *, dry_run: bool, format_: str) -> None:
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.imports.actions import import_file
    from advocacy.imports.rules import ImportKind

    bar = Bar()
    try:
        with opened_house() as house:
            result = import_file(
                house.database, ImportKind(kind), file, dry_run=dry_run, now=now(), watcher=bar
            )
    finally:
        bar.end()

    def in_words() -> None:
        if dry_run:
            click.echo("A dry run: nothing was written.")
        click.echo(
            f"{result.rows} rows in {result.seconds:.1f} s: {result.added} added, "
            f"{result.changed} changed, {result.unchanged} unchanged, {result.rejected} rejected."
        )
        if result.rejected_file:
            click.echo(f"What was rejected, and why, is in {result.rejected_file}")

    print_as(format_, asdict(result), in_words)
