"""What a toast says of a conversation that earns nothing, and of the limit on one's word."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import colleagues_among
from advocacy.conversations.models import Participant
from advocacy.conversations.views.blueprint import names_in_words, short_name
from advocacy.core.time import month_of, words_for_period
from advocacy.points.queries import first_open_month, rule_book, standing_of
from advocacy.points.rules import (
    LATE_DAYS,
    Remembered,
    is_near_limit,
    remembered_only,
)
from advocacy.programme.queries import get_programme
from advocacy.web.session import db
from advocacy.web.user import current_user

Reasons = Collection[tuple[int, Remembered]]
Together = Sequence[tuple[Participant, Contact]]

_DAYS: Mapping[Remembered, str] = MappingProxyType(
    {
        Remembered.LATE: f"more than {LATE_DAYS} days ago",
        Remembered.BEFORE_PROGRAMME: "before the programme began",
        Remembered.BEFORE_JOINING: "before you joined",
    }
)


def why_no_points(together: Together, day: date) -> set[tuple[int, Remembered]]:
    """Return with which contacts a conversation of a day earns nothing, and why."""
    not_counted = [(one, contact) for one, contact in together if not one.counted]
    colleagues = colleagues_among(db(), [contact.id for _, contact in not_counted])
    found = set()
    for participant, contact in not_counted:
        reason = remembered_only(
            day,
            participant.logged_on,
            reported=participant.reported,
            colleague=contact.id in colleagues,
            joined=current_user.person.joined,
            first_day=get_programme(db()).first_day,
        )
        if reason is not None:
            found.add((contact.id, reason))
    return found


def no_points_words(together: Together, day: date, known: Reasons = ()) -> str:
    """Return sentences that say with whom a conversation earns nothing, none when it earns.

    :param together: who took part in it.
    :param known: what was so before, which is no news.
    """
    news = why_no_points(together, day).difference(known)
    reasons = {reason for _, reason in news}
    said = [
        f" It was {words}: remembered, but no points."
        for reason, words in _DAYS.items()
        if reason in reasons
    ]
    people = [contact for _, contact in together]
    colleagues = [
        short_name(contact) for contact in people if (contact.id, Remembered.COLLEAGUE) in news
    ]
    if colleagues and len(colleagues) == len(people):
        said.append(" Remembered, but no points: colleagues do not count.")
    elif colleagues:
        are = "is a colleague" if len(colleagues) == 1 else "are colleagues"
        said.append(f" Remembered, but no points: {names_in_words(colleagues)} {are}.")
    return "".join(said)


def limit_words(day: date) -> str:
    """Return a sentence on the limit on one's word in a day's month, none while it is far."""
    month = max(month_of(day), first_open_month(db()) or "")
    standing = standing_of(db(), current_user.id, month)
    rules = rule_book(db()).of_month(month)
    if standing is None or not is_near_limit(standing.word, rules.word_limit):
        return ""
    limit = rules.word_limit
    used = f"{standing.word} of {limit}" if standing.word <= limit else f"{limit}, the limit,"
    return f" On your word {used} in {words_for_period(month)}; what is confirmed counts beyond."
