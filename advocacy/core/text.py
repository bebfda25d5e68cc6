"""What no line of text may hold, wherever it is kept."""

import unicodedata

from advocacy.core.errors import Invalid


def check_letters(text: str, *, field: str) -> None:
    """Refuse a line with control characters: no name holds them, and no database takes all.

    :raises Invalid: naming the field.
    """
    if not text.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in text):
        raise Invalid("A control character cannot stand here.", field=field)
