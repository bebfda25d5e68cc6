"""Advocacy: an employee advocacy platform that measures relationships, not reach."""

__version__ = "0.1.0"
