"""Closing months, their files, and the ledger behind them."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advocacy.cli.output import format_option, print_as, print_table
from advocacy.cli.periods import MONTH

if TYPE_CHECKING:
    from advocacy.recognition.rules import MonthState
    from advocacy.recognition.verify import Report

_HEADINGS = {"month": "month", "state": "state", "closed_at": "closed at"}


@click.group("month")
def month() -> None:
    """List the months, and close one that is over."""


@month.command("list")
@format_option
def list_months(format_: str) -> None:
    """List the months from the first that counts to this one."""
    from advocacy.cli.house import opened_house
    from advocacy.recognition.queries import months

    with opened_house() as house:
        today = house.today()
        with house.database.reading() as session:
            rows = [_plain(each) for each in months(session, today)]
    print_as(format_, rows, lambda: print_table(_HEADINGS, rows))


@month.command("close")
@click.argument("month_", metavar="MONTH", type=MONTH)
@format_option
def close(month_: str, format_: str) -> None:
    """Close a month like 2026-10 once and for all, and every open one before it."""
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.recognition.actions import close_months
    from advocacy.recognition.queries import months

    with opened_house() as house:
        today = house.today()
        with house.database.writing() as session:
            closed = close_months(
                session, month_, closed_by=None, now=now(), data=house.settings.data
            )
        with house.database.reading() as session:
            (state,) = (each for each in months(session, today) if each.month == month_)

    def in_words() -> None:
        if len(closed) > 1:
            click.echo(f"Closed with those before it, from {closed[0]}: {len(closed)} months.")
        click.echo(f"{month_} is closed. Its files: advocacy export recognition {month_}")

    print_as(format_, _plain(state) | {"closed": closed}, in_words)


def _plain(state: "MonthState") -> dict[str, Any]:
    return {
        "month": state.month,
        "state": state.state,
        "closed_at": state.closed_at,
        "sha256": dict(state.sha256),
        "seal": state.seal._asdict() if state.seal else None,
    }


@month.command("hints")
@click.argument("month_", metavar="MONTH", type=MONTH)
@format_option
def hints(month_: str, format_: str) -> None:
    """Print what looks unusual beside the best of a month like 2026-10. A hint is no verdict."""
    from advocacy.cli.house import opened_house
    from advocacy.core.time import words_for_period
    from advocacy.recognition.boards import board
    from advocacy.recognition.queries import check_period
    from advocacy.recognition.unusual import LOOKED_AT, hints_in

    with opened_house() as house:
        today = house.today()
        with house.database.reading() as session:
            check_period(session, month_, today)
            first = board(session, month_, today=today, limit=LOOKED_AT).rows
            found = hints_in(session, month_, [row.person_id for row in first])
    rows = [
        {
            "rank": row.rank,
            "email": row.email,
            "name": row.name,
            "hint": hint.kind,
            "words": hint.words,
            "figures": dict(hint.figures),
        }
        for row in first
        for hint in found.get(row.person_id, ())
    ]

    def in_words() -> None:
        if rows:
            print_table({"rank": "#", "name": "name", "words": "what looks unusual"}, rows)
        else:
            click.echo(f"Nothing of what is looked for in {words_for_period(month_)}.")

    print_as(format_, rows, in_words)


@click.group("export")
def export() -> None:
    """Hand on what was closed."""


@export.command("recognition")
@click.argument("month_", metavar="MONTH", type=MONTH)
@click.option("--output", type=click.Path(path_type=Path), help="A file instead of the screen.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "xlsx", "json"]),
    default="csv",
    show_default=True,
)
def recognition(month_: str, output: Path | None, format_: str) -> None:
    """Print the recognition export of a closed month like 2026-10."""
    from advocacy.audit.actions import note
    from advocacy.audit.rules import Action
    from advocacy.cli.house import opened_house
    from advocacy.core.files import written_whole
    from advocacy.core.time import now
    from advocacy.recognition.actions import export_file

    if format_ == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("A spreadsheet is not for the screen: give --output FILE.")
    with opened_house() as house, house.database.writing() as session:
        content = export_file(session, month_, format_, house.settings.data)
        note(session, Action.EXPORTED, actor_id=None, detail=f"{month_} {format_}", now=now())
    if output is None:
        sys.stdout.buffer.write(content)
        return
    with written_whole(output) as file:
        file.write(content)


@click.group("ledger")
def ledger() -> None:
    """Prove the points, or make what is read from them anew."""


@ledger.command("verify")
@format_option
def verify(format_: str) -> None:
    """Hold every entry, standing and closed month against the record; exit 1 on a problem."""
    from advocacy.cli.house import opened_house
    from advocacy.recognition.verify import verify as verify_ledger

    with opened_house() as house, house.database.reading() as session:
        report = verify_ledger(session)
    _print_report(report, format_)


@ledger.command("rebuild")
@format_option
def rebuild(format_: str) -> None:
    """Make the standings anew from the ledger, then verify."""
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.recognition.verify import rebuild as rebuild_standings

    with opened_house() as house, house.database.writing() as session:
        report = rebuild_standings(session, now())
    _print_report(report, format_)


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _print_report(report: "Report", format_: str) -> None:
    def in_words() -> None:
        for problem in report.problems:
            click.echo(problem)
        found = (
            _counted(len(report.problems), "problem") if report.problems else "all as it should be"
        )
        entries, months = (
            _counted(report.entries, "entry", "entries"),
            _counted(report.months, "month"),
        )
        people = _counted(report.people, "person", "people")
        click.echo(f"{entries} of {people} in {months}: {found}.")

    print_as(format_, asdict(report), in_words)
    if report.problems:
        click.get_current_context().exit(1)
