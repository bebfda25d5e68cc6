"""Two people, or two tabs, at the same page: nobody overwrites what they did not see."""

import hashlib

from advocacy.core.errors import Conflict

LENGTH = 16


def stamp(*values: object) -> str:
    """Return a short mark of what a form was opened with, for the form to carry."""
    return hashlib.sha256(repr([str(value) for value in values]).encode()).hexdigest()[:LENGTH]


def check_stamp(seen: str, *values: object) -> None:
    """Refuse a change to something that is no longer as it was seen. Hold it before.

    :param seen: the mark that the form carried; empty where none was, which is not checked.
    :raises Conflict: when it was changed since.
    """
    if seen and seen != stamp(*values):
        raise Conflict(
            "This was changed while you had it open. What you typed is still here: look at what "
            "stands now, then keep yours or leave it."
        )
