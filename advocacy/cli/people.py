"""People: adding, letting in, deactivating."""

import sys
from typing import TYPE_CHECKING, Any

import click

from advocacy.cli.output import format_option, print_as

if TYPE_CHECKING:
    from advocacy.people.models import Person, Team


@click.group("person")
def person() -> None:
    """Add people, and let them in or not."""


@person.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The full name.")
@click.option(
    "--role",
    type=click.Choice(["advocate", "manager", "administrator"]),
    default="advocate",
    show_default=True,
)
@click.option("--team", default="", help="The team, one that is there.")
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@format_option
def add(email: str, *, name: str, role: str, team: str, password_stdin: bool, format_: str) -> None:
    """Add a person; without a password, print a one-time link to choose one."""
    from advocacy.admin import actions
    from advocacy.audit.actions import note
    from advocacy.audit.rules import Action
    from advocacy.auth.actions import set_password
    from advocacy.cli.house import opened_house
    from advocacy.core.errors import NotFound
    from advocacy.core.time import now
    from advocacy.people.queries import find_team

    password = _password_read() if password_stdin else None
    with opened_house() as house:
        today = house.today()
        with house.database.writing() as session:
            found_team = find_team(session, team) if team.strip() else None
            if team.strip() and found_team is None:
                raise NotFound(f"There is no team {team[:80]}.")
            added = actions.add_person(
                session,
                email=email,
                name=name,
                title="",
                team_id=found_team.id if found_team else None,
                role=role,
                joined=today,
                actor_id=None,
                now=now(),
            )
            link = None
            if password is None:
                _, code = actions.new_link(session, added.id, actor_id=None, now=now())
                link = f"{house.settings.base_url}/welcome/{code}"
            else:
                set_password(session, added.id, password, now())
                note(session, Action.PASSWORD_SET, actor_id=None, subject_id=added.id, now=now())
            document = _described(added, found_team) | {"link": link}

    def in_words() -> None:
        click.echo(f"{added.name} ({added.email}) is here now, as {added.role}.")
        if link:
            click.echo(f"To choose a password, once and within a week: {link}")

    print_as(format_, document, in_words)


def _password_read() -> str:
    """Return the first line of standard input.

    :raises Invalid: when it is no UTF-8 text.
    """
    from advocacy.core.errors import Invalid

    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Invalid("The password is not UTF-8 text.") from error


@person.command("link")
@click.argument("email")
@format_option
def link(email: str, format_: str) -> None:
    """Print a new one-time link for a person to choose a password."""
    from advocacy.admin.actions import new_link
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.people.queries import get_person_by_email

    with opened_house() as house, house.database.writing() as session:
        found = get_person_by_email(session, email)
        _, code = new_link(session, found.id, actor_id=None, now=now())
        address = f"{house.settings.base_url}/welcome/{code}"
        document = _described(found, found.team) | {"link": address}
    print_as(format_, document, lambda: click.echo(address))


@person.command("deactivate")
@click.argument("email")
@format_option
def deactivate(email: str, format_: str) -> None:
    """Deactivate a person: signed out at once, off the open boards; the history stays."""
    _let_in(email, format_, active=False)


@person.command("activate")
@click.argument("email")
@format_option
def activate(email: str, format_: str) -> None:
    """Let a deactivated person in again."""
    _let_in(email, format_, active=True)


@person.command("forget-second-step")
@click.argument("email")
@format_option
def forget_second_step(email: str, format_: str) -> None:
    """Take the second step from a person who lost it; signed out everywhere."""
    from advocacy.admin.actions import forget_factors
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.people.queries import get_person_by_email

    with opened_house() as house, house.database.writing() as session:
        found = get_person_by_email(session, email)
        document = _described(found, found.team)
        _, had_one = forget_factors(session, found.id, actor_id=None, now=now())
    state = "signs in with the password alone" if had_one else "has no second step"
    words = f"{document['name']} ({document['email']}) {state}."
    print_as(format_, document, lambda: click.echo(words))


def _let_in(email: str, format_: str, *, active: bool) -> None:
    from advocacy.admin import actions
    from advocacy.cli.house import opened_house
    from advocacy.core.time import now
    from advocacy.people.queries import get_person_by_email

    with opened_house() as house, house.database.writing() as session:
        found = get_person_by_email(session, email)
        change = actions.activate if active else actions.deactivate
        change(session, found.id, actor_id=None, now=now())
        document = _described(found, found.team)

    def in_words() -> None:
        state = "may sign in again" if active else "is deactivated and signed out everywhere"
        click.echo(f"{found.name} ({found.email}) {state}.")

    print_as(format_, document, in_words)


def _described(person: "Person", team: "Team | None") -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "team": team.name if team else None,
        "joined": person.joined,
        "active": person.deactivated_at is None,
    }
