"""Publishing: writing, changing, publishing and archiving an item."""

from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.content import actions, queries
from advocacy.content.models import Item
from advocacy.content.rules import State, end_of, last_day
from advocacy.core.errors import DomainError
from advocacy.core.stale import stamp
from advocacy.core.time import day_of, now
from advocacy.library.forms import ItemForm
from advocacy.library.views.blueprint import blueprint
from advocacy.programme.queries import get_programme
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.user import current_user

_OVER = "Its last day has passed: give it a later one before you publish it."
_FORM_FIELDS = {"expires_at": "expires_on"}


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
        flash("Published. It is in everybody’s library now.")
    elif item.state == State.DRAFT and item.expires_at and item.expires_at <= now():
        flash(f"Kept as a draft. {_OVER}", "caution")
    elif item.state == State.DRAFT:
        flash("Kept as a draft. Only managers see it.")
    else:
        flash("Saved.")
    return redirect(url_for("library.item", item=item.id))


def _show_form(form: ItemForm, item: Item | None = None, status: int = 200) -> ResponseReturnValue:
    last, today = form.expires_on.data, day_of(now(), get_programme(db()).time_zone)
    over = _OVER if last and last < today and not form.expires_on.errors else ""
    return render_template("library/form.html", form=form, item=item, over=over), status


@blueprint.post("/<int:item>/publish")
def publish(item: int) -> ResponseReturnValue:
    """Put a draft, or what was archived, into everybody’s library."""
    known = queries.get_item(db(), item)
    try:
        actions.publish(db(), known, now())
    except DomainError as error:
        db().rollback()
        return _show_form(show_error(_form_of(known), error, _FORM_FIELDS), known, 422)
    flash("Published. It is in everybody’s library now.")
    return redirect(url_for("library.item", item=known.id))


@blueprint.post("/<int:item>/archive")
def archive(item: int) -> ResponseReturnValue:
    """Take an item out of the library."""
    known = queries.get_item(db(), item)
    actions.archive(db(), known)
    flash("Archived. Links that are already out lead on.")
    return redirect(url_for("library.item", item=known.id))
