"""Who is the same contact, and the limits of what is kept of one."""

import re
import unicodedata

from advocacy.core.errors import Invalid
from advocacy.core.text import check_letters

NAME_LENGTH = 120
EMAIL_LENGTH = 254

_EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+$")


def clean(text: str) -> str:
    """Return a name or an address with single spaces and none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def key(text: str) -> str:
    """Return what decides whether two names or addresses are the same: case and spaces aside."""
    return clean(text).casefold()


def words_of(*texts: str) -> set[str]:
    """Return the words in names and addresses by which two may be the same person.

    Without case and accents; what is before the @ of an address counts, a single letter does not.
    """
    plain = unicodedata.normalize("NFKD", " ".join(text.partition("@")[0] for text in texts))
    letters = "".join(one for one in plain.casefold() if not unicodedata.combining(one))
    return {word for word in re.split(r"[\W\d_]+", letters) if len(word) > 1}


def looks_like_email(text: str) -> bool:
    """Tell whether a contact was given by e-mail address rather than by name."""
    return _EMAIL.match(text) is not None


def checked(text: str) -> str:
    """Return a contact's name or address, cleaned.

    :raises Invalid: when it is empty, too long or holds what no name holds.
    """
    text = clean(text)
    if not text:
        raise Invalid("Say with whom: a name is enough.", field="contact")
    limit = EMAIL_LENGTH if looks_like_email(text) else NAME_LENGTH
    if len(text) > limit:
        raise Invalid(
            f"That is {len(text)} letters long; a name has up to {NAME_LENGTH}.", field="contact"
        )
    check_letters(text, field="contact")
    return text


def check_not_oneself(text: str, own_email: str, *, field: str = "contact") -> None:
    """Refuse somebody's own address as that of a contact.

    :raises Invalid: when it is.
    """
    if key(text) == key(own_email):
        raise Invalid("That is your own address. Say who it was with.", field=field)
