"""What is written down."""

from enum import StrEnum


class Action(StrEnum):
    """What somebody did."""

    LOOKED = "looked at entries"
    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    PASSWORD_SET = "password set"
    LINK_MADE = "one-time link made"
    PERSON_ADDED = "person added"
    PERSON_CHANGED = "person changed"
    ROLE_CHANGED = "role changed"
    DEACTIVATED = "deactivated"
    ACTIVATED = "activated"
    TEAM_CHANGED = "team changed"
    SETTINGS_CHANGED = "settings changed"
    PROFILE_PROPOSED = "profile proposed"
    PROFILE_AGREED = "profile agreed"
    PROFILE_WITHDRAWN = "profile withdrawn"
    MONTH_CLOSED = "month closed"
    EXPORTED = "exported"
    IMPORTED = "imported"
