"""Numbers in addresses and forms: only such as a row can have."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
_DIGITS = len(str(LARGEST))


class RowNumber(IntegerConverter):
    """A whole number that the databases can look for; a larger one is no address of ours."""

    def __init__(self, routes: Map, **limits: Any) -> None:
        super().__init__(routes, **{"max": LARGEST, **limits})


def row_number(text: str) -> int | None:
    """Return the number of a row that a text is, None when it is none.

    Only plain digits: `int` would also take signs, spaces, underscores and other scripts' digits.
    """
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_number and int(text) <= LARGEST else None


def contact_number(text: str) -> int | None:
    """Return the number of a contact that was picked (``id:12``), None for a name."""
    return row_number(text.removeprefix("id:")) if text.startswith("id:") else None


def init_app(app: Flask) -> None:
    """Read every ``<int:…>`` so. Comes before the routes."""
    app.url_map.converters["int"] = RowNumber
