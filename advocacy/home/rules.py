"""Greetings."""

NOON, EVENING = 12, 18


def greeting(hour: int) -> str:
    """Return how to greet at an hour of the day, 0 to 23."""
    if hour < NOON:
        return "Good morning"
    return "Good afternoon" if hour < EVENING else "Good evening"


def ordinal(number: int) -> str:
    """Return a place in words up to ten, then in figures: seventh, 11th, 22nd."""
    words = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
    if 1 <= number <= len(words):
        return words[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number:,}{ending or 'th'}"
