"""The rules as an advocate reads them."""

import click

from advocacy.cli.output import format_option, print_as, print_table
from advocacy.cli.periods import MONTH

_HEADINGS = {"kind": "kind", "answered": "answered", "unanswered": "no answer yet"}


@click.command("rules")
@click.option("--month", "month", type=MONTH, help="The month that they hold in; this one without.")
@format_option
def rules(month: str | None, format_: str) -> None:
    """Print what a conversation is worth in a month."""
    from advocacy.cli.house import opened_house
    from advocacy.core.time import month_of
    from advocacy.points.queries import rule_book, rule_sets
    from advocacy.points.rule_words import priced, sentences

    with opened_house() as house:
        wanted = month or month_of(house.today())
        with house.database.reading() as session:
            in_force = rule_book(session).of_month(wanted)
            versions = [each for each in rule_sets(session) if each.from_month <= wanted]
    table = [
        {"kind": line.noun, "answered": line.answered, "unanswered": line.unanswered}
        for line in priced(in_force)
    ]
    document = {
        "month": wanted,
        "from": versions[-1].from_month if versions else None,
        "explanation": versions[-1].explanation if versions else None,
        "numbers": {name.rstrip("_"): points for name, points in in_force.numbers().items()},
        "rules": sentences(in_force),
    }

    def in_words() -> None:
        print_table(_HEADINGS, table)
        click.echo()
        for sentence in sentences(in_force):
            click.echo(f"- {sentence}")

    print_as(format_, document, in_words)
