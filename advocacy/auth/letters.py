"""Letters with a one-time link."""

from flask import current_app, url_for
from sqlalchemy.orm import Session

from advocacy.config import Settings
from advocacy.core.time import now
from advocacy.mail.actions import post, recall
from advocacy.people.models import Person
from advocacy.programme.queries import get_programme


def post_link(session: Session, person: Person, code: str, letter: str) -> None:
    """Post a letter with a one-time link; one before it that has not gone yet stays here.

    :param letter: its name: invitation or forgotten.
    """
    recall(session, letter, to=person.email)
    settings: Settings = current_app.config["ADVOCACY"]
    post(
        session,
        letter,
        to=person.email,
        values={
            "called": person.called,
            "programme": get_programme(session).name,
            "link": settings.base_url + url_for("auth.welcome", code=code),
        },
        now=now(),
    )
