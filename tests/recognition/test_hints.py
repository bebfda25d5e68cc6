"""Each hint at its edge: what just raises it, what just does not, in which words."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from advocacy.points.rules import Deed
from advocacy.recognition.hints import Hint, Talk, Unusual, hints_of, shared_contacts

FIRST = date(2026, 10, 1)
LAST = date(2026, 10, 31)


def talk(number: int, **other: Any) -> Talk:
    """Return an answered call of a day of its own, with a contact of its own, logged that day."""
    day = other.get("day", FIRST + timedelta(days=number % 28))
    deed = Deed(
        day,
        "called",
        other.get("began", "advocate" if number % 2 else "contact"),
        other.get("answered", True),
        other.get("seen", False),
        number,
    )
    return Talk(deed, other.get("tie", number), other.get("logged_on", day), other.get("key", ""))


def hints(talks: Iterable[Talk], kind: Unusual, known: Iterable[int] = range(100)) -> list[Hint]:
    """Return the hints of a kind; ties were answered before unless it is said which."""
    found = hints_of(list(talks), answered_before=set(known))
    return [hint for hint in found if hint.kind == kind]


def test_first_answers_are_counted_by_the_day_they_were_logged_on() -> None:
    def month(people: int) -> list[Talk]:
        again = [talk(50 + n, tie=n, logged_on=LAST) for n in range(people)]
        earlier = [talk(n, tie=n, day=FIRST, logged_on=LAST, seen=n == 1) for n in range(people)]
        return [*again, *earlier, talk(90, logged_on=LAST, answered=False), talk(91)]

    assert hints(month(6), Unusual.FIRST_ANSWERS, known=()) == []
    assert hints(month(7), Unusual.FIRST_ANSWERS, known=[0]) == []
    (hint,) = hints(month(7), Unusual.FIRST_ANSWERS, known=())
    assert hint.words == (
        "The first answers of 7 people were logged on 31 October; 1 of them seen."
    )
    assert hint.figures == {"people": 7, "seen": 1}
    assert list(hint.deeds) == list(range(7))


def test_nearly_all_begun_by_one_side() -> None:
    def month(advocate: int, contact: int) -> list[Talk]:
        return [
            talk(n, began="advocate" if n < advocate else "contact", tie=1)
            for n in range(advocate + contact)
        ]

    assert hints(month(17, 3), Unusual.ONE_SIDED) == []
    assert hints(month(19, 0), Unusual.ONE_SIDED) == []
    (hint,) = hints(month(18, 2), Unusual.ONE_SIDED)
    assert hint.words == "18 of 20 conversations were begun by the advocate; none of them seen."
    assert hint.figures == {"begun": 18, "conversations": 20, "seen": 0}
    assert list(hint.deeds) == list(range(18))
    (hint,) = hints(month(1, 19), Unusual.ONE_SIDED)
    assert hint.words == "19 of 20 conversations were begun by the other side; none of them seen."


def test_nobody_spoken_with_twice() -> None:
    once = [talk(n, seen=True) for n in range(10)]
    twice_on_one_day = talk(20, tie=3, day=once[3].deed.day)
    assert hints(once[:9], Unusual.NOBODY_TWICE) == []
    assert hints([*once, talk(20, tie=3, day=LAST)], Unusual.NOBODY_TWICE) == []
    (hint,) = hints([*once, twice_on_one_day], Unusual.NOBODY_TWICE)
    assert hint.figures == {"people": 10, "seen": 10}
    assert list(hint.deeds) == [*range(10), 20]
    (hint,) = hints(once, Unusual.NOBODY_TWICE)
    assert hint.words == ("10 people were spoken with, none of them on two days; all of them seen.")


def test_outreach_without_answers() -> None:
    def month(begun: int, answered: int) -> list[Talk]:
        own = [talk(n, tie=1, began="advocate", answered=n < answered) for n in range(begun)]
        return [*own, *(talk(60 + n, tie=1, began="contact", answered=False) for n in range(9))]

    assert hints(month(20, 2), Unusual.NO_ANSWERS) == []
    assert hints(month(19, 0), Unusual.NO_ANSWERS) == []
    (hint,) = hints(month(20, 1), Unusual.NO_ANSWERS)
    assert hint.words == (
        "1 of 20 conversations that the advocate began were answered; none of them seen."
    )
    assert hint.figures == {"answered": 1, "conversations": 20, "seen": 0}
    assert list(hint.deeds) == list(range(20))


def test_a_month_filled_on_one_day() -> None:
    def month(logged: int, others: int, days: int = 28) -> list[Talk]:
        filled = [
            talk(n, tie=n % 5, day=FIRST + timedelta(days=n % days), logged_on=LAST)
            for n in range(logged)
        ]
        return [*filled, *(talk(60 + n, tie=n, day=FIRST) for n in range(others))]

    assert hints(month(27, 7), Unusual.ONE_DAY) == []
    assert hints(month(9, 0), Unusual.ONE_DAY) == []
    assert hints(month(27, 3, days=2), Unusual.ONE_DAY) == []
    assert len(hints(month(27, 3, days=3), Unusual.ONE_DAY)) == 1
    assert len(hints(month(8, 2), Unusual.ONE_DAY)) == 1
    (hint,) = hints(month(27, 3), Unusual.ONE_DAY)
    assert hint.words == "27 of 30 conversations were logged on 31 October; none of them seen."
    assert hint.figures == {"logged": 27, "conversations": 30, "seen": 0}
    assert list(hint.deeds) == list(range(27))


def test_contacts_that_several_colleagues_log_in_the_same_week() -> None:
    monday, sunday, next_monday = date(2026, 10, 12), date(2026, 10, 18), date(2026, 10, 19)

    def month(shared: int, others: int) -> list[Talk]:
        common = [talk(n, day=monday, key=f"customer {n}") for n in range(shared)]
        return [*common, *(talk(60 + n, day=monday, key="") for n in range(others))]

    def told(mine: list[Talk], third: date = sunday) -> dict[int, Hint]:
        theirs = [talk(n, day=sunday, key=f"customer {n}") for n in range(20)]
        last = [talk(n, day=third, key=f"customer {n}") for n in range(20)]
        found = shared_contacts({1: mine, 2: theirs, 3: last})
        return {person: hint for person, hint in found.items() if person == 1}

    assert told(month(9, 0)) == {}
    assert told(month(12, 9)) == {}
    assert told(month(12, 0), third=next_monday) == {}
    hint = told(month(12, 8))[1]
    assert hint.words == (
        "12 of 20 conversations were with people whom 3 or more colleagues logged in the same "
        "week; none of them seen."
    )
    assert hint.figures == {"shared": 12, "conversations": 20, "contacts": 12, "seen": 0}
    assert list(hint.deeds) == list(range(12))


def test_who_is_known_by_nothing_is_nobody_else() -> None:
    nameless = [talk(n) for n in range(20)]
    assert shared_contacts(dict.fromkeys(range(5), nameless)) == {}


def test_a_conversation_with_several_people_is_one() -> None:
    several = [talk(n // 2, tie=n, began="advocate", logged_on=LAST) for n in range(38)]
    assert hints(several, Unusual.ONE_SIDED) == []
    (hint,) = hints(several, Unusual.ONE_DAY)
    assert hint.figures == {"logged": 19, "conversations": 19, "seen": 0}


def test_an_empty_month_and_an_ordinary_one_carry_no_hint() -> None:
    assert hints_of([], answered_before=()) == []
    assert shared_contacts({1: []}) == {}
    ordinary = [talk(n, tie=n % 8, key=f"customer {n % 8}") for n in range(40)]
    assert hints_of(ordinary, answered_before=range(8)) == []
    assert shared_contacts({1: ordinary, 2: ordinary}) == {}
