"""How long it is remembered which forms were sent."""

from datetime import timedelta

SENT_FORMS_KEPT = timedelta(days=60)
"""Long enough that a clock which is ahead for a while, by forty days, has nothing done twice."""
