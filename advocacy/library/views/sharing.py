"""Sharing an item: the tracked link, "I posted it", taking a share back."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from advocacy.content import queries
from advocacy.core.errors import DomainError
from advocacy.core.time import now
from advocacy.library.forms import LinkForm, PostedForm
from advocacy.library.views.blueprint import blueprint, programme_today
from advocacy.library.views.shown import LONGEST_ADDRESS, can_be_shared, show_item, what_a_day_earns
from advocacy.points.queries import rule_book
from advocacy.points.rule_words import in_points
from advocacy.shares.actions import NewShare, link_for, record
from advocacy.shares.actions import take_back as take_share_back
from advocacy.shares.models import Share
from advocacy.shares.queries import (
    counted_shares,
    get_share,
)
from advocacy.shares.rules import CHANNEL_NAMES, Channel
from advocacy.web.forms import show_error
from advocacy.web.sent_forms import new_key
from advocacy.web.session import db
from advocacy.web.user import current_user


@blueprint.post("/<int:item>/link")
def make_link(item: int) -> ResponseReturnValue:
    """Make the reader's tracked link to an item on a channel, and show what to do with it."""
    shared = queries.get_published_item(db(), item, now())
    words = LinkForm()
    if not words.validate():
        return show_item(shared, words, status=422)
    channel, text = words.channel.data, words.text.data
    try:
        link_for(db(), current_user.id, shared, channel, now())
    except DomainError as error:
        db().rollback()
        return show_item(shared, show_error(words, error), status=422)
    address = url_for(
        "library.item",
        item=shared.id,
        channel=channel,
        server=words.server.data if channel == Channel.MASTODON else None,
        text=text if text != shared.text else None,
        _anchor="link",
    )
    return redirect(address) if len(address) <= LONGEST_ADDRESS else show_item(shared, words)


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
            day=form.occurred_on.data or programme_today(),
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
    return show_item(shared, words, form, 422)


def _tell(share: Share) -> None:
    """Say what a share earned, with a way to take it back."""
    of = (share.person_id, share.day)
    counted = counted_shares(db(), {of})[of]
    if not share.counted:
        earned = f"Remembered, without points: it was {what_a_day_earns(share.day).why}."
    elif counted[0] == share.id:
        worth = in_points(rule_book(db()).of(share.day).share)
        earned = f"{worth}; the talk it starts counts as the talk it is."
    else:
        earned = "A share of that day counted already; the talk it starts counts as the talk it is."
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
    if current_user.role.manages or can_be_shared(shared):
        return redirect(url_for("library.item", item=shared.id))
    return redirect(url_for("library.items"))
