"""What is written down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Action(StrEnum):
    """What somebody did."""

    LOOKED = "looked at entries"
    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    SECOND_STEP_REFUSED = "second step refused"
    SIGN_INS_ENDED = "sign-ins ended"
    FACTOR_ADDED = "second step added"
    FACTOR_REMOVED = "second step removed"
    EMAIL_CHANGED = "e-mail changed"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    TERMS_PUBLISHED = "terms published"
    TERMS_ACCEPTED = "terms accepted"
    PASSWORD_SET = "password set"
    LINK_MADE = "one-time link made"
    PERSON_ADDED = "person added"
    PERSON_CHANGED = "person changed"
    ROLE_CHANGED = "role changed"
    DEACTIVATED = "deactivated"
    ACTIVATED = "activated"
    TEAM_CHANGED = "team changed"
    SETTINGS_CHANGED = "settings changed"
    RANKING_LEFT = "left the ranking"
    RANKING_JOINED = "back in the ranking"
    CORRECTED = "conversation corrected"
    TAKEN_BACK = "conversation taken back"
    FORGOTTEN = "contact forgotten at their wish"
    MERGED = "two contacts merged"
    SHARE_TAKEN_BACK = "share taken back"
    PROFILE_PROPOSED = "profile proposed"
    PROFILE_AGREED = "profile agreed"
    PROFILE_WITHDRAWN = "profile withdrawn"
    QUESTION_ASKED = "question asked"
    QUESTION_ANSWERED = "question answered"
    KEPT = "conversation kept"
    SET_ASIDE = "conversation set aside"
    RESTORED = "conversation counts again"
    RULES_SET = "rules set"
    MONTH_CLOSED = "month closed"
    EXPORTED = "exported"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Looks:
    """How often somebody looked at a month's entries on one day, and when last."""

    actor_id: int | None
    month: str
    last_at: datetime
    times: int


def grouped(looks: Iterable[tuple[int | None, str, datetime]], zone: str) -> list[Looks]:
    """Return looks by who looked, at which month, on which day; as they come, latest first.

    :param looks: who, the month looked at, and when, latest first.
    """
    found: dict[object, Looks] = {}
    for actor_id, month, at in looks:
        key = actor_id, month, at.astimezone(ZoneInfo(zone)).date()
        known = found.get(key)
        found[key] = Looks(
            actor_id, month, known.last_at if known else at, known.times + 1 if known else 1
        )
    return list(found.values())
