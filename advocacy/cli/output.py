"""What commands print: one JSON document, or a table for people."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)


def one_line(text: str) -> str:
    """Return a text for the terminal, which obeys control characters: it gets none."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def print_json(document: object) -> None:
    """Print one JSON document; days and instants as ISO 8601."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_as_text))


def print_as(format_: str, document: object, in_words: Callable[[], None]) -> None:
    """Print a document as JSON, or let it be told in words."""
    if format_ == "json":
        print_json(document)
    else:
        in_words()


def print_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows under headings, numbers to the right.

    :param columns: the heading of each field that is shown.
    """
    lines = [list(columns.values())]
    lines += [[_shown(row[field]) for field in columns] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    numbers = [
        bool(rows) and all(isinstance(row[field], int | None) for row in rows) for field in columns
    ]
    for line in lines:
        cells = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _as_text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return one_line(str(value))
