"""The library: what is worth sharing, sharing it, and publishing it."""

from advocacy.library.views import publishing, reading, sharing
from advocacy.library.views.blueprint import blueprint

__all__ = ["blueprint", "publishing", "reading", "sharing"]
