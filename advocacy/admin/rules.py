"""Limits of what an administrator sets."""

import re
from datetime import date

from advocacy.core.time import words_for_period

EARLIEST_DAY = date(1990, 1, 1)
"""No programme begins earlier: a mistyped year would make a thousand months to close."""
LATEST_DAY = date(2199, 12, 31)

_MONTH = re.compile(r"\b[0-9]{4}-(?:0[1-9]|1[0-2])\b(?!-)")


def detail_in_words(detail: str) -> str:
    """Return the detail of a line of the trail with its months as people say them."""
    return _MONTH.sub(lambda found: words_for_period(found[0]), detail)
