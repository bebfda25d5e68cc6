"""Letters to administrators about letters."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.core.errors import Invalid
from advocacy.mail.actions import post
from advocacy.mail.queries import GIVEN_UP, is_any_untold
from advocacy.people.models import Person
from advocacy.people.queries import administrators
from advocacy.programme.queries import get_programme


def tell_of_letters_given_up(session: Session, link: str, now: datetime) -> int:
    """Write to the administrators that letters were given up, once a day at the most.

    :param link: the whole address of the page that lists them.
    :returns: how many were written.
    """
    if not is_any_untold(session, now):
        return 0
    told = 0
    for person in administrators(session):
        with suppress(Invalid):  # an address that takes no letter: the page still tells
            _write(session, GIVEN_UP, person, link, now)
            told += 1
    return told


def write_trial_letter(session: Session, person: Person, link: str, now: datetime) -> None:
    """Write a letter to an administrator, to see whether letters arrive.

    :param link: the whole address of the page that shows it.
    :raises Invalid: when no letter can go to that address.
    """
    _write(session, "trial", person, link, now)


def _write(session: Session, template: str, person: Person, link: str, now: datetime) -> None:
    values = {"programme": get_programme(session).name, "called": person.called, "link": link}
    post(session, template, to=person.email, values=values, now=now)
