"""Limits of what an administrator sets."""

from datetime import date

EARLIEST_DAY = date(1990, 1, 1)
"""No programme begins earlier: a mistyped year would make a thousand months to close."""
LATEST_DAY = date(2199, 12, 31)
