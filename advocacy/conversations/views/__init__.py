"""Logging a conversation, marking that an answer came, and correcting."""

from advocacy.conversations.views import answers, correcting, logging
from advocacy.conversations.views.blueprint import blueprint

__all__ = ["answers", "blueprint", "correcting", "logging"]
