"""How many relationships there were, came, went and are."""

from typing import TYPE_CHECKING

import click

from advocacy.cli.output import format_option, print_as, print_table
from advocacy.cli.periods import MONTH

if TYPE_CHECKING:
    from advocacy.recognition.balances import Shown

_ALWAYS = ("opening", "begun", "revived", "drifted", "closing")


@click.command("balance", short_help="Print what relationships began and went.")
@click.option("--month", type=MONTH, help="Like 2026-10; without it, this month.")
@click.option("--team", help="Only those of a team.")
@format_option
def balance(month: str | None, team: str | None, format_: str) -> None:
    """Print the balance of relationships of a month, and who began its conversations."""
    from advocacy.cli.house import opened_house
    from advocacy.core.errors import NotFound
    from advocacy.core.time import month_of, words_for_period
    from advocacy.people.queries import find_team
    from advocacy.recognition.balances import balance_of_programme, balance_of_team
    from advocacy.recognition.queries import check_period

    with opened_house() as house:
        today = house.today()
        asked = month or month_of(today)
        with house.database.reading() as session:
            check_period(session, asked, today)
            found_team = find_team(session, team) if team is not None else None
            if team is not None and found_team is None:
                raise NotFound(f"There is no team {team[:80]}.")
            shown = (
                balance_of_team(session, found_team.id, asked, today)
                if found_team
                else balance_of_programme(session, asked, today)
            )
    of_team = found_team.name if found_team else None
    document = {
        "month": asked,
        "team": of_team,
        "balance": shown.balance._asdict() if shown.balance else None,
        "conversations": shown.conversations,
        "they_began": shown.they_began,
    }

    def in_words() -> None:
        click.echo(words_for_period(asked) + (f", team {of_team}" if of_team else ""))
        _print(shown)

    print_as(format_, document, in_words)


def _print(shown: "Shown") -> None:
    if shown.balance is None:
        click.echo("Not kept: the month was closed before there were balances.")
        return
    headings = {
        name: name for name, number in shown.balance._asdict().items() if number or name in _ALWAYS
    }
    print_table(headings, [shown.balance._asdict()])
    if shown.conversations:
        click.echo(
            f"{shown.share} % of {shown.conversations} conversations were begun by the other side."
        )
