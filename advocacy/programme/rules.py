"""Limits of what a programme says of itself."""

from advocacy.core.errors import Invalid
from advocacy.core.time import is_time_zone

NAME_LENGTH = 80
DEFAULT_NAME = "Advocacy"


def check_time_zone(name: str) -> None:
    """Refuse an unknown time zone.

    :raises Invalid: naming the field.
    """
    if not is_time_zone(name):
        raise Invalid(
            f"“{name[:60]}” is not a time zone; write one like Europe/Lisbon.", field="time_zone"
        )
