"""An app with one of everything in it, and a way in for each role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from advocacy.auth.actions import begin_sign_in, make_link, set_password
from advocacy.config import Settings
from advocacy.contacts.actions import find_or_add
from advocacy.content.models import Item
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.time import month_of, shift_month
from advocacy.people.actions import add_person, deactivate
from advocacy.people.models import ProfileVersion
from advocacy.people.rules import Role
from advocacy.points.rules import Began, Kind
from advocacy.programme.actions import start
from advocacy.questions.actions import ask
from advocacy.recognition.actions import close_months
from advocacy.shares.actions import NewShare, link_for
from advocacy.shares.actions import record as record_shares
from tests.databases import Undone
from tests.portal import let_in

NOW = datetime.now(UTC)
TODAY = NOW.date()
LAST_MONTH = shift_month(month_of(TODAY), -1)
ROLES = ("anonymous", "deactivated", "advocate", "another advocate", "manager", "administrator")
ROLE_OF = {
    "advocate": Role.ADVOCATE,
    "another advocate": Role.ADVOCATE,
    "manager": Role.MANAGER,
    "administrator": Role.ADMINISTRATOR,
}


@dataclass
class World:
    """An app with one of everything in it, and a way in for each role."""

    app: Flask
    database: Undone
    tokens: Mapping[str, str]
    values: Mapping[str, object]

    def ask(self, route: Route, method: str, role: str) -> TestResponse:
        """Ask for a route as somebody, and undo what it did."""
        client: FlaskClient = self.app.test_client()
        if role in self.tokens:
            let_in(client, self.tokens[role])
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(
                route.endpoint, {name: self.values[name] for name in route.arguments}
            )
        with self.database.undoing():
            return client.open(path, method=method, buffered=True)


def fill(session: Session, settings: Settings) -> tuple[dict[str, str], dict[str, object]]:
    joined = TODAY - timedelta(days=200)
    start(session, time_zone="UTC", now=NOW).first_day = joined
    people = {}
    for name in ("advocate", "another advocate", "manager", "administrator", "deactivated"):
        people[name] = add_person(
            session,
            email=f"{name.replace(' ', '.')}@example.org",
            name=name.title(),
            role=ROLE_OF.get(name, Role.ADVOCATE),
            joined=joined,
            now=NOW,
        )
        set_password(session, people[name].id, "a password", NOW)
    tokens = {name: begin_sign_in(session, one.id, NOW) for name, one in people.items()}
    deactivate(session, people["deactivated"], NOW)
    mine = people["advocate"]
    hold(session, mine.id)
    [contact] = find_or_add(session, mine.id, ["Maria Oliveira"], NOW)
    known = Said(TODAY - timedelta(days=7), Kind.WROTE, Began.ADVOCATE, [True])
    said = Said(TODAY, Kind.WROTE, Began.ADVOCATE, [False])
    _, talk = record(
        session, [NewConversation(mine.id, [contact], each) for each in (known, said)], NOW
    )
    item = Item(
        title="News", url="https://example.org", state="published", published_at=NOW, created_at=NOW
    )
    session.add(item)
    session.flush()
    [share] = record_shares(session, [NewShare(mine.id, item.id, "copy", TODAY)], NOW)
    link = link_for(session, mine.id, item, "copy", NOW)
    version = ProfileVersion(person_id=mine.id, headline="Hello", proposed_at=NOW)
    session.add(version)
    session.flush()
    close_months(session, LAST_MONTH, closed_by=None, now=NOW, data=settings.data)
    code = make_link(session, people["another advocate"].id, NOW)
    question = ask(session, mine.id, talk, "Why?", asked_by=people["manager"].id, now=NOW)
    values: dict[str, object] = {
        "question_id": question.id,
        "filename": "mark.svg",
        "code": code,
        "contact_id": contact,
        "conversation_id": talk,
        "item_id": item.id,
        "item": item.id,
        "share_id": share,
        "share": share,
        "person_id": mine.id,
        "person": mine.id,
        "version": version.id,
        "version_id": version.id,
        "team_id": 1,
        "team": 1,
        "month": LAST_MONTH,
        "format": "csv",
    }
    assert link.code
    return tokens, values
