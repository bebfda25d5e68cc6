"""A visitor's cookie: signed with HMAC and SHA-256, where the libraries take SHA-1, and small."""

from hashlib import sha256

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import Signer

# Of form tokens, undo and known devices. Set here once: Flask-WTF leaves no other way.
Signer.default_digest_method = staticmethod(sha256)


MESSAGES = 5
"""How many messages wait for the next page: a browser refuses a cookie of more than 4 KB."""


class _Cookie(SecureCookieSessionInterface):
    digest_method = staticmethod(sha256)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, with the latest messages of who sent forms and opened no page."""
        if session.modified and len(waiting := session.get("_flashes", ())) > MESSAGES:
            session["_flashes"] = waiting[-MESSAGES:]
        super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Sign what an app keeps in a visitor's cookie."""
    app.session_interface = _Cookie()
