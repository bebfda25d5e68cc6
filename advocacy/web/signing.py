"""A visitor's cookie: signed with HMAC and SHA-256, where the libraries take SHA-1, and small."""

from hashlib import sha256

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import Signer

# Of form tokens, undo and known devices. Set here once: Flask-WTF leaves no other way.
Signer.default_digest_method = staticmethod(sha256)


MESSAGES = 5
"""How many messages wait for the next page."""
LENGTH = 3900
"""How long the cookie gets with them: a browser refuses one of more than 4 KB, all told."""
_WAITING = "_flashes"


class _Cookie(SecureCookieSessionInterface):
    digest_method = staticmethod(sha256)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, with the latest messages of who sent forms and opened no page.

        Styles and scripts are everybody's: told that they vary with the cookie, a browser fetches
        all of them again whenever it changes.
        """
        if request.endpoint == "static":
            return
        if session.modified and session.get(_WAITING):
            session[_WAITING] = session[_WAITING][-MESSAGES:]
            while session[_WAITING] and self._length(app, session) > LENGTH:
                session[_WAITING] = session[_WAITING][1:]
        super().save_session(app, session, response)

    def _length(self, app: Flask, session: SessionMixin) -> int:
        signer = self.get_signing_serializer(app)
        return len(signer.dumps(dict(session))) if signer else 0


def init_app(app: Flask) -> None:
    """Sign what an app keeps in a visitor's cookie."""
    app.session_interface = _Cookie()
