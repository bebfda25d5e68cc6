"""The people somebody knows, and each one's story."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.confirmations import queries as confirmations
from advocacy.confirmations.rules import first_name
from advocacy.contacts.actions import describe, find_or_add, said_of
from advocacy.contacts.queries import (
    contacts_by_number,
    count_contacts,
    get_contact,
    search_contacts,
)
from advocacy.contacts.rules import check_not_oneself
from advocacy.conversations.actions import hold, settle_ties
from advocacy.conversations.queries import conversations_with
from advocacy.conversations.rules import can_be_changed, did_with
from advocacy.conversations.views.blueprint import names_in_words, short_name
from advocacy.core.errors import DomainError, Invalid
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import day_of, now
from advocacy.programme.queries import get_programme
from advocacy.relationships import queries, rules
from advocacy.relationships.explained import explain_tie
from advocacy.relationships.forms import AddPeopleForm, ContactForm
from advocacy.web.forms import show_error
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("relationships", __name__)

SUGGESTIONS = 8
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
    suggestions: list[dict[str, Any]] = [
        {
            "id": one.id,
            "name": one.label,
            "detail": one.email if one.name and one.email else rings[one.id].word,
            "strength": rings[one.id].strength,
            "kind": rings[one.id].tone,
        }
        for one in found
    ]
    return jsonify(suggestions)


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
    contact = get_contact(db(), current_user.id, contact_id)
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
            "can_change": can_be_changed(conversation.day, today),
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
        page=page,
        links=page.links(has_more=len(talks) > page.rows),
    )


@blueprint.get("/contacts/<int:contact_id>/edit")
def change_page(contact_id: int) -> ResponseReturnValue:
    """Show what a contact is called, for changing."""
    contact = get_contact(db(), current_user.id, contact_id)
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
    contact = get_contact(db(), current_user.id, contact_id)
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
        contact = get_contact(db(), current_user.id, contact_id)
        form.seen.data = stamp(*said_of(contact))
        return render_template("relationships/change.html", contact=contact, form=form), 422
    flash("Kept.")
    return redirect(f"/contacts/{contact_id}")
