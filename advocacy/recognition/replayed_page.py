"""The page of a month as it stood: one for oneself, and one on a manager's way down."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from advocacy.core.errors import Invalid
from advocacy.core.time import day_of, now, parse_moment, start_of_day
from advocacy.people.models import Person
from advocacy.programme.queries import get_programme
from advocacy.recognition.asked import asked_part
from advocacy.recognition.replay import place_at, points_at, replay
from advocacy.recognition.rules import ordinal
from advocacy.relationships.weeks import by_week
from advocacy.web.session import db


def show_replayed(
    person: Person, month: str, action: str, *, for_manager: bool, of: str = ""
) -> ResponseReturnValue:
    """Show a person's month as it stood at the moment that the address asks for.

    :param action: the address of the page without its query.
    :param of: the longer period whose board one came from, if any: its points and place are told.
    """
    asked, zone = request.args.get("as_of", ""), get_programme(db()).time_zone
    known = {
        "person": person,
        "month": month,
        "action": action,
        "came_from": {name: request.args[name] for name in ("of", "team") if name in request.args},
        "asked": asked,
        "today": day_of(now(), zone),
    }
    try:
        moment = parse_moment(asked, zone, now())
    except Invalid as error:
        return render_template("recognition/replayed.html", **known, wrong=[error.message]), 422
    part = asked_part()
    found = replay(db(), person, month, moment, for_manager=for_manager)
    longer = of if of != month else ""
    return render_template(
        "recognition/replayed.html",
        **known,
        wrong=[],
        moment=moment,
        day_end=_day_that_ends(moment, zone),
        explained=found.explained,
        part=part,
        part_points=found.explained.of_part(part) if part else 0,
        page=f"{action}?{urlencode({'month': month, 'as_of': asked})}",
        weeks=by_week(found.explained, part),
        own_place=found.place,
        of=longer,
        points_of=points_at(db(), person, longer, moment) if longer else 0,
        place_of=place_at(db(), person, longer, moment) if longer else None,
        ordinal=ordinal,
    )


def _day_that_ends(moment: datetime, zone: str) -> date | None:
    """Return the day that ends at a moment, None in the midst of one."""
    day = day_of(moment, zone)
    return day - timedelta(days=1) if moment == start_of_day(day, zone) else None
