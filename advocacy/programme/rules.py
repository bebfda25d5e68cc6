"""Limits of what a programme says of itself."""

NAME_LENGTH = 80
DEFAULT_NAME = "Advocacy"
