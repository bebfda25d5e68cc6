"""The people somebody knows, each one's story, and what of it is taken back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.confirmations import queries as confirmations
from advocacy.confirmations.rules import first_name
from advocacy.contacts.actions import describe, drop_other_name, find_or_add, said_of
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import (
    contacts_by_number,
    count_contacts,
    get_contact,
    other_names,
    other_names_like,
    search_contacts,
)
from advocacy.contacts.rules import check_not_oneself
from advocacy.conversations.actions import hold, settle_ties
from advocacy.conversations.merging import why_two
from advocacy.conversations.queries import conversations_with
from advocacy.conversations.rules import can_be_changed, did_with
from advocacy.conversations.views.blueprint import (
    card_of,
    names_in_words,
    next_page,
    own_conversation,
    short_name,
)
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import day_of, now
from advocacy.points.queries import kept_ties
from advocacy.programme.queries import get_programme
from advocacy.questions import actions as questions
from advocacy.relationships import actions, queries, rules
from advocacy.relationships.explained import explain_tie
from advocacy.relationships.forms import AddPeopleForm, ContactForm
from advocacy.relationships.merging import Preview, look_alikes, preview
from advocacy.web.forms import show_error
from advocacy.web.numbers import row_number
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("relationships", __name__)

SUGGESTIONS = 8
CHOICES = 30
SEARCH_LENGTH = 120


@blueprint.get("/contacts")
def people() -> ResponseReturnValue:
    """List the people somebody knows, those spoken with last first."""
    page = asked_page()
    search = request.args.get("q", "")[:SEARCH_LENGTH].replace("\0", "")
    today = day_of(now(), get_programme(db()).time_zone)
    known = queries.people_known(
        db(),
        current_user.id,
        today,
        search=search,
        limit=page.rows + 1,
        offset=page.offset,
    )
    return render_template(
        "relationships/people.html",
        known=known[: page.rows],
        search=search,
        total=count_contacts(db(), current_user.id),
        page=page,
        links=page.links(has_more=len(known) > page.rows),
    )


@blueprint.get("/contacts.json")
def search() -> ResponseReturnValue:
    """Return the people whose name begins with, or holds, what is typed."""
    text = request.args.get("q", "")[:SEARCH_LENGTH].replace("\0", "")
    today = day_of(now(), get_programme(db()).time_zone)
    found = search_contacts(db(), current_user.id, text, limit=SUGGESTIONS) if text.strip() else []
    rings = queries.rings_of(db(), current_user.id, [one.id for one in found], today)
    others = other_names_like(db(), [one.id for one in found], text)
    suggestions: list[dict[str, Any]] = [
        {
            "id": one.id,
            "name": one.label,
            "detail": _detail(one, others.get(one.id, ()), rings[one.id].word),
            "also": [*others.get(one.id, ()), *([one.email] if one.email else [])],
            "strength": rings[one.id].strength,
            "kind": rings[one.id].tone,
        }
        for one in found
    ]
    return jsonify(suggestions)


def _detail(contact: Contact, others: Sequence[str], word: str) -> str:
    """Return what is said beside a suggestion: how else it is called, if that is what was typed."""
    if others:
        return f"also {others[0]}"
    return contact.email if contact.name and contact.email else word


@blueprint.get("/contacts/new")
def add_page() -> ResponseReturnValue:
    """Show three empty lines for people to begin with."""
    known = count_contacts(db(), current_user.id)
    return render_template("relationships/add.html", form=AddPeopleForm(), known=known)


@blueprint.post("/contacts/new")
def add() -> ResponseReturnValue:
    """Add up to three people."""
    form = AddPeopleForm()
    hold(db(), current_user.id)
    at = now()
    numbers: list[int] = []
    lines = [line for line in form.name if (line.data or "").strip()] if form.validate() else []
    if not lines and not form.errors:
        form.name[0].errors = ["One name is enough to begin."]
    for line in lines:
        try:
            check_not_oneself(line.data or "", current_user.person.email)
            numbers += find_or_add(db(), current_user.id, [line.data or ""], at)
        except DomainError as error:
            line.errors = [error.message]
    if any(line.errors for line in form.name):
        db().rollback()
        known = count_contacts(db(), current_user.id)
        return render_template("relationships/add.html", form=form, known=known), 422
    flash(_added_words(numbers, at))
    return redirect("/contacts")


def _added_words(numbers: Collection[int], at: datetime) -> str:
    """Say who was added at a moment, and who was here before."""
    found = contacts_by_number(db(), current_user.id, numbers).values()
    before = [short_name(contact) for contact in found if contact.created_at < at]
    added = len(found) - len(before)
    words = [f"{'One person is' if added == 1 else 'They are'} here now. Say hello soon."]
    known = [f"You know {names_in_words(before)} already."] if before else []
    return " ".join((words if added else []) + known)


@blueprint.get("/contacts/<int:contact_id>")
def card(contact_id: int) -> ResponseReturnValue:
    """Show one contact: the ring and what makes it, what it earned, and the story so far."""
    contact = _by_address(contact_id)
    if contact.id != contact_id:
        return redirect(f"/contacts/{contact.id}")
    page = asked_page(20)
    today = day_of(now(), get_programme(db()).time_zone)
    talks = conversations_with(
        db(), current_user.id, contact_id, limit=page.rows + 1, offset=page.offset
    )
    asking = confirmations.asking(db(), contact, now())
    earned = explain_tie(db(), current_user.person, contact_id)
    story = [
        {
            "confirmation": confirmations.stands_as(asking, conversation, participant, today),
            "conversation": conversation,
            "participant": participant,
            "asked": earned.asked.get(conversation.id),
            "title": did_with(conversation.kind, conversation.began, contact.label),
            "icon": rules.ICONS[conversation.kind],
            "tone": rules.tone_of(conversation.kind, conversation.began),
            "can_change": conversation.put_right_by is None
            and can_be_changed(conversation.day, today),
            "put_right": earned.put_right.get(conversation.id, ""),
        }
        for conversation, participant in talks[: page.rows]
    ]
    return render_template(
        "relationships/card.html",
        contact=contact,
        strength=queries.strength_of(db(), current_user.id, contact_id, today),
        earned=earned,
        story=story,
        called=first_name(contact.name) or contact.label,
        others=other_names(db(), contact_id),
        page=page,
        links=page.links(has_more=len(talks) > page.rows),
    )


def _by_address(contact_id: int) -> Contact:
    """Return the contact that a page's address names, or whom that one is one with by now.

    :raises NotFound: when it is nobody of one's own.
    """
    known = contacts_by_number(db(), current_user.id, [contact_id]).get(contact_id)
    if known is not None:
        return known
    kept = kept_ties(db(), [contact_id]).get(contact_id, contact_id)
    return get_contact(db(), current_user.id, kept)


@blueprint.get("/contacts/<int:contact_id>/edit")
def change_page(contact_id: int) -> ResponseReturnValue:
    """Show what a contact is called, for changing."""
    contact = _by_address(contact_id)
    form = ContactForm(
        name=contact.name,
        email=contact.email,
        shared=contact.shared,
        seen=stamp(*said_of(contact)),
    )
    return render_template("relationships/change.html", contact=contact, form=form)


@blueprint.post("/contacts/<int:contact_id>/edit")
def change(contact_id: int) -> ResponseReturnValue:
    """Change what a contact is called and whether managers see it."""
    hold(db(), current_user.id)
    contact = _by_address(contact_id)
    form = ContactForm()
    try:
        if not form.validate():
            raise Invalid("Look at what is marked.")
        check_stamp(form.seen.data or "", *said_of(contact))
        check_not_oneself(form.email.data or "", current_user.person.email, field="email")
        address_changed = describe(
            db(),
            contact,
            name=form.name.data or "",
            email=form.email.data or "",
            shared=bool(form.shared.data),
        )
        if address_changed:
            settle_ties(db(), {contact.id: current_user.id}, now())
    except DomainError as error:
        db().rollback()
        if not form.errors:
            show_error(form, error)
        contact = _by_address(contact_id)
        form.seen.data = stamp(*said_of(contact))
        return render_template("relationships/change.html", contact=contact, form=form), 422
    flash("Kept.")
    return redirect(f"/contacts/{contact.id}")


@blueprint.post("/contacts/<int:contact_id>/names")
def drop_name(contact_id: int) -> ResponseReturnValue:
    """Let a contact be called something no more."""
    hold(db(), current_user.id)
    contact = _by_address(contact_id)
    if drop_other_name(db(), contact, request.form.get("text", "").replace("\0", "")):
        settle_ties(db(), {contact.id: current_user.id}, now())
        flash("Removed. Whoever is called so from now on is somebody else.")
    return redirect(f"/contacts/{contact.id}")


@blueprint.get("/contacts/<int:contact_id>/merge")
def merge_page(contact_id: int) -> ResponseReturnValue:
    """Let somebody choose who is the same person as a contact, then show what that would do."""
    contact = _by_address(contact_id)
    if request.args.get("other"):
        return _merge_page(contact_id, _other(request.args["other"]))
    search = request.args.get("q", "")[:SEARCH_LENGTH].replace("\0", "")
    like = [] if search else look_alikes(db(), contact, limit=SUGGESTIONS)
    today = day_of(now(), get_programme(db()).time_zone)
    rings = queries.rings_of(db(), current_user.id, like, today)
    named = contacts_by_number(db(), current_user.id, like)
    others = queries.people_known(
        db(), current_user.id, today, search=search, limit=CHOICES + len(like) + 1
    )
    return render_template(
        "relationships/merge.html",
        contact=contact,
        other=None,
        search=search,
        alike=[queries.Known(named[one], rings[one]) for one in like],
        others=[one for one in others if one.contact.id not in {contact.id, *like}],
    )


def _other(text: str) -> int:
    """Return the number of the other contact that an address or a form names."""
    if not text:
        raise Invalid("Choose who is the same person.", field="other")
    if (number := row_number(text)) is None:
        raise NotFound("There is nobody of yours here.", field="other")
    return number


def _merge_page(contact_id: int, other_id: int, wrong: str = "") -> ResponseReturnValue:
    contact, other = actions.pair(db(), current_user.id, contact_id, other_id)
    why_not = why_two(db(), contact, other)
    shown = None if why_not else _preview(contact, other)
    return (
        render_template(
            "relationships/merge.html",
            contact=contact,
            other=other,
            called=(contact if contact.name or not other.name else other).label,
            other_called=(other if other.name or not contact.name else contact).label,
            preview=shown,
            wrong=wrong or why_not,
            seen=_seen(contact, other, shown),
        ),
        409 if wrong else 200,
    )


def _preview(contact: Contact, other: Contact) -> Preview:
    return preview(db(), contact, other, day_of(now(), get_programme(db()).time_zone))


def _seen(contact: Contact, other: Contact, shown: Preview | None) -> str:
    """Return a mark of what the page says that merging does, for it cannot be undone."""
    return stamp(*said_of(contact), *said_of(other), shown)


@blueprint.post("/contacts/<int:contact_id>/merge")
def merge(contact_id: int) -> ResponseReturnValue:
    """Make one contact of two."""
    hold(db(), current_user.id)
    _by_address(contact_id)
    other_id = _other(request.form.get("other", ""))
    both = actions.pair(db(), current_user.id, contact_id, other_id)
    try:
        shown = None if why_two(db(), *both) else _preview(*both)
        if request.form.get("seen", "") not in ("", _seen(*both, shown)):
            raise Conflict(
                "Something about the two was changed meanwhile. This is what it does now."
            )
        called = short_name(both[1])
        kept = actions.merge(db(), current_user.id, contact_id, other_id, now())
    except Conflict as error:
        db().rollback()
        return _merge_page(contact_id, other_id, error.message)
    flash(f"{called} and {short_name(kept)} are one person now.")
    return redirect(f"/contacts/{kept.id}")


@blueprint.post("/conversations/<int:conversation_id>/take-back")
def take_back(conversation_id: int) -> ResponseReturnValue:
    """Take a conversation back, and whom it alone had brought along."""
    hold(db(), current_user.id)
    conversation = own_conversation(conversation_id)
    gone = questions.take_back(db(), conversation, now())
    flash("Taken back. Your points are as if it had never been logged.")
    where = next_page()
    cards = tuple(f"/contacts/{contact}/" for contact in gone)
    if not where or f"{urlsplit(where).path}/".startswith(cards):
        where = card_of(conversation_id)
    return redirect(where)
