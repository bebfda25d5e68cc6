"""Paging: which part of a list a request asks for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from advocacy.core.errors import NotFound

ROWS = 50
_LAST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, counted from 1."""

    number: int
    rows: int = ROWS

    @property
    def offset(self) -> int:
        """How many rows lie before this page."""
        return (self.number - 1) * self.rows

    def links(self, *, has_more: bool, to: str = "") -> dict[str, str | int | None]:
        """Return the addresses of the pages before and after this one.

        :param to: the id of the part of the page that the list is.
        """
        return {
            "number": self.number,
            "previous": self._address(self.number - 1, to) if self.number > 1 else None,
            "next": self._address(self.number + 1, to) if has_more else None,
        }

    def _address(self, number: int, to: str) -> str:
        wanted = {**request.args.to_dict(), "page": str(number)}
        return f"{request.path}?{urlencode(wanted)}" + (f"#{to}" if to else "")


def asked_page(rows: int = ROWS) -> Page:
    """Return the page that ``?page=`` asks for, the first without one.

    :raises NotFound: when it is not a number from 1 on.
    """
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= _LAST_PAGE:
        raise NotFound("There is no such page.")
    return Page(int(text[:9]), rows)
