"""What can go wrong in the domain. The message is written for the person who reads it."""

from datetime import timedelta


class DomainError(Exception):
    """Something that the domain refuses.

    ``back`` is the address to go on from, and what leads there is called.

    :param message: one or two sentences for the person, saying what to do next.
    :param field: the form field or column that it concerns, if one does.
    """

    back: tuple[str, str] = ("/", "")

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(DomainError):
    """What was said cannot be so: a date that does not exist, an unknown kind."""


class NotFound(DomainError):
    """There is nothing of that name or number for this person."""


class Gone(NotFound):
    """It was here for this person and is not any more: taken back, archived."""

    back: tuple[str, str] = ("/", "To Today")


class Conflict(DomainError):
    """It was possible once and is not now: closed already, changed by somebody else."""


class Unavailable(DomainError):
    """The house itself cannot: no database, a full disk, a folder that refuses."""


class TooMany(DomainError):
    """It was tried too often.

    :param wait: how long until it may be tried again.
    """

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, -int(-wait.total_seconds() // 1))
        words = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        words = "a second" if seconds == 1 else words
        super().__init__(f"That was a lot at once. Try again in {words}.")
        self.seconds = seconds
