"""What is written down."""

from collections.abc import Iterable, Sequence
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
    """How often somebody looked at the entries of some months on one day, and when last."""

    actor_id: int | None
    months: Sequence[str]
    last_at: datetime
    times: int


def grouped(looks: Iterable[tuple[int | None, str, datetime]], zone: str) -> list[Looks]:
    """Return looks by who looked on which day; as they come, latest first.

    :param looks: who, the month looked at, and when, latest first.
    """
    found: dict[object, list[tuple[int | None, str, datetime]]] = {}
    for look in looks:
        actor_id, _, at = look
        found.setdefault((actor_id, at.astimezone(ZoneInfo(zone)).date()), []).append(look)
    return [
        Looks(of_day[0][0], sorted({month for _, month, _ in of_day}), of_day[0][2], len(of_day))
        for of_day in found.values()
    ]
