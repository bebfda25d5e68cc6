"""Limits of the programme's terms."""

TEXT_LENGTH = 20_000
