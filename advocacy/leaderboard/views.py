"""The manager's leaderboard, and the way down to every single entry."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core import time
from advocacy.core.errors import Invalid
from advocacy.people.queries import get_person, teams
from advocacy.points.rules import FIRST_RULES
from advocacy.programme.queries import get_programme
from advocacy.recognition.queries import board as read_board
from advocacy.recognition.rules import is_over
from advocacy.relationships import queries
from advocacy.web.paging import asked_page
from advocacy.web.session import db, short_write
from advocacy.web.user import current_user

blueprint = Blueprint("leaderboard", __name__)


def _asked_period(today: date) -> str:
    """Return the period that the address names: month, quarter, year or all; else this month."""
    for name in ("month", "quarter", "year"):
        if text := request.args.get(name):
            return time.parse_period(text)
    return time.ALL_TIME if "all" in request.args else time.month_of(today)


def _asked_team() -> int | None:
    text = request.args.get("team", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid("There is no such team.", field="team")
    return int(text)


def _address(period: str, team: int | None) -> str:
    if period == time.ALL_TIME:
        name = "all"
    else:
        name = {7: "month", 4: "year"}[len(period)] if "Q" not in period else "quarter"
    wanted = {name: "1" if name == "all" else period}
    if team is not None:
        wanted["team"] = str(team)
    return f"/leaderboard?{urlencode(wanted)}"


@blueprint.get("/leaderboard")
def board() -> ResponseReturnValue:
    """Show who builds the most relationships."""
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    period = _asked_period(today)
    team = _asked_team()
    page = asked_page()
    shown = read_board(db(), period, today=today, team_id=team, limit=page.rows, offset=page.offset)
    at = time.month_of(min(time.last_day(period), today))
    before = time.previous_period(period)
    after = _after(period, today)
    return render_template(
        "leaderboard/board.html",
        board=shown,
        period=period,
        tabs=_tabs(period, at, team),
        before=_address(before, team) if before else "",
        after=_address(after, team) if after else "",
        teams=teams(db()),
        team=team,
        page=page,
        links=page.links(has_more=shown.has_more),
        month=period if len(period) == 7 and "Q" not in period else at,
        is_month=len(period) == 7 and "Q" not in period,
        can_close=is_over(period, today) if len(period) == 7 and "Q" not in period else False,
    )


def _after(period: str, today: date) -> str | None:
    if period == time.ALL_TIME or time.last_day(period) >= today:
        return None
    following = time.month_of(time.last_day(period)), 1
    month = time.shift_month(*following)
    month_, quarter, year, _ = time.periods_of(month)
    return quarter if "Q" in period else year if len(period) == 4 else month_


def _tabs(period: str, at: str, team: int | None) -> list[dict[str, Any]]:
    month, quarter, year, ever = time.periods_of(at)
    names = (("Month", month), ("Quarter", quarter), ("Year", year), ("All time", ever))
    return [
        {"name": name, "href": _address(each, team), "current": each == period}
        for name, each in names
    ]


@blueprint.get("/leaderboard/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """Show a person's entries of a month. The look is written down, and the person sees it."""
    somebody = get_person(db(), person_id)
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    month = time.parse_month(request.args.get("month", time.month_of(today)))
    looked_at = time.now()
    if somebody.id != current_user.id:
        with short_write() as session:
            note(
                session,
                Action.LOOKED,
                actor_id=current_user.id,
                subject_id=somebody.id,
                detail=month,
                now=looked_at,
            )
    explained = queries.explain(db(), somebody, month, for_manager=True)
    return render_template(
        "leaderboard/person.html",
        person=somebody,
        month=month,
        is_this_month=month == time.month_of(today),
        before=f"/leaderboard/{person_id}?month={time.shift_month(month, -1)}",
        after=f"/leaderboard/{person_id}?month={time.shift_month(month, 1)}"
        if month < time.month_of(today)
        else "",
        explained=explained,
        weeks=queries.by_week(explained),
        balance=queries.balance_of(db(), somebody.id, month, today),
        looked_at=looked_at,
        rules=FIRST_RULES,
    )
