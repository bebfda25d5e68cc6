"""Who stands where, and why."""

import csv
import sys
from typing import TYPE_CHECKING, Any

import click

from advocacy.cli.output import format_option, print_as, print_json, print_table
from advocacy.cli.periods import MONTH, QUARTER, YEAR

if TYPE_CHECKING:
    from datetime import datetime

    from advocacy.recognition.boards import BoardRow
    from advocacy.recognition.ranking import Place
    from advocacy.relationships.explained import Explained

_HEADINGS = {
    "rank": "#",
    "name": "name",
    "team": "team",
    "points": "points",
    "movement": "moved",
    "begun": "begun",
    "alive": "alive",
    "conversations": "conversations",
    "answered": "answered",
    "in_person": "in person",
    "shares": "shares",
    "email": "e-mail",
}


@click.command("leaderboard", short_help="Print who stands where.")
@click.option("--month", type=MONTH, help="Like 2026-10; without any period, this month.")
@click.option("--quarter", type=QUARTER, help="Like 2026-Q4.")
@click.option("--year", type=YEAR, help="Like 2026.")
@click.option("--all", "all_time", is_flag=True, help="All time.")
@click.option("--team", help="Only the members of a team.")
@click.option("--top", type=click.IntRange(1, 1_000_000), help="Only so many rows.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)
def leaderboard(
    *,
    month: str | None,
    quarter: str | None,
    year: str | None,
    all_time: bool,
    team: str | None,
    top: int | None,
    format_: str,
) -> None:
    """Print the leaderboard of a month, a quarter, a year or all time."""
    from advocacy.cli.house import opened_house
    from advocacy.core.errors import NotFound
    from advocacy.core.time import words_for_period
    from advocacy.people.queries import find_team
    from advocacy.recognition.boards import board
    from advocacy.recognition.files import words_for_left
    from advocacy.recognition.queries import check_period
    from advocacy.recognition.rules import words_for_movement

    given = _given_period(month, quarter, year, all_time=all_time)
    with opened_house() as house:
        today = house.today()
        with house.database.reading() as session:
            period = given or f"{today:%Y-%m}"
            check_period(session, period, today)
            found_team = find_team(session, team) if team is not None else None
            if team is not None and found_team is None:
                raise NotFound(f"There is no team {team[:80]}.")
            found = board(
                session,
                period,
                today=today,
                team_id=found_team.id if found_team else None,
                limit=top,
            )
    rows = [_plain(row) for row in found.rows]
    if format_ == "json":
        print_json({"period": found.period, "left_ranking": found.left_ranking, "rows": rows})
    elif format_ == "csv":
        _print_csv(rows)
    else:
        of_team = f", team {found_team.name}" if found_team else ""
        words = words_for_period(found.period)
        click.echo(f"{words[0].upper()}{words[1:]}{of_team}")
        print_table(
            _HEADINGS, [{**row, "movement": words_for_movement(row["movement"])} for row in rows]
        )
        if found.left_ranking:
            click.echo(words_for_left(found.left_ranking))


def _given_period(
    month: str | None, quarter: str | None, year: str | None, *, all_time: bool
) -> str | None:
    """Return the one period that was given, or None.

    :raises UsageError: when there are several.
    """
    from advocacy.core.time import ALL_TIME

    every = {
        "month": month,
        "quarter": quarter,
        "year": year,
        "all": ALL_TIME if all_time else None,
    }
    given = {name: period for name, period in every.items() if period is not None}
    if len(given) > 1:
        raise click.UsageError(f"Choose one of --{' and --'.join(given)}.")
    return next(iter(given.values()), None)


def _plain(row: "BoardRow") -> dict[str, Any]:
    return {
        "rank": row.rank,
        "email": row.email,
        "name": row.name,
        "team": row.team,
        "points": row.points,
        "movement": row.movement,
        **{
            name: getattr(row.figures, name)
            for name in ("begun", "alive", "conversations", "answered", "in_person", "shares")
        },
    }


def _print_csv(rows: list[dict[str, Any]]) -> None:
    from advocacy.core.text import harmless

    fields = [name for name in _HEADINGS if name != "email"]
    fields.insert(1, "email")
    writer = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: harmless(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
        )


@click.command("explain", short_help="Print what built somebody's points.")
@click.argument("email")
@click.option("--month", type=MONTH, help="Like 2026-10; without it, this month.")
@click.option("--as-of", metavar="TIME", help="As it stood then: a day, or an ISO 8601 time.")
@format_option
def explain(email: str, month: str | None, as_of: str | None, format_: str) -> None:
    """Print every entry behind a person's points in a month, contacts as a manager sees them."""
    from advocacy.audit.actions import note
    from advocacy.audit.rules import Action
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now, parse_moment
    from advocacy.people.queries import get_person_by_email
    from advocacy.programme.queries import get_programme
    from advocacy.recognition.replay import replay
    from advocacy.relationships.explained import explain

    with opened_house() as house:
        asked = month or f"{house.today():%Y-%m}"
        with house.database.reading() as session:
            person = get_person_by_email(session, email)
            zone = get_programme(session).time_zone
            moment = parse_moment(as_of, zone, now()) if as_of is not None else None
            if moment is None:
                explained, place = explain(session, person, asked, for_manager=True), None
            else:
                replayed = replay(session, person, asked, moment, for_manager=True)
                explained, place = replayed.explained, replayed.place
        with house.database.writing() as session:  # the person sees this look too
            note(
                session,
                Action.LOOKED,
                actor_id=None,
                subject_id=person.id,
                detail=asked,
                now=now(),
            )
    document = _document(person.email, explained)
    if moment:
        document |= {
            "as_of": moment,
            "rank": place.rank if place else None,
            "of": place.of if place else None,
        }
    print_as(format_, document, lambda: _print_explained(person.name, explained, moment, place))


def _document(email: str, explained: "Explained") -> dict[str, Any]:
    return {
        "email": email,
        "month": explained.month,
        "points": explained.points,
        "seen": explained.seen,
        "word": explained.word,
        "shares": explained.shares,
        "entries": _entries(explained),
    }


def _entries(explained: "Explained") -> list[dict[str, Any]]:
    return [
        {
            "id": entry.id,
            "rule": entry.rule,
            "evidence": entry.evidence,
            "points": entry.points,
            "day": entry.day,
            "recorded_at": entry.recorded_at,
            "contact": entry.contact,
            "source": entry.source,
            "reason": entry.reason,
        }
        for entry in explained.entries
    ]


def _print_explained(
    name: str, explained: "Explained", moment: "datetime | None", place: "Place | None"
) -> None:
    from advocacy.core.time import words_for_period

    points = "point" if explained.points == 1 else "points"
    counted = min(explained.word, explained.word_limit)
    click.echo(
        f"{name}, {words_for_period(explained.month)}: {explained.points} {points} (seen "
        f"{explained.seen}, on their word {explained.word}, counted {counted}, shares "
        f"{explained.shares})"
    )
    if moment:
        rank = f", rank {place.rank} of {place.of}" if place else ", without a rank"
        click.echo(f"As it stood at {moment:%Y-%m-%d %H:%M} UTC{rank}.")
    headings = {"day": "day", "points": "points", "rule": "rule", "evidence": "evidence"}
    headings |= {"contact": "contact", "reason": "reason"}
    if explained.entries:
        print_table(headings, _entries(explained))
