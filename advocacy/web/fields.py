"""Form fields that WTForms does not have."""

from calendar import monthrange
from datetime import date
from typing import Any

from wtforms import DateField


class DayField(DateField):
    """A day, written as in ISO 8601; what cannot be read is kept and said why."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a day.

        :raises ValueError: in words for the person, naming a day that does not exist.
        """
        if not valuelist:
            return
        text = str(valuelist[0]).strip()
        if not text:
            self.data = None
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError as error:
            self.data = None
            raise ValueError(_why(text)) from error


def _why(text: str) -> str:
    parts = text.split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdecimal() for part in parts):
        year, month, day = (int(part[:6]) for part in parts)
        if 1900 <= year <= 9999 and 1 <= month <= 12 and day > (days := monthrange(year, month)[1]):
            last = "31st" if days == 31 else f"{days}th"
            return f"{date(year, month, 1):%B} {year} has {days} days. Did you mean the {last}?"
    return "That is not a day."
