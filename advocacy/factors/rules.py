"""Limits of codes and passkeys."""

import secrets

RECOVERY_CODES = 10
"""How many recovery codes are made at a time."""
PASSKEY_NAME_LENGTH = 60
PASSKEYS_MOST = 20
CODE_LENGTH = 40
"""The longest code that is looked at, spaces and dashes included."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_GROUPS, _GROUP = 6, 4


def new_recovery_code() -> str:
    """Return a fresh code of 118 bits, in groups that one can copy by hand."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def plain_code(typed: str) -> str:
    """Return a code as it is compared: spaces, dashes and case aside."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def is_of_an_app(code: str) -> bool:
    """Tell whether a plain code can be an authenticator's: six digits."""
    return len(code) == 6 and code.isascii() and code.isdecimal()
