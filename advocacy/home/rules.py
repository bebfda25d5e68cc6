"""Greetings."""

NOON, EVENING = 12, 18


def greeting(hour: int) -> str:
    """Return how to greet at an hour of the day, 0 to 23."""
    if hour < NOON:
        return "Good morning"
    return "Good afternoon" if hour < EVENING else "Good evening"
