"""Asking from a conversation, and the page behind the link, which anybody may open."""

from contextlib import suppress
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from advocacy.auth.actions import begin_attempt
from advocacy.auth.rules import Throttled, network_of
from advocacy.config import Settings
from advocacy.confirmations import actions, queries, rules
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.queries import Found
from advocacy.contacts.models import Contact
from advocacy.conversations.actions import hold
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.views.blueprint import own_conversation, participants_with_contacts
from advocacy.core.codes import hashed
from advocacy.core.errors import Conflict, NotFound
from advocacy.core.time import day_of, now
from advocacy.points.queries import rule_book
from advocacy.programme.queries import get_programme
from advocacy.shares.rules import Channel, share_page
from advocacy.web.session import db, let_go, short_write
from advocacy.web.user import current_user

blueprint = Blueprint("confirmations", __name__)
public = Blueprint("confirmed", __name__)
"""The link’s own pages: no account, no cookie. The code itself is the secret that a form proves."""

_TITLE = "Did we speak?"


@blueprint.get("/conversations/<int:conversation_id>/confirmation/<int:contact_id>")
def ask_page(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Show what a confirmation brings, or the link that waits for one."""
    return _ask_page(*_own(conversation_id, contact_id))


@blueprint.post("/conversations/<int:conversation_id>/confirmation/<int:contact_id>")
def ask(conversation_id: int, contact_id: int) -> ResponseReturnValue:
    """Make the link for a contact to confirm a conversation."""
    hold(db(), current_user.id)
    conversation, participant, _ = _own(conversation_id, contact_id)
    try:
        actions.ask(db(), conversation, participant, _settings().secret_key, now())
    except Conflict:
        db().rollback()
        return _ask_page(*_own(conversation_id, contact_id), status=422)
    return redirect(
        url_for("confirmations.ask_page", conversation_id=conversation_id, contact_id=contact_id)
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["ADVOCACY"]
    return settings


def _own(conversation_id: int, contact_id: int) -> tuple[Conversation, Participant, Contact]:
    conversation = own_conversation(conversation_id)
    for participant, contact in participants_with_contacts(conversation_id):
        if contact.id == contact_id:
            return conversation, participant, contact
    raise NotFound("That person was not part of it.")


class Link(NamedTuple):
    """A link that waits: its address, words to send with it, and where it can be sent."""

    address: str
    words: str
    mail: str | None
    whatsapp: str | None
    last_day: date


def _ask_page(
    conversation: Conversation, participant: Participant, contact: Contact, status: int = 200
) -> ResponseReturnValue:
    asking = queries.asking(db(), contact, now())
    called = rules.first_name(contact.name) or contact.label
    return (
        render_template(
            "confirmations/ask.html",
            conversation=conversation,
            contact=contact,
            called=called,
            why_not=asking.why_not(conversation, participant),
            is_denied=asking.is_denied(conversation.day),
            brings=rules.brings(conversation.kind, rule_book(db()).of(conversation.day)),
            link=_link(asking.open_for(conversation.day), contact),
            elsewhere=asking.elsewhere(conversation.day),
        ),
        status,
    )


def _link(waiting: Confirmation | None, contact: Contact) -> Link | None:
    if waiting is None:
        return None
    code = rules.code_of(_settings().secret_key, waiting.seed)
    if hashed(code) != waiting.code_hash:
        return None  # made under another secret: it works, but nobody can tell it again
    address = f"{_settings().base_url}/c/{code}"
    words = rules.ready_words(waiting.kind, waiting.day, rules.first_name(contact.name))
    mail = share_page(Channel.MAIL, link=address, text=words, title=_TITLE) or ""
    return Link(
        address=address,
        words=words,
        mail=mail.replace("mailto:", f"mailto:{quote(contact.email, safe='@')}", 1),
        whatsapp=share_page(Channel.WHATSAPP, link=address, text=words, title=""),
        last_day=day_of(waiting.ends_at, get_programme(db()).time_zone),
    )


@public.after_request
def keep_quiet(response: Response) -> Response:
    """Keep the link out of search engines and of what browsers tell other pages."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public.get("/c/<code>")
def question(code: str) -> ResponseReturnValue:
    """Ask whether they spoke. Opening it changes nothing, whoever or whatever does."""
    found = queries.find_by_code(db(), code, now())
    return _closed() if found is None else _page("question", found, code)


@public.post("/c/<code>")
def answer(code: str) -> ResponseReturnValue:
    """Take the answer, once."""
    said = request.form.get("answer", "")
    if current_user.is_authenticated or said not in {rules.Answer.YES, rules.Answer.NO}:
        found = queries.find_by_code(db(), code, now())
        return _closed() if found is None else _page("question", found, code, 422)
    try:
        actions.answer(db(), code, is_so=said == rules.Answer.YES, now=now())
    except NotFound:
        return _closed()
    return redirect(url_for("confirmed.question", code=code))


@public.get("/c/<code>/forget")
def forget_page(code: str) -> ResponseReturnValue:
    """Ask once more before somebody is forgotten."""
    found = queries.find_by_code(db(), code, now())
    if found is None:
        return _closed()
    return _page("question" if found.contact is None else "forget", found, code)


@public.post("/c/<code>/forget")
def forget(code: str) -> ResponseReturnValue:
    """Forget who holds the link."""
    if current_user.is_authenticated:
        found = queries.find_by_code(db(), code, now())
        return _closed() if found is None else _page("question", found, code, 422)
    try:
        actions.forget_me(db(), code, now())
    except NotFound:
        return _closed()
    return redirect(url_for("confirmed.question", code=code))


def _page(name: str, found: Found, code: str, status: int = 200) -> ResponseReturnValue:
    return _rendered(
        name,
        status,
        advocate=rules.first_name(found.person.called),
        contact=rules.first_name(found.contact.name) if found.contact else "",
        day=found.request.day,
        says=rules.says(found.kinds),
        answer=found.request.answer,
        code=code,
        is_preview=current_user.is_authenticated,
    )


def _closed() -> ResponseReturnValue:
    """Answer a link that asks nothing: the same whether it was never there or is no more.

    Wrong codes are counted for the address that they come from, and have to wait like wrong
    passwords.
    """
    let_go()  # nothing was written, and who counts must not wait for it
    with suppress(OperationalError), short_write() as counting:
        network = network_of(request.remote_addr or "")
        begin_attempt(counting, [(Throttled.ADDRESS, f"confirmation {network}")], now())
    return _rendered("closed", 404)


def _rendered(name: str, status: int, **shown: object) -> ResponseReturnValue:
    return (
        render_template(
            f"confirmations/{name}.html",
            **shown,
            programme_name=get_programme(db()).name,
            referrer="no-referrer",
            places=[],
            me=None,
            sample=False,
        ),
        status,
    )
