"""What the library's pages share."""

from datetime import date

from flask import Blueprint

from advocacy.core.time import day_of, now
from advocacy.programme.queries import get_programme
from advocacy.web.session import db

blueprint = Blueprint("library", __name__, url_prefix="/library")


def programme_today() -> date:
    """Return today in the programme's time zone."""
    return day_of(now(), get_programme(db()).time_zone)
