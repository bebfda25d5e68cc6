"""What no line of text may hold, wherever it is kept or read."""

import unicodedata

from advocacy.core.errors import Invalid

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""The last four are full-width: some spreadsheets read them as the plain ones."""


_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of all that follows, as Unicode's annex 9 has them."""


def has_control(text: str) -> bool:
    """Tell whether a line holds what no name holds: controls, or what turns a page's words."""
    return not text.isprintable() and any(
        letter in _TURNING or unicodedata.category(letter) == "Cc" for letter in text
    )


def check_letters(text: str, *, field: str) -> None:
    """Refuse a line with control characters: no name holds them, and no database takes all.

    :raises Invalid: naming the field.
    """
    if has_control(text):
        raise Invalid("A control character cannot stand here.", field=field)


def check_length(text: str, limit: int, *, field: str) -> None:
    """Refuse a text that is too long, and say by how much.

    :raises Invalid: naming the field.
    """
    if len(text) > limit:
        raise Invalid(f"{len(text)} letters; up to {limit} fit.", field=field)


def checked_text(text: str, limit: int, *, field: str, empty: str = "") -> str:
    """Return a text of several lines as it is kept, without space around it.

    :param empty: the words when there is none; without them it may be left out.
    :raises Invalid: when it is empty, too long, or holds a control character.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text and empty:
        raise Invalid(empty, field=field)
    check_length(text, limit, field=field)
    for line in text.split("\n"):
        check_letters(line, field=field)
    return text


def harmless(text: str) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
