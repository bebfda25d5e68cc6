"""Flask-Login on our sign-ins: the cookie names a row, the row names the person."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, after_this_request, current_app, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth import actions, rules
from advocacy.auth.queries import Known, began_at, known_by_sign_in, password_set_at
from advocacy.auth.rules import Throttled
from advocacy.config import Settings
from advocacy.core.codes import hashed
from advocacy.core.errors import Invalid, TooMany
from advocacy.core.time import now
from advocacy.factors.passkeys import Site
from advocacy.factors.queries import factors_of
from advocacy.people.models import Person
from advocacy.people.rules import Role, email_key
from advocacy.programme.queries import find_programme
from advocacy.programme.rules import DEFAULT_NAME
from advocacy.web.sent_forms import holding_nothing
from advocacy.web.session import database, db, is_reading, short_write
from advocacy.web.user import current_user

_HALF = "half_signed_in"
_CHALLENGE = "passkey_challenge"
_DEVICE_LASTS = 400 * 24 * 3600


class SignedIn(UserMixin):
    """Who is signed in: a person, by one sign-in, and what that person has to do first."""

    def __init__(
        self, token: str, person: Person, *, owes_factor: bool = False, owes_terms: bool = False
    ) -> None:
        self.token = token
        self.person = person
        self.id = person.id
        self.role = Role(person.role)
        self.owes_factor = owes_factor
        self.owes_terms = owes_terms

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.token


def init_app(app: Flask) -> None:
    """Know who is signed in at every request."""
    manager: Any = LoginManager(app)
    manager.session_protection = None  # the row ends a session, not a changed network

    def load(token: str) -> SignedIn | None:
        known = known_by_sign_in(db(), token, now())
        if known is None:
            return None
        _see(token, known)
        return SignedIn(
            token, known.person, owes_factor=known.owes_factor, owes_terms=known.owes_terms
        )

    manager.user_loader(load)


def _see(token: str, known: Known) -> None:
    """Write down that a sign-in is in use, once an hour; whoever writes holds the lock already.

    A database that can only be read is read nevertheless.
    """
    if is_reading() and abs(now() - known.seen_at) > rules.SEEN_EVERY:
        with suppress(DBAPIError), short_write() as database_session:
            actions.see_sign_in(database_session, token, now())


def sign_in(database_session: Session, person: Person) -> None:
    """Begin a sign-in of a person on this device, in a cookie of its own; one before it ends."""
    _end_the_one_before(database_session)
    device = rules.device_in_words(request.user_agent.string)
    token = actions.begin_sign_in(database_session, person.id, now(), device)
    session.permanent = True
    login_user(SignedIn(token, person))
    _know_device(person)


def _end_the_one_before(database_session: Session) -> None:
    if current_user.is_authenticated:
        actions.end_sign_in(database_session, current_user.token)
    session.clear()


def sign_out(database_session: Session, signed_in: SignedIn) -> None:
    """End this device's sign-in."""
    actions.end_sign_in(database_session, signed_in.token)
    logout_user()
    session.clear()


def begin_half(database_session: Session, person: Person) -> None:
    """Keep in the visitor's cookie that the password was right: the second step is still due."""
    _end_the_one_before(database_session)
    session[_HALF] = [person.id, now().isoformat(), _password_mark(database_session, person.id)]


def half_signed_in(*, is_held: bool = False) -> int | None:
    """Return who has passed the password and not the second step.

    None when it is long ago, or another password holds by now.

    :param is_held: and none shall be set meanwhile.
    """
    match session.get(_HALF):
        case [person_id, at, mark]:
            fresh = now() - datetime.fromisoformat(at) < rules.HALF_SIGNED_IN_LASTS
            if fresh and mark == _password_mark(db(), person_id, is_held=is_held):
                return int(person_id)
    return None


def _password_mark(database_session: Session, person_id: int, *, is_held: bool = False) -> str:
    at = password_set_at(database_session, person_id, is_held=is_held)
    return at.isoformat() if at else ""


def site() -> Site | None:
    """Return what passkeys are bound to, None where browsers allow none."""
    settings: Settings = current_app.config["ADVOCACY"]
    programme = find_programme(db())
    return Site.at(settings.base_url, programme.name if programme else DEFAULT_NAME)


def keep_challenge(challenge: str) -> None:
    """Keep in the visitor's cookie what a passkey is to sign."""
    session[_CHALLENGE] = challenge


def kept_challenge() -> str:
    """Return what a passkey was to sign, once.

    :raises Invalid: when nothing was asked.
    """
    challenge = session.pop(_CHALLENGE, None)
    if not challenge:
        raise Invalid("That took too long. Try again.", field="answer")
    return str(challenge)


def counted_for(email: str) -> list[tuple[Throttled, str]]:
    """Return what an attempt to sign in counts for.

    A device on which this person was signed in before counts by itself, so that strangers who
    try the account elsewhere do not keep its owner out.
    """
    return [
        *account_counted_for(email_key(email)[:254]),
        network_counted_for(),
    ]


def network_counted_for() -> tuple[Throttled, str]:
    """Return what every attempt from the visitor's network counts for."""
    return Throttled.ADDRESS, rules.network_of(request.remote_addr or "")


def account_counted_for(email: str) -> list[tuple[Throttled, str]]:
    """Return what an attempt counts for besides its network address."""
    device = _known_device(email)
    return [(Throttled.DEVICE, device)] if device else [(Throttled.ACCOUNT, email)]


def refused_proof(password: str) -> str | None:
    """Return why this is not taken for the password of who is signed in, None when it is.

    Guessing has to wait here too: what was counted stays, though the form is refused. Who has a
    second step has to have taken it just now.
    """
    person = current_user.person
    age = now() - began_at(db(), current_user.token)
    if abs(age) > rules.FRESH_FOR and factors_of(db(), person.id):
        minutes = rules.FRESH_FOR // timedelta(minutes=1)
        return (
            f"You signed in more than {minutes} minutes ago: sign out and in again, then do this."
        )
    counted = [(Throttled.ACCOUNT, f"own password of {person.id}")]
    try:
        with holding_nothing():
            with short_write() as attempt:
                actions.begin_attempt(attempt, counted, now())
            with database().reading() as reading:
                is_right = actions.check_credentials(reading, person.email, password) is not None
                set_at = password_set_at(reading, person.id)
            if not is_right:
                with short_write() as wrong:
                    detail = "own password"
                    note(
                        wrong, Action.SIGN_IN_REFUSED, actor_id=person.id, detail=detail, now=now()
                    )
    except TooMany as error:
        return error.message
    if not is_right or set_at != password_set_at(db(), person.id, is_held=True):
        return "That is not your password now."
    actions.forgive(db(), counted)
    return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="a device that was signed in")


def _known_device(email: str) -> str | None:
    try:
        email_hash, device = _signer().loads(request.cookies.get(_device_cookie(), ""))
    except (BadSignature, ValueError):
        return None
    return str(device) if email_hash == hashed(email) else None


def _device_cookie() -> str:
    """Return the cookie's name, which begins with __Host- where the sign-in's own does."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}_device"


def _know_device(person: Person) -> None:
    device = _known_device(person.email) or secrets.token_urlsafe(16)
    value = _signer().dumps([hashed(person.email), device])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _device_cookie(),
            str(value),
            max_age=_DEVICE_LASTS,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            path="/",
        )
        return response
