"""The manager's leaderboard, and the way down to every single entry."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.core import time
from advocacy.core.errors import Invalid, NotFound
from advocacy.leaderboard.looks import note_look
from advocacy.people.queries import get_person, teams
from advocacy.points.queries import points_by_month
from advocacy.programme.queries import get_programme
from advocacy.recognition.asked import asked_figure, asked_part, what_is_behind
from advocacy.recognition.balances import (
    Shown,
    balance_of_person,
    balance_of_programme,
    balance_of_team,
)
from advocacy.recognition.behind import LOOKED_AT, OF_TEAMS, behind_all
from advocacy.recognition.boards import board as read_board
from advocacy.recognition.hints import Unusual
from advocacy.recognition.queries import check_period, month_to_close, period_before
from advocacy.recognition.replayed_page import show_replayed
from advocacy.recognition.rules import is_over, ordinal, period_after
from advocacy.recognition.unusual import hints_in
from advocacy.relationships.balance import balance_of
from advocacy.relationships.explained import Explained, explain
from advocacy.relationships.weeks import by_week
from advocacy.web.numbers import row_number
from advocacy.web.paging import asked_page
from advocacy.web.session import db

blueprint = Blueprint("leaderboard", __name__)

BALANCE = "/leaderboard/balance"


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
    if (number := row_number(text)) is None:
        raise Invalid("There is no such team.", field="team")
    return number


def _address(period: str, team: int | None, page: str = "/leaderboard") -> str:
    if period == time.ALL_TIME:
        name = "all"
    else:
        name = {7: "month", 4: "year"}[len(period)] if "Q" not in period else "quarter"
    wanted = {name: "1" if name == "all" else period}
    if team is not None:
        wanted["team"] = str(team)
    return f"{page}?{urlencode(wanted)}"


def _way_down(person_id: int, month: str, of: str, team: int | None) -> str:
    """Return the address of a person's entries; the board one came from goes along."""
    return f"/leaderboard/{person_id}?{_came_from(month, of, team)}"


def _came_from(month: str, of: str, team: int | None) -> str:
    wanted = {"month": month}
    if of != month and _is_within(month, of):
        wanted["of"] = of
    if team is not None:
        wanted["team"] = str(team)
    return urlencode(wanted)


def _is_within(month: str, period: str) -> bool:
    return time.first_day(period) <= time.first_day(month) <= time.last_day(period)


@blueprint.get("/leaderboard")
def board() -> ResponseReturnValue:
    """Show who builds the most relationships."""
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    period = _asked_period(today)
    check_period(db(), period, today)
    team, page = _asked_team(), asked_page()
    shown = read_board(db(), period, today=today, team_id=team, limit=page.rows, offset=page.offset)
    if team is not None and team not in dict(shown.teams):
        raise Invalid("There is no such team.", field="team")
    if page.number > 1 and not shown.rows:
        raise NotFound("There is no such page.")
    at = time.month_of(min(time.last_day(period), today))
    before, after = period_before(db(), period, today), period_after(period, today)
    to_close = month_to_close(db(), today)
    return render_template(
        "leaderboard/board.html",
        board=shown,
        period=period,
        tabs=_tabs(period, at, team),
        balance_address=_address(period, team, BALANCE),
        before=_address(before, team) if before else "",
        after=_address(after, team) if after else "",
        team=team,
        page=page,
        links=page.links(has_more=shown.has_more),
        came_from=_came_from(at, period, team),
        is_month=time.is_month(period),
        last_day=time.last_day(period),
        can_close=time.is_month(period) and is_over(period, today) and not shown.wholly_closed,
        to_close=to_close if to_close != period and not shown.wholly_closed else None,
    )


@blueprint.get(BALANCE)
def balance() -> ResponseReturnValue:
    """Show the balance of relationships of the programme or of a team."""
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    period = _asked_period(today)
    check_period(db(), period, today)
    team, names = _asked_team(), {one.id: one.name for one in teams(db())}
    if team is not None and team not in names:
        raise Invalid("There is no such team.", field="team")
    before, after = period_before(db(), period, today), period_after(period, today)
    at = time.month_of(min(time.last_day(period), today))
    what, part = asked_figure(of_person=False), asked_page(LOOKED_AT)
    behind = behind_all(db(), what, period, today, team, offset=part.offset) if what else None
    return render_template(
        "leaderboard/balance.html",
        balance=balance_of_programme(db(), period, today)
        if team is None
        else balance_of_team(db(), team, period, today),
        period=period,
        is_now=time.last_day(period) >= today,
        is_month=time.is_month(period),
        tabs=_tabs(period, at, team, BALANCE),
        before=_address(before, team, BALANCE) if before else "",
        after=_address(after, team, BALANCE) if after else "",
        board_address=_address(period, team),
        team=team,
        teams=names,
        page=_address(period, team, BALANCE),
        way_down=f"?{_came_from(at, period, team)}"
        f"&show={'opening' if what in OF_TEAMS else what}#behind",
        behind=behind,
        links=part.links(has_more=behind.has_more, to="behind") if behind else None,
    )


def _tabs(
    period: str, at: str, team: int | None, page: str = "/leaderboard"
) -> list[dict[str, Any]]:
    month, quarter, year, ever = time.periods_of(at)
    names = (("Month", month), ("Quarter", quarter), ("Year", year), ("All time", ever))
    return [
        {"name": name, "href": _address(each, team, page), "current": each == period}
        for name, each in names
    ]


@blueprint.get("/leaderboard/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """Show a person's entries of a month. The look is written down, and the person sees it."""
    somebody = get_person(db(), person_id)
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    month = time.parse_month(request.args.get("month", time.month_of(today)))
    of = time.parse_period(request.args.get("of", month))
    team = _asked_team()
    check_period(db(), month, today)
    if not _is_within(month, of):
        of = month
    looked_at = time.now()
    note_look(somebody.id, month, looked_at)
    if "as_of" in request.args:
        address = f"/leaderboard/{person_id}"
        return show_replayed(somebody, month, address, for_manager=True, of=of)
    explained = explain(db(), somebody, month, for_manager=True)
    before, after = period_before(db(), month, today), period_after(month, today)
    part, balance = asked_part(), _balance_of(somebody.id, month, today)
    return render_template(
        "leaderboard/person.html",
        person=somebody,
        month=month,
        of=of,
        months=_months_of(somebody.id, month, of, team),
        board_address=_address(of, team),
        is_this_month=month == time.month_of(today),
        before=_way_down(person_id, before, of, team) if before else "",
        after=_way_down(person_id, after, of, team) if after else "",
        today=today,
        came_from=request.args,
        explained=explained,
        page=_way_down(person_id, month, of, team),
        part=part,
        part_points=explained.of_part(part) if part else 0,
        weeks=by_week(explained, part),
        balance=balance,
        looked_at=looked_at,
        ordinal=ordinal,
        **what_is_behind(somebody, month, of, today, balance, for_manager=True, team_id=team),
        **_around_place(somebody.id, month, of, team, today),
        **_hinted(explained, somebody.id),
    )


def _around_place(
    person_id: int, month: str, of: str, team: int | None, today: date
) -> dict[str, str]:
    """Return the ways from a place: to the period before, and to others of the same board."""
    before = period_before(db(), of, today) if of != time.ALL_TIME else None
    shown = "&show=place#behind"
    there = ""
    if before:
        last = time.month_of(time.last_day(before))
        there = _way_down(person_id, last, before, team) + shown
    return {"place_before": there, "place_query": f"?{_came_from(month, of, team)}{shown}"}


def _hinted(explained: Explained, person_id: int) -> dict[str, Any]:
    """Return the hint that the address asks for, and how much of it stands among the entries.

    :raises Invalid: when there is no such kind of hint.
    """
    name = request.args.get("hint", "")
    if name and name.upper() not in Unusual.__members__:
        raise Invalid("There is no such hint.", field="hint")
    if not name:
        return {"hint": None, "hint_is_gone": False}
    hints = hints_in(db(), explained.month, [person_id]).get(person_id, [])
    hint = next((one for one in hints if one.kind == Unusual[name.upper()]), None)
    marked = [one for one in explained.entries if hint and one.is_about(hint.deeds)]
    return {
        "hint": hint,
        "hint_is_gone": hint is None,
        "hint_talks": len({one.deed for one in marked}),
    }


def _balance_of(person_id: int, month: str, today: date) -> Shown:
    told = balance_of(db(), person_id, month, today)
    return balance_of_person(db(), person_id, month, today, told)


def _months_of(person_id: int, shown: str, of: str, team: int | None) -> list[dict[str, Any]]:
    """Return the months of the longer period that one came from, each with its points."""
    if of == shown:
        return []
    months = points_by_month(db(), person_id, of)
    return [
        {
            "month": month,
            "points": points,
            "href": _way_down(person_id, month, of, team),
            "is_shown": month == shown,
        }
        for month, points in sorted({shown: 0, **months}.items())
    ]
