"""What the cells of an import file say, or a sentence for whoever mends the file. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from advocacy.contacts import rules as contacts
from advocacy.content.rules import names_a_site
from advocacy.core.errors import Invalid
from advocacy.core.text import has_control
from advocacy.core.time import EARLIEST
from advocacy.people import rules as people
from advocacy.people.rules import email_key


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reading has to know: the programme's time zone and its today."""

    zone: ZoneInfo
    today: date

    def instant(self, text: str, column: str) -> tuple[datetime, date]:
        """Read an instant of ISO 8601 with an offset: in UTC, and its day in the programme.

        :raises Invalid: when it is not one, or lies in an impossible year.
        """
        try:
            read = datetime.fromisoformat(text)
            if read.tzinfo is None:
                raise Invalid(f"{column} has no offset; write 2026-10-05T14:30:00+02:00")
            instant = read.astimezone(UTC)
            day = instant.astimezone(self.zone).date()
        except (ValueError, OverflowError):
            raise Invalid(
                f"{column} is not a time: {_quoted(text)}; write 2026-10-05T14:30:00+02:00"
            ) from None
        if day < EARLIEST:
            raise Invalid(f"{column} lies before {EARLIEST.year}: {_quoted(text)}")
        return instant, day

    def past(self, text: str, column: str) -> tuple[datetime, date]:
        """Read an instant like ``instant``, whose day is not still to come."""
        instant, day = self.instant(text, column)
        if day > self.today:
            raise Invalid(f"{column} is dated after today: {_quoted(text)}")
        return instant, day


Cells = Mapping[str, str]


def kept_instant(text: str | None) -> datetime | None:
    """Return an instant that a reading kept."""
    return datetime.fromisoformat(text) if text else None


def missing(column: str) -> str:
    """Refuse an empty cell."""
    raise Invalid(f"{column} is empty")


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:60] + '…'}”"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def one_of(text: str, words: Sequence[str], column: str) -> str:
    """Return a cell that holds one of some words, in lower case."""
    word = text.lower()
    if word in words:
        return word
    if not word:
        return missing(column)
    raise Invalid(f"{column} is unknown: {_quoted(text)}; it is {_either(words)}")


def fitting(text: str, limit: int, column: str) -> str:
    """Return a text that is not too long."""
    if len(text) > limit:
        raise Invalid(f"{column} has {len(text)} letters; up to {limit} fit")
    return text


def line_in(cells: Cells, column: str, limit: int) -> str:
    """Return the one line of a cell, cleaned."""
    text = cells.get(column, "")
    if not text:
        return text
    text = fitting(people.clean_name(text), limit, column)
    if has_control(text):
        raise Invalid(f"{column} holds a control character")
    return text


def text_in(cells: Cells, column: str, limit: int) -> str:
    """Return the text of a cell, which may have several lines."""
    text = cells.get(column, "")
    if not text:
        return text
    return fitting(unicodedata.normalize("NFC", text.replace("\r\n", "\n")), limit, column)


def address_in(cells: Cells, column: str, limit: int) -> str:
    """Return the web address in a cell."""
    text = line_in(cells, column, limit)
    if text and not text.startswith(("http://", "https://")):
        raise Invalid(f"{column} does not begin with https://: {_quoted(text)}")
    if text and not names_a_site(text):
        raise Invalid(f"{column} names no site: {_quoted(text)}")
    return text


def email_in(text: str, column: str) -> str:
    """Return an e-mail address as it is kept."""
    email = email_key(text)
    if not email:
        return missing(column)
    if not contacts.looks_like_email(email):
        raise Invalid(f"{column} is not an e-mail address: {_quoted(text)}")
    return fitting(email, people.EMAIL_LENGTH, column)


def contact_in(text: str) -> tuple[str, str]:
    """Return a contact as written, and the key that finds it."""
    try:
        cleaned = contacts.checked(text)
    except Invalid as refused:
        if not text:
            return missing("contact"), ""
        raise Invalid(f"contact cannot be so: {refused.message}") from refused
    return cleaned, contacts.key(cleaned)


def day_in(text: str, column: str) -> str | None:
    """Return the day in a cell, in ISO 8601."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{column} is not a date: {_quoted(text)}; write 2026-10-05") from None
    if day < EARLIEST:
        raise Invalid(f"{column} lies before {EARLIEST.year}: {_quoted(text)}")
    return day.isoformat()


def instant_in(cells: Cells, column: str, frame: Frame) -> datetime | None:
    """Return the instant in a cell, in UTC."""
    text = cells.get(column, "")
    return frame.instant(text, column)[0] if text else None
