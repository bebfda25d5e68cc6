"""How long it is remembered which forms were sent."""

from datetime import timedelta

SENT_FORMS_KEPT = timedelta(days=30)
