"""How an item is shown: in a list, and on its page with what it takes to share it."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from advocacy.content import queries
from advocacy.content.models import Item
from advocacy.content.rules import State, is_out, last_day, stands_as, topics_of
from advocacy.core.errors import DomainError, NotFound
from advocacy.core.time import day_of, now
from advocacy.library.forms import LinkForm, PostedForm
from advocacy.library.views.blueprint import programme_today
from advocacy.people.queries import names_of
from advocacy.points.queries import rule_book
from advocacy.points.rule_words import in_points
from advocacy.points.rules import LATE_DAYS, Remembered, remembered_only
from advocacy.programme.queries import get_programme
from advocacy.shares import rules
from advocacy.shares.models import TrackedLink
from advocacy.shares.queries import (
    counted_shares,
    items_shared,
    links_of,
    shares_of_item,
)
from advocacy.shares.rules import CHANNEL_NAMES, Channel
from advocacy.web.forms import show_error
from advocacy.web.paging import Page, asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user

_BESIDE = 8
_SHARES = 10
LONGEST_ADDRESS = 6000
"""What every server between here and there lets through; longer words are not carried in it."""
WHY_NOT = {
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


def refuse_past_the_end(page: Page, found: Collection[object]) -> None:
    """Refuse a page past the last, unless it is the first.

    :raises NotFound: when nothing is on it.
    """
    if page.number > 1 and not found:
        raise NotFound("There is no such page.")


def shown_of(found: Sequence[Item]) -> list[Shown]:
    """Return items as a list shows them."""
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


def item_to_see(item_id: int) -> Item:
    """Return an item that this person may see.

    :raises NotFound: when there is none of that number, or it is a draft of others.
    """
    if current_user.role.manages:
        return queries.get_item(db(), item_id)
    return queries.get_published_item(db(), item_id, now())


def can_be_shared(item: Item) -> bool:
    """Tell whether an item is published and not past its last day."""
    return is_out(item.state, item.published_at, item.expires_at, now())


def show_item(
    item: Item, words: LinkForm, posted: PostedForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """Render an item, its share as far as it has come, and the reader's own shares of it."""
    page = asked_page(_SHARES)
    mine, total = shares_of_item(
        db(), current_user.id, item.id, limit=page.rows, offset=page.offset
    )
    refuse_past_the_end(page, mine)
    links = links_of(db(), current_user.id, item.id)
    book = rule_book(db())
    days = {(share.person_id, share.day) for share in mine}
    stands = stands_as(item.state, item.published_at, item.expires_at, now())
    latest, in_all = queries.items_page(db(), stands, now=now(), limit=_BESIDE)
    facts, *beside = shown_of([item, *latest])
    if posted is None:
        posted = PostedForm(formdata=None, occurred_on=programme_today())
    answer = render_template(
        "library/item.html",
        item=item,
        facts=facts,
        author=names_of(db(), [item.author_id]).get(item.author_id) if item.author_id else None,
        is_out=can_be_shared(item),
        words=words,
        posted=posted,
        step=_step(item, words, links.get(words.channel.data or "")),
        day=what_a_day_earns(posted.occurred_on.data),
        channel_names=CHANNEL_NAMES,
        mine=mine,
        mine_total=total,
        mine_page=page,
        mine_pages=page.links(has_more=page.offset + len(mine) < total),
        share_worth=in_points(book.of(programme_today()).share),
        worth={share.day: book.of(share.day).share for share in mine},
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


def what_a_day_earns(chosen: date | None) -> Day:
    """Return from when on a share earns points, and why an earlier day does not."""
    person, programme, today = current_user.person, get_programme(db()), programme_today()
    counts_from = rules.counts_from(today, joined=person.joined, first_day=programme.first_day)
    why = remembered_only(
        counts_from - timedelta(days=1),
        today,
        reported=False,
        colleague=False,
        joined=person.joined,
        first_day=programme.first_day,
    )
    return Day(
        counts_from, WHY_NOT[why] if why else "", chosen is not None and chosen < counts_from
    )
