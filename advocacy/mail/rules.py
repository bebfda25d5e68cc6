"""Letters: where they may go, how long one waits between tries, and when it is given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from advocacy.core.errors import Invalid

ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 200
FAILURE_LENGTH = 300
AT_ONCE = 20
"""How many letters one round of delivering tries."""
LEASE = timedelta(minutes=10)
"""How long a letter is one deliverer's alone; sending one takes less, every pause counted."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
LEAST_ATTEMPTS = 5
"""A clock that jumps three days on gives nothing up: a letter was tried at least so often."""
SKEW = timedelta(minutes=2)
"""What clocks may differ by. What lies further in the future was written by a wrong one."""
KEPT = timedelta(days=30)
LATELY = timedelta(days=7)
TOLD_EVERY = timedelta(days=1)
"""How often administrators are told of letters that were given up, at the most."""
_SUBMISSION_PORTS = {"smtp": 25, "smtps": 465}
_NOT_IN_AN_ADDRESS = set('()<>[]:;,\\"')


class State(StrEnum):
    """What has become of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FILED = "filed"  # lies in the folder
    BOUNCED = "bounced"
    GIVEN_UP = "given up"


class NotDelivered(Exception):
    """A letter did not go; the words are the other side's.

    :param is_out_of_reach: nothing else would go either, for now.
    """

    def __init__(self, words: str, *, is_out_of_reach: bool = False) -> None:
        super().__init__(words)
        plain = "".join(letter if letter.isprintable() else " " for letter in words)
        self.words = " ".join(plain.split())[:FAILURE_LENGTH]
        self.is_out_of_reach = is_out_of_reach


class Bounced(NotDelivered):
    """The other side will never take this letter."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as ``ADVOCACY_MAIL_URL`` names it.

    ``is_tls`` from the first word on, else as soon as it offers it; ``is_tls_optional``: letters go
    without where it offers none.
    """

    host: str
    port: int
    is_tls: bool
    is_tls_optional: bool = False
    user: str = ""
    password: str = ""
    sender: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, so that nobody stands between."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom letters come from."""

    name: str
    address: str


def server_of(url: str) -> Server:
    """Read a mail server's URL, which the settings have looked through."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return Server(
        host=parts.hostname or "",
        port=parts.port or _SUBMISSION_PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        is_tls_optional="tls" in query,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=query.get("from", [""])[0],
    )


def sender_address(mail_url: str | None, base_url: str) -> str:
    """Return the address that letters come from: the mail URL's, else one of our own."""
    given = server_of(mail_url).sender if mail_url else ""
    if given:
        return given
    host = urlsplit(base_url).hostname or "localhost"
    if ":" in host:
        return f"advocacy@[IPv6:{host}]"
    return f"advocacy@[{host}]" if host.replace(".", "").isdecimal() else f"advocacy@{host}"


def checked_address(address: str) -> str:
    """Return an address as the post takes it: letters of other scripts in its host as ASCII.

    :raises Invalid: when no letter can go there, or it would smuggle in a line of its own.
    """
    user, at, host = address.rpartition("@")
    if not user or not host or len(address) > ADDRESS_LENGTH or not _is_plain(user):
        raise Invalid("That is not an address that a letter can go to.", field="email")
    try:
        plain = host.encode("idna").decode("ascii") if _is_plain(host) else ""
    except UnicodeError:
        plain = ""
    if not plain or plain.startswith((".", "-")):
        raise Invalid("That is not an address that a letter can go to.", field="email")
    return f"{user}{at}{plain}"


def _is_plain(part: str) -> bool:
    return part.isprintable() and not any(
        letter.isspace() or letter in _NOT_IN_AN_ADDRESS for letter in part
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long a letter rests after its so-manieth try failed."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


def is_hopeless(attempts: int, written_at: datetime, now: datetime) -> bool:
    """Tell whether a letter that failed again is given up."""
    return attempts >= LEAST_ATTEMPTS and now - written_at >= GIVEN_UP_AFTER
