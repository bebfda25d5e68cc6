"""Numbers in addresses: only such as a row can have."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """A whole number that the databases can look for; a larger one is no address of ours."""

    def __init__(self, routes: Map, **limits: Any) -> None:
        super().__init__(routes, **{"max": LARGEST, **limits})


def init_app(app: Flask) -> None:
    """Read every ``<int:…>`` so. Comes before the routes."""
    app.url_map.converters["int"] = RowNumber
