"""What every page shows around its own words: the places, who is signed in, the programme."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from markupsafe import Markup, escape

from advocacy.core.time import day_of, now, words_for_period
from advocacy.programme.queries import find_programme
from advocacy.web.session import db
from advocacy.web.user import current_user

_OWN = (
    ("Today", "/", "sun"),
    ("People", "/contacts", "users"),
    ("Library", "/library", "library"),
    ("Growth", "/growth", "sprout"),
)
_MANAGERS = (
    ("Leaderboard", "/leaderboard", "trophy"),
    ("Recognition", "/recognition", "award"),
    ("Profiles", "/profiles", "circle-user-round"),
)
_ADMINISTRATORS = (("Programme", "/programme", "settings"),)


def _places() -> list[dict[str, Any]]:
    if not current_user.is_authenticated:
        return []
    places = [(*place, "own") for place in _OWN]
    if current_user.role.manages:
        places += [(*place, "manager") for place in _MANAGERS]
    if current_user.role.administers:
        places += [(*place, "manager") for place in _ADMINISTRATORS]
    return [
        {"name": name, "href": href, "icon": icon, "group": group, "current": _is_here(href)}
        for name, href, icon, group in places
    ]


def _is_here(href: str) -> bool:
    return request.path == href or (href != "/" and request.path.startswith(f"{href}/"))


def _around() -> dict[str, Any]:
    signed_in = current_user.is_authenticated
    programme = find_programme(db()) if signed_in else None
    return {
        "places": _places(),
        "me": current_user.person if signed_in else None,
        "role": current_user.role if signed_in else None,
        "programme": programme,
        "programme_name": programme.name if programme else None,
        "sample": bool(programme and programme.is_sample),
        "today": day_of(now(), programme.time_zone) if programme else None,
    }


def _local(instant: datetime) -> datetime:
    """Return an instant in the programme's time zone."""
    programme = find_programme(db())
    return instant.astimezone(ZoneInfo(programme.time_zone if programme else "UTC"))


def _day(day: date) -> str:
    """Return a day as people say it: Monday 23 November, with the year when it is another."""
    return f"{day:%A} {day.day} {day:%B}" + ("" if day.year == now().year else f" {day.year}")


def _short_day(day: date) -> str:
    return f"{day.day} {day:%b}" + ("" if day.year == now().year else f" {day.year}")


def _clock(instant: datetime) -> str:
    local = _local(instant)
    return f"{_short_day(local.date())} at {local:%H:%M}"


def _breakable(text: str) -> str | Markup:
    """Return an e-mail address that breaks between its parts rather than inside a word."""
    if isinstance(text, Markup) or "@" not in text:
        return text
    parts = escape(text.replace("@", "@\0").replace(".", ".\0")).split("\0")
    return Markup("<wbr>").join(parts)


def _signed(number: int) -> str:
    """Return a number that is added or taken off, with a true minus: +4, −8, 0."""
    return f"{number:+,}".replace("-", "−") if number else "0"


@lru_cache(maxsize=4096)
def _initials(name: str) -> str:
    """Return two letters in scripts that know capitals, one in the others, none for no name."""
    words = [word for word in re.split(r"[\s(“\"]+", name) if word and word[0].isalnum()]
    if not words:
        return name.strip()[:1]
    first, last = words[0][0], words[-1][0]
    both = len(words) > 1 and first.lower() != first.upper() and last.lower() != last.upper()
    return (first + last if both else first).upper()


def init_app(app: Flask) -> None:
    """Give every template what stands around it."""
    app.context_processor(_around_once)
    app.jinja_env.filters.update(
        breakable=_breakable,
        clock=_clock,
        day=_day,
        initials=_initials,
        period=words_for_period,
        short_day=_short_day,
        signed=_signed,
    )


def _around_once() -> dict[str, Any]:
    if "around" not in g:
        g.around = _around()
    around: dict[str, Any] = g.around
    return around
