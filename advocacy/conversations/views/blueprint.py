"""What the pages about a conversation share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, request

from advocacy.contacts.models import Contact
from advocacy.conversations import queries
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.errors import Gone
from advocacy.core.time import day_of, now
from advocacy.points.rules import Kind
from advocacy.programme.queries import get_programme
from advocacy.web.addresses import own_address
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("conversations", __name__)

_NAMES_LISTED = 3
_NAME_SHOWN = 60

DRAWN: Mapping[str, Mapping[str, str]] = {
    Kind.COMMENTED: {"icon": "reply", "tone": "sea"},
    Kind.WROTE: {"icon": "pen-line", "tone": "leaf"},
    Kind.CALLED: {"icon": "phone", "tone": "leaf"},
    Kind.INTRODUCED: {"icon": "waypoints", "tone": "leaf"},
    Kind.MET: {"icon": "handshake", "tone": "sun"},
}


def programme_today() -> date:
    """Return today in the programme's time zone."""
    return day_of(now(), get_programme(db()).time_zone)


def next_page() -> str:
    """Return the page to go to afterwards, when one is named."""
    return own_address(request.values.get("next"), "")


def flash_undo(text: str, undo: str, fields: Mapping[str, str], category: str = "undo") -> None:
    """Say what was done, with a button that undoes it."""
    toast: Any = {"text": text, "href": undo, "label": "Undo", "method": "post", "fields": fields}
    flash(toast, category)


def participants_with_contacts(number: int) -> list[tuple[Participant, Contact]]:
    """Return who took part in a conversation, in the order they were named."""
    return queries.participants_with_contacts(db(), current_user.id, number)


def people_of(number: int) -> dict[int, Contact]:
    """Return the contacts who took part in a conversation, by their number."""
    return {contact.id: contact for _, contact in participants_with_contacts(number)}


def short_name(contact: Contact) -> str:
    """Return what a contact is called, cut where that is very long."""
    label = contact.label
    return label if len(label) <= _NAME_SHOWN else f"{label[: _NAME_SHOWN - 1]}…"


def names_in_words(names: Sequence[str]) -> str:
    """Return names as people list them; not all of many, for a toast travels in the cookie."""
    if len(names) > _NAMES_LISTED:
        names = [*names[:_NAMES_LISTED], f"{len(names) - _NAMES_LISTED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def own_conversation(conversation_id: int) -> Conversation:
    """Return one's own conversation.

    :raises NotFound: when there is none of that number.
    :raises Gone: when it was taken back, with the way to the person.
    """
    try:
        return queries.get_conversation(db(), current_user.id, conversation_id)
    except Gone as gone:
        people = [contact for _, contact in participants_with_contacts(conversation_id)]
        if people:
            gone.back = (f"/contacts/{people[0].id}", f"To {people[0].label}")
        else:
            gone.back = ("/contacts", "To your people")
        raise


def card_of(conversation_id: int) -> str:
    """Return the address of the card of whom a conversation was with."""
    people = people_of(conversation_id)
    return f"/contacts/{next(iter(people))}" if people else "/contacts"
