"""What an address asks to see of a month: a part of its points, or what makes a figure."""

from datetime import date
from typing import Any

from flask import request

from advocacy.core.errors import Invalid
from advocacy.people.models import Person
from advocacy.recognition.balances import Shown
from advocacy.recognition.behind import OF_PERSONS, OF_TEAMS, TITLES, behind_person, figure_of
from advocacy.recognition.places import told_of_place
from advocacy.relationships.entries import Part
from advocacy.web.session import db

_PLACE = "place"


def asked_part() -> Part | None:
    """Return the part of the points whose entries the address asks for; None for all.

    :raises Invalid: when there is no such part.
    """
    text = request.args.get("part", "")
    if text and text not in set(Part):
        raise Invalid("Points have no such part.", field="part")
    return Part(text) if text else None


def asked_figure(*, of_person: bool) -> str:
    """Return the figure that the address asks about, nothing when about none.

    :raises Invalid: when there is no such figure.
    """
    text = request.args.get("show", "")
    known = {*TITLES, _PLACE} - {*OF_TEAMS} if of_person else {*TITLES} - {*OF_PERSONS}
    if text and text not in known:
        raise Invalid("There is no such figure.", field="show")
    return text


def what_is_behind(
    person: Person,
    month: str,
    period: str,
    today: date,
    balance: Shown,
    *,
    for_manager: bool,
    team_id: int | None = None,
) -> dict[str, Any]:
    """Return what makes the figure that the address asks about, for a template.

    :param period: the longer period that one came from, else the month; with ``within`` in the
        address it is the month all the same.
    :param balance: of the month.
    """
    what = asked_figure(of_person=True)
    if "within" in request.args:
        period = month
    place = behind = None
    if what == _PLACE:
        place = told_of_place(db(), person, period, team_id=team_id)
    elif what:
        told = figure_of(balance, what) if period == month else None
        behind = behind_person(
            db(), person, what, period, today, for_manager=for_manager, told=told
        )
    return {"asked": what, "behind": behind, "place_told": place}
