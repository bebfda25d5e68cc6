"""Limits of passwords, links and sessions."""

from datetime import timedelta

from advocacy.core.errors import Invalid

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 128
LINK_LASTS = timedelta(days=7)
SIGN_IN_LASTS = timedelta(days=30)


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long; no other rule is forced.

    :raises Invalid: naming the field.
    """
    if len(password) < PASSWORD_SHORTEST:
        raise Invalid(f"Use at least {PASSWORD_SHORTEST} letters.", field="password")
    if len(password) > PASSWORD_LONGEST:
        raise Invalid(f"Use at most {PASSWORD_LONGEST} letters.", field="password")
