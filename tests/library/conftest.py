"""A programme with an advocate, a manager and a few items."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from advocacy.content import actions
from advocacy.core.time import day_of, now
from tests.builders import add_person, add_programme
from tests.library.browsing import Visitor, database_of

CAPTION = "How we halved it: “three mistakes” & a staircase."


@dataclass
class World:
    """An app and who is in it."""

    app: Flask
    advocate: int
    colleague: int
    manager: int
    link: int
    text: int
    draft: int
    archived: int
    expired: int
    publish: Callable[..., int]

    def visitor(self, person: int | None = None) -> Visitor:
        return Visitor(self.app, person)


@pytest.fixture
def world(app: Flask) -> World:
    """Fill the app: an item with a link, one with a text, a draft, an archived, an expired one."""
    moment = now()
    today = day_of(moment, "UTC")

    def add(state: str = "published", **said: Any) -> int:
        with database_of(app).writing() as session:
            item = actions.create(
                session,
                **{"title": "A story", "text": "Words."} | said,
                author_id=manager.id,
                now=moment - timedelta(days=3),
            )
            if state != "draft":
                item.state, item.published_at = "published", moment - timedelta(days=2)
            if state == "archived":
                actions.archive(session, item)
            return item.id

    with database_of(app).writing() as session:
        add_programme(session, first_day=today - timedelta(days=300))
        joined = today - timedelta(days=200)
        advocate = add_person(session, joined=joined)
        colleague = add_person(session, "bo@example.com", joined=joined)
        manager = add_person(session, "mina@example.com", joined=joined, role="manager")
    return World(
        app=app,
        advocate=advocate.id,
        colleague=colleague.id,
        manager=manager.id,
        link=add(
            title="Halved packaging",
            url="https://example.org/a?b=1&c=ü",
            text=CAPTION,
            topics="Packaging, Research",
        ),
        text=add(title="Supper", text="Soup at seven.\nBring a friend.", topics="Gatherings"),
        draft=add("draft", title="Still a draft"),
        archived=add("archived", title="Out of date"),
        expired=add(title="It is over", expires_at=moment - timedelta(days=1)),
        publish=add,
    )
