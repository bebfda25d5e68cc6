"""A clock that says what it is set to: patch it in as `advocacy.core.time.datetime`."""

from datetime import UTC, datetime, tzinfo
from typing import ClassVar, Self


class SetClock(datetime):
    """A clock that stands where it was set to."""

    said: ClassVar[datetime] = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(cls.said.timestamp(), tz)
