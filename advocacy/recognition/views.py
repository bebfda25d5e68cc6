"""The months: their state, closing one after a preview, and its files."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.conversations.queries import count_unanswered
from advocacy.core import time
from advocacy.core.errors import DomainError, NotFound
from advocacy.people.queries import names_of
from advocacy.points.queries import first_open_month, last_closed_month, rule_book
from advocacy.points.seals import find_seal
from advocacy.programme.queries import get_programme
from advocacy.questions.queries import count_open
from advocacy.recognition import actions, queries
from advocacy.recognition.boards import first_to_close
from advocacy.recognition.closed_totals import Rows, kept_totals
from advocacy.recognition.preview import most_on_word, preview
from advocacy.recognition.rules import Format, can_be_closed, is_over, passed_by_one_in_ten
from advocacy.recognition.unusual import LOOKED_AT, with_hints
from advocacy.recognition.verify import adds_up
from advocacy.web.paging import asked_page
from advocacy.web.session import database, db, short_write
from advocacy.web.user import current_user

blueprint = Blueprint("recognition", __name__)

_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
PREVIEW_ROWS = 10
MOST_WAITING = 1000
"""Talks without an answer are counted so far: to count millions takes seconds."""


@blueprint.get("/recognition")
def months() -> ResponseReturnValue:
    """List the months, latest first."""
    page = asked_page(24)
    today = time.day_of(time.now(), get_programme(db()).time_zone)
    found = queries.months(db(), today)[::-1]
    shown = found[page.offset : page.offset + page.rows]
    return render_template(
        "recognition/months.html",
        months=shown,
        this_month=time.month_of(today),
        links=page.links(has_more=len(found) > page.offset + page.rows),
    )


@blueprint.get("/recognition/<month>")
def month(month: str) -> ResponseReturnValue:
    """Show a closed month and its files; an open one leads to its preview."""
    time.parse_month(month)
    if (last_closed_month(db()) or "") < month:
        return redirect(f"/recognition/{month}/close")
    hashes = {str(kind): queries.get_hash(db(), month, kind) for kind in Format}
    return render_template(
        "recognition/month.html",
        month=month,
        closed=queries.get_closed_month(db(), month),
        rows=queries.first_closed_rows(db(), month, PREVIEW_ROWS),
        totals=kept_totals(db(), Rows.STANDINGS, [month])[month],
        hashes=hashes,
        seal=find_seal(db(), month),
    )


@blueprint.get("/recognition/<month>/close")
def close_page(month: str) -> ResponseReturnValue:
    """Show what closing a month would close."""
    return _preview(month)


def _preview(month: str, error: DomainError | None = None) -> ResponseReturnValue:
    time.parse_month(month)
    programme = get_programme(db())
    today = time.day_of(time.now(), programme.time_zone)
    earliest = queries.earliest_month(db(), today)
    if month < earliest or month > time.month_of(today):
        raise NotFound(f"There is nothing in {time.words_for_period(month)} to close.")
    if month <= (last_closed_month(db()) or ""):
        return _closed_already(month, 409 if error else 200)
    refused = error
    try:
        can_be_closed(month, earliest=earliest, last_closed=last_closed_month(db()), today=today)
    except DomainError as reason:
        refused = refused or reason
    word_limit = rule_book(db()).of_month(month).word_limit
    closing = time.months_between(first_open_month(db()) or earliest, month)
    first = first_to_close(db(), month, today, limit=LOOKED_AT)
    looked = with_hints(db(), month, first, always=PREVIEW_ROWS)
    with database().reading() as reading:  # figures that are held against each other
        found = preview(reading, month, today)
        entries, of_people, problems = adds_up(reading, closing)
    return (
        render_template(
            "recognition/close.html",
            month=month,
            refused=refused,
            rows=looked,
            questions=count_open(db(), {one.row.person_id for one in looked}, time.last_day(month)),
            looked_at=len(first),
            found=found,
            with_it=closing[:-1],
            is_over=is_over(month, today),
            entries=entries,
            of_people=of_people,
            problems=problems,
            word_limit=word_limit,
            reached=sum(people for word, people in found.on_word.items() if 0 < word >= word_limit),
            mark=passed_by_one_in_ten(found.on_word),
            most=max(found.on_word, default=0),
            on_word=most_on_word(db(), month, PREVIEW_ROWS),
            waiting=count_unanswered(
                db(), time.first_day(closing[0]), time.last_day(month), limit=MOST_WAITING + 1
            ),
            most_waiting=MOST_WAITING,
        ),
        409 if error else 200,
    )


def _closed_already(month: str, status: int) -> ResponseReturnValue:
    """Tell who comes too late that the month is closed, by whom and since when."""
    closed = queries.get_closed_month(db(), month)
    names = names_of(db(), [closed.closed_by]) if closed.closed_by else {}
    return (
        render_template(
            "recognition/closed_already.html",
            month=month,
            closed=closed,
            closed_by=names.get(closed.closed_by or 0, "An administrator, from the command line,"),
        ),
        status,
    )


@blueprint.post("/recognition/<month>/close")
def close(month: str) -> ResponseReturnValue:
    """Close a month, once and for all, with every open one before it."""
    data = current_app.config["ADVOCACY"].data
    try:
        closed = actions.close_months(
            db(), month, closed_by=current_user.id, now=time.now(), data=data
        )
    except DomainError as error:
        db().rollback()
        return _preview(month, error)
    names = ", ".join(time.words_for_period(each) for each in closed)
    flash(f"Closed: {names}. Every export of it is the same to the byte.")
    return redirect(f"/recognition/{month}")


@blueprint.get("/recognition/<month>.<format>")
def export(month: str, format: str) -> ResponseReturnValue:
    """Hand on a file of a closed month."""
    if format not in set(Format):
        raise NotFound("A month is handed on as csv, xlsx or json.")
    data = current_app.config["ADVOCACY"].data
    content = actions.export_file(db(), month, format, data)
    with short_write() as session:
        note(
            session,
            Action.EXPORTED,
            actor_id=current_user.id,
            detail=f"{month} {format}",
            now=time.now(),
        )
    answer = Response(content, content_type=_TYPES[Format(format)])
    name = f"recognition-{month}.{format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
