"""Flask-Login on our sign-ins: the cookie names a row, the row names the person."""

from typing import Any

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy.orm import Session

from advocacy.auth import actions
from advocacy.auth.queries import person_of_sign_in
from advocacy.core.time import now
from advocacy.people.models import Person
from advocacy.people.rules import Role
from advocacy.web.session import db


class SignedIn(UserMixin):
    """Who is signed in: a person, by one sign-in."""

    def __init__(self, token: str, person: Person) -> None:
        self.token = token
        self.person = person
        self.id = person.id
        self.role = Role(person.role)

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.token


def init_app(app: Flask) -> None:
    """Know who is signed in at every request."""
    manager: Any = LoginManager(app)
    manager.session_protection = None  # the row ends a session, not a changed network

    def load(token: str) -> SignedIn | None:
        person = person_of_sign_in(db(), token, now())
        return SignedIn(token, person) if person else None

    manager.user_loader(load)


def sign_in(database_session: Session, person: Person) -> None:
    """Begin a sign-in of a person on this device, in a cookie of its own."""
    token = actions.begin_sign_in(database_session, person.id, now())
    session.clear()
    session.permanent = True
    login_user(SignedIn(token, person))


def sign_out(database_session: Session, signed_in: SignedIn) -> None:
    """End this device's sign-in."""
    actions.end_sign_in(database_session, signed_in.token)
    logout_user()
    session.clear()
