"""Reading the library: the list, and an item."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from advocacy.content import queries
from advocacy.content.rules import State
from advocacy.core.errors import NotFound
from advocacy.core.time import now
from advocacy.library.forms import LinkForm
from advocacy.library.views.blueprint import blueprint
from advocacy.library.views.shown import item_to_see, refuse_past_the_end, show_item, shown_of
from advocacy.shares import rules
from advocacy.shares.rules import CHANNEL_NAMES
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user

_TOPICS = 6
_ASKED_LENGTH = 120


@blueprint.get("")
def items() -> ResponseReturnValue:
    """List what can be shared, latest first; for managers also what is not out."""
    page = asked_page()
    state = _asked_state()
    search, topic = _asked("q"), _asked("topic")
    found, total = queries.items_page(
        db(),
        state,
        now=now(),
        limit=page.rows,
        offset=page.offset,
        search=search,
        topic=topic,
    )
    refuse_past_the_end(page, found)
    return render_template(
        "library/items.html",
        rows=shown_of(found),
        total=total,
        page=page,
        pages=page.links(has_more=page.offset + len(found) < total),
        state=state,
        search=search,
        topic=topic,
        topics=queries.commonest_topics(db(), now(), _TOPICS),
        counts=queries.count_by_state(db(), now()) if current_user.role.manages else {},
    )


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:_ASKED_LENGTH]


def _asked_state() -> State:
    """Return which part of the library is asked for: of advocates, only ever what is out."""
    text = _asked("state")
    if not text:
        return State.PUBLISHED
    if not current_user.role.manages or text not in set(State):
        raise NotFound("There is no such part of the library.")
    return State(text)


@blueprint.get("/<int:item>")
def item(item: int) -> ResponseReturnValue:
    """Show an item, and sharing it beside it."""
    shown = item_to_see(item)
    channel = _asked("channel")
    server = _asked("server")
    words = LinkForm(
        formdata=None,
        channel=channel if channel in CHANNEL_NAMES else None,
        text=request.args.get("text", shown.text)[: rules.WORDS_LENGTH],
        server=server[: rules.SERVER_LENGTH],
    )
    return show_item(shown, words)
