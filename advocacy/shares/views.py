"""Tracked links, followed by anybody. They count visits and know nobody."""

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from advocacy.core.errors import NotFound
from advocacy.programme.queries import get_programme
from advocacy.shares import actions, queries, rules
from advocacy.web.session import db, short_write

blueprint = Blueprint("shares", __name__)

_WEB = ("http://", "https://")


@blueprint.get("/s/<code>")
def follow(code: str) -> ResponseReturnValue:
    """Lead on to what was shared: the item's own address, or a page with its text."""
    found = queries.find_link(db(), code)
    if found is None:
        raise NotFound("This link leads nowhere. Perhaps a letter is missing at its end.")
    link, item = found
    if _is_somebody():
        with suppress(OperationalError), short_write() as session:  # the way goes before the count
            actions.count_visit(session, link)
    if item.url.startswith(_WEB):
        return redirect(item.url)
    return render_template(
        "library/shared.html",
        item=item,
        programme_name=get_programme(db()).name,
        places=[],
        me=None,
        sample=False,
    )


def _is_somebody() -> bool:
    """Tell whether a person asks: not a program that looks ahead, for a preview or to be quick."""
    headers = request.headers
    is_early = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    return (
        request.method == "GET"
        and not is_early
        and not rules.looks_ahead(headers.get("User-Agent", ""))
    )
