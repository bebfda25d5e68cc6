"""create_app(settings): the only place where the parts meet."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from advocacy.account.views import blueprint as account
from advocacy.admin.views import blueprint as admin
from advocacy.app import access, clock, expired, health, places, worker
from advocacy.auth import login
from advocacy.auth.rules import SIGN_IN_LASTS
from advocacy.auth.views import blueprint as auth
from advocacy.config import Settings, carried
from advocacy.confirmations.views import blueprint as confirmations
from advocacy.confirmations.views import public as confirmed
from advocacy.conversations.views import blueprint as conversations
from advocacy.core import standstill
from advocacy.core.database import Database
from advocacy.home.questions import blueprint as asked
from advocacy.home.views import blueprint as home
from advocacy.leaderboard.corrections import blueprint as corrections
from advocacy.leaderboard.questions import blueprint as questions
from advocacy.leaderboard.views import blueprint as leaderboard
from advocacy.library.views import blueprint as library
from advocacy.people.views import blueprint as people
from advocacy.recognition.views import blueprint as recognition
from advocacy.relationships.views import blueprint as relationships
from advocacy.rulebook.views import blueprint as rulebook
from advocacy.shares.views import blueprint as shares
from advocacy.web import (
    drawing,
    errors,
    headers,
    numbers,
    requests,
    sent_forms,
    session,
    signing,
    static_files,
)

BLUEPRINTS = (
    auth,
    account,
    home,
    asked,
    conversations,
    confirmations,
    confirmed,
    relationships,
    library,
    shares,
    people,
    leaderboard,
    questions,
    corrections,
    recognition,
    rulebook,
    admin,
)
REQUEST_BYTES = 6 * 1024 * 1024
"""The largest request: a photo of the size that profiles take, and its form."""


class _App(Flask):
    def log_exception(self, _error: Any) -> None:
        """Leave this to `errors`: Flask's own line would name the address that was asked for."""


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Return the WSGI app.

    :param database: the opened database; by default the one that the settings name.
    """
    app = _App("advocacy", template_folder=str(carried("templates")), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=REQUEST_BYTES,
        PERMANENT_SESSION_LIFETIME=SIGN_IN_LASTS,
        # Over https no other host of the same domain can plant one of that name.
        SESSION_COOKIE_NAME="__Host-advocacy" if settings.is_https else "advocacy",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        ADVOCACY=settings,
    )
    app.url_map.merge_slashes = False  # its redirect would name whatever host was asked for
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    signing.init_app(app)
    static_files.init_app(app, carried("static"))
    requests.init_app(app, _counter(settings))
    numbers.init_app(app)
    opened = database or Database(settings.database_url)
    session.init_app(app, opened)
    drawing.init_app(app, opened)
    headers.init_app(app, is_https=settings.is_https)
    errors.init_app(app)
    expired.init_app(app)
    login.init_app(app)
    access.init_app(app)
    CSRFProtect(app).exempt(confirmed)  # no cookie there: the code in the address is the secret
    sent_forms.init_app(app)
    places.init_app(app)
    app.register_blueprint(health.blueprint)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    logging.getLogger("advocacy").setLevel(logging.INFO)
    return app


def _counter(settings: Settings) -> Callable[[requests.Answered], None]:
    """Return what counts requests, where somebody reads how many they were."""
    if settings.metrics is None:
        return lambda _answered: None
    from advocacy.app.metrics import Requests

    return Requests().count


def serve_app() -> Flask:
    """Return the app for a production server, with the settings of the environment.

    The clock's work is done beside it, by one of all the processes that serve.
    """
    worker.share_memory()
    worker.end_with_the_server()
    settings = Settings.from_environment()
    database = Database(settings.database_url)
    app = create_app(settings, database)
    standstill.watch(database)
    clock.run_beside_the_pages(settings, database)
    worker.collect_less()
    return app


__all__ = ["create_app", "serve_app"]
