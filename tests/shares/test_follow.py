"""A tracked link: leads on, counts visits, knows nobody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from advocacy.config import Settings
from advocacy.content import actions
from advocacy.content.models import Item
from advocacy.core import database as core
from advocacy.core.time import day_of, now
from advocacy.shares.actions import link_for
from advocacy.shares.models import TrackedLink
from tests.builders import add_person, add_programme
from tests.library.browsing import Visitor, database_of

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add_link(app: Flask, *, url: str = "", title: str = "A story") -> str:
    """Make a programme with one item that somebody shares, and return its link's path."""
    with database_of(app).writing() as session:
        add_programme(session, first_day=day_of(now(), "UTC"))
        person = add_person(session)
        item = actions.create(
            session, title=title, url=url, text="Soup.\nمرحبا", author_id=None, now=now()
        )
        actions.publish(session, item, now())
        return "/s/" + link_for(session, person.id, item, "x", now()).code


def visits(app: Flask) -> int:
    with database_of(app).reading() as session:
        link = session.get(TrackedLink, 1)
        assert link is not None
        return link.visits


def test_it_leads_to_the_item_and_counts(app: Flask) -> None:
    path = add_link(app, url="https://example.org/a?b=1&c=2#d")
    visitor = Visitor(app)
    for _ in range(3):
        answer = visitor.get(path, User_Agent=BROWSER)
        assert (answer.status, answer.location) == (302, "https://example.org/a?b=1&c=2#d")
        assert "Set-Cookie" not in answer.response.headers
        assert answer.response.headers["Cache-Control"] == "no-store"
    assert visits(app) == 3


@pytest.mark.parametrize("wish", ["?next=//evil.example", "?url=https://evil.example", "?u=x"])
def test_it_never_leads_where_the_visitor_says(app: Flask, wish: str) -> None:
    path = add_link(app, url="https://example.org/a")
    assert Visitor(app).get(path + wish).location == "https://example.org/a"


def test_a_text_has_a_page_that_knows_nobody(app: Flask) -> None:
    path = add_link(app, title="<b>Supper</b>")
    page = Visitor(app).get(path, User_Agent=BROWSER)
    assert page.status == 200
    assert "<b>Supper</b>" in page.text
    assert "مرحبا" in page.text
    assert "Set-Cookie" not in page.response.headers
    assert not page.soup.select("nav.places, form")
    signed_in = Visitor(app, 1).get(path)
    assert not signed_in.soup.select("nav.places, form")
    assert visits(app) == 2


@pytest.mark.parametrize(
    "reader",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Twitterbot/1.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0",
        "Mastodon/4.4.1 (http.rb/5.3.1; +https://mastodon.social/)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Mozilla/5.0 SkypeUriPreview Preview/0.5",
    ],
)
def test_a_program_that_reads_ahead_is_not_counted(app: Flask, reader: str) -> None:
    path = add_link(app, url="https://example.org/a")
    assert Visitor(app).get(path, User_Agent=reader).status == 302
    assert visits(app) == 0


def test_neither_a_head_nor_a_prefetch_is_counted(app: Flask) -> None:
    path = add_link(app, url="https://example.org/a")
    visitor = Visitor(app)
    assert visitor.client.head(path).status_code == 302
    assert visitor.get(path, Sec_Purpose="prefetch;prerender").status == 302
    assert visits(app) == 0


@pytest.mark.parametrize("end", ["archived", "expired"])
def test_what_is_over_still_leads_on(app: Flask, end: str) -> None:
    path = add_link(app, url="https://example.org/a")
    with database_of(app).writing() as session:
        item = session.get(Item, 1)
        assert item is not None
        if end == "archived":
            actions.archive(session, item)
        else:
            item.expires_at = now() - timedelta(days=1)
    assert Visitor(app).get(path).location == "https://example.org/a"
    assert visits(app) == 1


@pytest.mark.parametrize("code", ["nothing", "%00", "é", "x" * 5000, "..%2f"])
def test_an_unknown_code_is_not_found(app: Flask, code: str) -> None:
    add_link(app)
    assert Visitor(app).get(f"/s/{code}").status == 404
    assert visits(app) == 0


def test_it_leads_on_when_the_visit_cannot_be_counted(
    make_app: Callable[[Settings], Flask], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "BUSY_SECONDS", 0.05)
    app = make_app(settings)
    path = add_link(app, url="https://example.org/a")
    with database_of(app).writing() as busy:
        busy.execute(text("UPDATE tracked_link SET visits = visits"))
        assert Visitor(app).get(path).location == "https://example.org/a"
    assert visits(app) == 0
    assert Visitor(app).get(path).status == 302
    assert visits(app) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "ftp://example.org"])
def test_whatever_came_into_the_database_it_leads_to_no_such_address(app: Flask, url: str) -> None:
    path = add_link(app)
    with database_of(app).writing() as session:
        session.get_one(Item, 1).url = url
    page = Visitor(app).get(path)
    assert (page.status, page.location) == (200, "")
    assert not page.soup.select(f"[href='{url}']")
