"""What no line of text may hold, wherever it is kept or read."""

import unicodedata

from advocacy.core.errors import Invalid

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""The last four are full-width: some spreadsheets read them as the plain ones."""


def check_letters(text: str, *, field: str) -> None:
    """Refuse a line with control characters: no name holds them, and no database takes all.

    :raises Invalid: naming the field.
    """
    if not text.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in text):
        raise Invalid("A control character cannot stand here.", field=field)


def harmless(text: str) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
