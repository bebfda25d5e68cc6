"""The leaderboard page, signed in, against a bare Flask page with the same template and rows.

Both are served by the same server, side by side. Goals: at most twice its time, six queries with
the session's own, and the same at 100,000 people.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import httpx
from flask import Flask, render_template, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import event

from advocacy.app import create_app
from advocacy.app.worker import collect_less
from advocacy.auth.actions import begin_sign_in
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.time import now
from bench.crowd import MONTH, engines, load
from bench.server import served, signed_cookie
from bench.timing import side_by_side

PEOPLE = (1_000, 100_000)
LIMIT = 2.0
QUERIES = 6
PATH = f"/leaderboard?month={MONTH}"
SECRET = "only for measuring"


def our_app() -> Flask:
    """Return the app as it is served, without the clock's work beside it."""
    app = create_app(Settings.from_environment())
    collect_less()
    return app


def bare_app() -> Flask:
    """Return a Flask app whose one page renders the leaderboard's template with constant rows."""
    ours = create_app(Settings.from_environment())
    database: Database = ours.extensions["advocacy_database"]
    context: dict[str, Any] = {}

    def keep(_app: Flask, **rendered: Any) -> None:
        if rendered["template"].name == "leaderboard/board.html":
            context.update(rendered["context"])

    with template_rendered.connected_to(keep, ours), ours.test_client() as client:
        _sign_in(client)
        client.get(PATH)
    database.engine.dispose()
    app = Flask("bare", template_folder=ours.template_folder, static_folder=ours.static_folder)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(ours.jinja_env.filters)
    constant = {
        name: value
        for name, value in context.items()
        if name not in ("g", "request", "session", "config", "get_flashed_messages", "url_for")
    }
    me = context["me"]
    constant["me"] = SimpleNamespace(id=me.id, name=me.name, preferred_name="", called=me.called)
    app.jinja_env.globals.update(
        csrf_token=lambda: "constant",
        form_key=lambda: "constant",
        sprite=ours.jinja_env.globals["sprite"],
    )
    app.secret_key = SECRET
    collect_less()

    @app.get("/leaderboard")
    def page() -> str:
        return render_template("leaderboard/board.html", **constant)

    return app


def main() -> None:
    """Print the ratio on each engine at each number of people."""
    for people in PEOPLE:
        with engines() as urls, TemporaryDirectory() as data:
            for engine, url in urls.items():
                database = Database(url)
                load(database, people)
                with database.writing() as session:
                    token = begin_sign_in(session, 1, now())
                environ = {
                    "ADVOCACY_DATA": str(Path(data) / engine),
                    "ADVOCACY_DATABASE_URL": url,
                    "ADVOCACY_SECRET_KEY": SECRET,
                    "BENCH_TOKEN": token,
                }
                os.environ.update(environ)
                _measure(engine, people, environ, _count_queries(database, environ))
                database.engine.dispose()


def _count_queries(database: Database, environ: dict[str, str]) -> int:
    """Return how many queries the page takes, the session's own included."""
    ours = create_app(Settings.from_environment(environ), database)
    asked: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *call: asked.append(call[2].split()[0])
    )
    with ours.test_client() as client:
        _sign_in(client)
        client.get(PATH)
    return len([verb for verb in asked if verb != "BEGIN"])


def _sign_in(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = os.environ["BENCH_TOKEN"]


def _measure(engine: str, people: int, environ: dict[str, str], queries: int) -> None:
    cookie = signed_cookie(environ["BENCH_TOKEN"], SECRET)
    with (
        served("bench.page:our_app", environ) as ours,
        served("bench.page:bare_app", environ) as bare,
        httpx.Client(cookies={"advocacy": cookie}) as client,
    ):
        page = client.get(ours + PATH)
        assert page.status_code == 200, page.text
        assert page.text.count("rank-cell") == client.get(bare + PATH).text.count("rank-cell") == 50
        bare_time, our_time = side_by_side(
            lambda: client.get(bare + PATH), lambda: client.get(ours + PATH), times=200
        )
    print(
        f"{engine:>10}, {people:>7,} people: leaderboard page {our_time:.1f} ms, bare page "
        f"{bare_time:.1f} ms: {our_time / bare_time:.2f} times (limit {LIMIT}); "
        f"{queries} queries (limit {QUERIES})"
    )


if __name__ == "__main__":
    main()
