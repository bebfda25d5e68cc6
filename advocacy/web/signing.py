"""Signatures of cookies and form tokens: HMAC with SHA-256, where the libraries take SHA-1."""

from hashlib import sha256

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer

# Of form tokens, undo and known devices. Set here once: Flask-WTF leaves no other way.
Signer.default_digest_method = staticmethod(sha256)


class _Cookie(SecureCookieSessionInterface):
    digest_method = staticmethod(sha256)


def init_app(app: Flask) -> None:
    """Sign what an app keeps in a visitor's cookie."""
    app.session_interface = _Cookie()
