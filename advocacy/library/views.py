"""The library: what is worth sharing, sharing it, and publishing it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.content import actions, queries
from advocacy.content.models import Item
from advocacy.content.rules import State, end_of, is_out, last_day, stands_as, topics_of
from advocacy.core.errors import DomainError, NotFound
from advocacy.core.stale import stamp
from advocacy.core.time import day_of, now
from advocacy.library.forms import ItemForm, LinkForm, PostedForm
from advocacy.people.queries import names_of
from advocacy.points.rules import LATE_DAYS, Remembered, remembered_only
from advocacy.programme.queries import get_programme
from advocacy.shares import rules
from advocacy.shares.actions import NewShare, link_for, record
from advocacy.shares.actions import take_back as take_share_back
from advocacy.shares.models import Share, TrackedLink
from advocacy.shares.queries import (
    counted_shares,
    get_share,
    items_shared,
    links_of,
    shares_of_item,
)
from advocacy.shares.rules import CHANNEL_NAMES, Channel
from advocacy.web.forms import show_error
from advocacy.web.paging import Page, asked_page
from advocacy.web.sent_forms import new_key
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("library", __name__, url_prefix="/library")

_TOPICS = 6
_ASKED_LENGTH = 120
_BESIDE = 8
_SHARES = 10
_LONGEST_ADDRESS = 6000
"""What every server between here and there lets through; longer words are not carried in it."""
_FORM_FIELDS = {"expires_at": "expires_on"}
_WHY = {
    Remembered.LATE: f"more than {LATE_DAYS} days ago",
    Remembered.BEFORE_PROGRAMME: "before the programme began",
    Remembered.BEFORE_JOINING: "before you joined",
}


class Shown(NamedTuple):
    """An item as a list shows it."""

    item: Item
    host: str
    topics: list[str]
    day: date
    until: date | None
    is_shared: bool


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
    _refuse_past_the_end(page, found)
    return render_template(
        "library/items.html",
        rows=_shown(found),
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


def _refuse_past_the_end(page: Page, found: Collection[object]) -> None:
    if page.number > 1 and not found:
        raise NotFound("There is no such page.")


def _shown(found: Sequence[Item]) -> list[Shown]:
    zone = get_programme(db()).time_zone
    shared = items_shared(db(), current_user.id, [item.id for item in found])
    return [
        Shown(
            item=item,
            host=_host(item.url),
            topics=topics_of(item.topics),
            day=day_of(item.published_at or item.created_at, zone),
            until=last_day(item.expires_at, zone) if item.expires_at else None,
            is_shared=item.id in shared,
        )
        for item in found
    ]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@blueprint.get("/<int:item>")
def item(item: int) -> ResponseReturnValue:
    """Show an item, and sharing it beside it."""
    shown = _item_to_see(item)
    channel = _asked("channel")
    server = _asked("server")
    words = LinkForm(
        formdata=None,
        channel=channel if channel in CHANNEL_NAMES else None,
        text=request.args.get("text", shown.text)[: rules.WORDS_LENGTH],
        server=server[: rules.SERVER_LENGTH],
    )
    return _show(shown, words)


def _item_to_see(item_id: int) -> Item:
    if current_user.role.manages:
        return queries.get_item(db(), item_id)
    return queries.get_published_item(db(), item_id, now())


def _is_out(item: Item) -> bool:
    return is_out(item.state, item.published_at, item.expires_at, now())


def _show(
    item: Item, words: LinkForm, posted: PostedForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """Render an item, its share as far as it has come, and the reader's own shares of it."""
    page = asked_page(_SHARES)
    mine, total = shares_of_item(
        db(), current_user.id, item.id, limit=page.rows, offset=page.offset
    )
    _refuse_past_the_end(page, mine)
    links = links_of(db(), current_user.id, item.id)
    days = {(share.person_id, share.day) for share in mine}
    stands = stands_as(item.state, item.published_at, item.expires_at, now())
    latest, in_all = queries.items_page(db(), stands, now=now(), limit=_BESIDE)
    facts, *beside = _shown([item, *latest])
    if posted is None:
        posted = PostedForm(formdata=None, occurred_on=_today())
    answer = render_template(
        "library/item.html",
        item=item,
        facts=facts,
        author=names_of(db(), [item.author_id]).get(item.author_id) if item.author_id else None,
        is_out=_is_out(item),
        words=words,
        posted=posted,
        step=_step(item, words, links.get(words.channel.data or "")),
        day=_what_a_day_earns(posted.occurred_on.data),
        channel_names=CHANNEL_NAMES,
        mine=mine,
        mine_total=total,
        mine_page=page,
        mine_pages=page.links(has_more=page.offset + len(mine) < total),
        firsts={day: next(iter(them), 0) for (_, day), them in counted_shares(db(), days).items()},
        visits={channel: link.visits for channel, link in links.items()},
        latest=beside,
        in_all=in_all,
        state=None if stands is State.PUBLISHED else stands,
    )
    return answer, status


class Step(NamedTuple):
    """A link that is made: what is left to do with it."""

    channel: str
    name: str
    link: str
    visits: int
    page: str | None
    takes_words: bool
    letters_over: int
    opens: str


def _step(item: Item, words: LinkForm, link: TrackedLink | None) -> Step | None:
    """Return what is left to do once a link is made, None before."""
    if link is None or words.errors:
        return None
    text, server = words.text.data or "", ""
    if link.channel == Channel.MASTODON:
        if not words.server.data:
            return None
        try:
            server = rules.checked_server(words.server.data)
        except DomainError as error:
            show_error(words, error)
            return None
    address = f"{current_app.config['ADVOCACY'].base_url}/s/{link.code}"
    return Step(
        channel=link.channel,
        name=CHANNEL_NAMES[link.channel],
        link=address,
        visits=link.visits,
        page=rules.share_page(
            link.channel, link=address, text=text, title=item.title, server=server
        ),
        takes_words=link.channel in rules.TAKES_WORDS,
        letters_over=rules.letters_over(link.channel, text=text, link=address),
        opens=server or CHANNEL_NAMES[link.channel],
    )


class Day(NamedTuple):
    """From which day on a share earns, why not before, and whether a chosen day is too early."""

    counts_from: date
    why: str
    is_too_early: bool


def _what_a_day_earns(chosen: date | None) -> Day:
    person, programme, today = current_user.person, get_programme(db()), _today()
    counts_from = rules.counts_from(today, joined=person.joined, first_day=programme.first_day)
    why = remembered_only(
        counts_from - timedelta(days=1),
        today,
        reported=False,
        colleague=False,
        joined=person.joined,
        first_day=programme.first_day,
    )
    return Day(counts_from, _WHY[why] if why else "", chosen is not None and chosen < counts_from)


def _today() -> date:
    return day_of(now(), get_programme(db()).time_zone)


@blueprint.post("/<int:item>/link")
def make_link(item: int) -> ResponseReturnValue:
    """Make the reader's tracked link to an item on a channel, and show what to do with it."""
    shared = queries.get_published_item(db(), item, now())
    words = LinkForm()
    if not words.validate():
        return _show(shared, words, status=422)
    channel, text = words.channel.data, words.text.data
    try:
        link_for(db(), current_user.id, shared, channel, now())
    except DomainError as error:
        db().rollback()
        return _show(shared, show_error(words, error), status=422)
    address = url_for(
        "library.item",
        item=shared.id,
        channel=channel,
        server=words.server.data if channel == Channel.MASTODON else None,
        text=text if text != shared.text else None,
        _anchor="link",
    )
    return redirect(address) if len(address) <= _LONGEST_ADDRESS else _show(shared, words)


@blueprint.post("/<int:item>/posted")
def posted(item: int) -> ResponseReturnValue:
    """Log the share: it is out."""
    shared = queries.get_published_item(db(), item, now())
    form = PostedForm()
    if form.validate():
        new = NewShare(
            person_id=current_user.id,
            item_id=shared.id,
            channel=str(form.channel.data),
            day=form.occurred_on.data or _today(),
            address=form.address.data or "",
        )
        try:
            (number,) = record(db(), [new], now())
        except DomainError as error:
            db().rollback()
            show_error(form, error)
        else:
            _tell(get_share(db(), current_user.id, number))
            return redirect(url_for("library.item", item=shared.id))
    channel = form.channel.data if form.channel.data in CHANNEL_NAMES else None
    words = LinkForm(formdata=None, channel=channel, text=form.text.data, server=form.server.data)
    return _show(shared, words, form, 422)


def _tell(share: Share) -> None:
    """Say what a share earned, with a way to take it back."""
    of = (share.person_id, share.day)
    counted = counted_shares(db(), {of})[of]
    if not share.counted:
        earned = f"Remembered, without a point: it was {_what_a_day_earns(share.day).why}."
    elif counted[0] == share.id:
        earned = "1 point; the talk it starts counts as the talk it is."
    else:
        earned = "That day has its point; the talk it starts counts as the talk it is."
    toast: Any = {
        "text": f"Your share is logged. {earned}",
        "href": url_for("library.take_back", share=share.id),
        "label": "Undo",
        "method": "post",
        "fields": {"form_key": new_key()},
    }
    flash(toast, "undo")


@blueprint.post("/shares/<int:share>/take-back")
def take_back(share: int) -> ResponseReturnValue:
    """Take a share of one's own back."""
    mine = get_share(db(), current_user.id, share)
    take_share_back(db(), mine, now())
    flash("Taken back. Points are as if it had never been logged.")
    shared = queries.get_item(db(), mine.item_id)
    if current_user.role.manages or _is_out(shared):
        return redirect(url_for("library.item", item=shared.id))
    return redirect(url_for("library.items"))


@blueprint.get("/new")
def new_page() -> ResponseReturnValue:
    """Show the form for a new item."""
    return _show_form(ItemForm())


@blueprint.post("/new")
def new() -> ResponseReturnValue:
    """Write a new item, as a draft or published at once."""
    form = ItemForm()
    if form.validate():
        try:
            written = actions.create(
                db(),
                title=form.title.data or "",
                url=form.url.data or "",
                text=form.text.data or "",
                topics=form.topics.data or "",
                expires_at=_end(form.expires_on.data),
                author_id=current_user.id,
                now=now(),
            )
            return _saved(written)
        except DomainError as error:
            db().rollback()
            show_error(form, error, _FORM_FIELDS)
    return _show_form(form, status=422)


@blueprint.get("/<int:item>/edit")
def edit_page(item: int) -> ResponseReturnValue:
    """Show the form for changing an item."""
    known = queries.get_item(db(), item)
    return _show_form(_form_of(known), known)


@blueprint.post("/<int:item>/edit")
def edit(item: int) -> ResponseReturnValue:
    """Change an item, and publish it when that was asked."""
    known = queries.get_item(db(), item)
    form = ItemForm()
    if form.validate():
        try:
            is_same_day = form.expires_on.data == _last_day(known)
            actions.edit(
                db(),
                known,
                seen=form.seen.data or "",
                title=form.title.data or "",
                url=form.url.data or "",
                text=form.text.data or "",
                topics=form.topics.data or "",
                expires_at=known.expires_at if is_same_day else _end(form.expires_on.data),
            )
            return _saved(known)
        except DomainError as error:
            db().rollback()
            show_error(form, error, _FORM_FIELDS)
            form.seen.data = stamp(*actions.said_of(known))
    return _show_form(form, known, 422)


def _form_of(item: Item) -> ItemForm:
    return ItemForm(
        obj=item,
        formdata=None,
        expires_on=_last_day(item),
        seen=stamp(*actions.said_of(item)),
    )


def _end(last: date | None) -> datetime | None:
    return end_of(last, get_programme(db()).time_zone) if last else None


def _last_day(item: Item) -> date | None:
    return last_day(item.expires_at, get_programme(db()).time_zone) if item.expires_at else None


def _saved(item: Item) -> ResponseReturnValue:
    """Publish a saved item when that was asked, and lead to it."""
    if request.form.get("then") == "publish":
        actions.publish(db(), item, now())
        flash("Published. It is in everybody's library now.")
    elif item.state == State.DRAFT:
        flash("Kept as a draft. Only managers see it.")
    else:
        flash("Saved.")
    return redirect(url_for("library.item", item=item.id))


def _show_form(form: ItemForm, item: Item | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("library/form.html", form=form, item=item), status


@blueprint.post("/<int:item>/publish")
def publish(item: int) -> ResponseReturnValue:
    """Put a draft, or what was archived, into everybody's library."""
    known = queries.get_item(db(), item)
    try:
        actions.publish(db(), known, now())
    except DomainError as error:
        db().rollback()
        return _show_form(show_error(_form_of(known), error, _FORM_FIELDS), known, 422)
    flash("Published. It is in everybody's library now.")
    return redirect(url_for("library.item", item=known.id))


@blueprint.post("/<int:item>/archive")
def archive(item: int) -> ResponseReturnValue:
    """Take an item out of the library."""
    known = queries.get_item(db(), item)
    actions.archive(db(), known)
    flash("Archived. Links that are already out lead on.")
    return redirect(url_for("library.item", item=known.id))
