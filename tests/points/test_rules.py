"""Every sentence of the points page, then generated histories against a slow telling of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.points.rules import (
    Deed,
    Life,
    Line,
    Remembered,
    Rule,
    due,
    lives,
    month_points,
    postings,
    remembered_only,
    share_postings,
    strength,
    strength_in_words,
)
from tests.points import oracle

Amounts = dict[tuple[str, str, str], int]

KINDS = ("commented", "wrote", "introduced", "called", "met")


def said(line: str) -> Deed:
    """Read a deed: ``2026-10-05 wrote`` is answered, on one's word, begun by the advocate."""
    day, kind, *more = line.split()
    assert set(more) <= {"unanswered", "seen", "they"}
    return Deed(
        date.fromisoformat(day),
        kind,
        "contact" if "they" in more else "advocate",
        "unanswered" not in more,
        "seen" in more,
        0,
    )


def told(*lines: str) -> list[Deed]:
    return [said(line)._replace(number=number) for number, line in enumerate(lines, start=1)]


def amounts(deeds: Sequence[Deed]) -> Amounts:
    return {
        (key.day.isoformat(), str(key.rule), str(key.evidence)): amount.points
        for key, amount in due(deeds).items()
    }


# 2026-10-05 is a Monday; the week of 2026-09-28 crosses into October.
WEEK = "week", "word"
SEEN = "week", "seen"
BEGINNING = "beginning", "word"
RETURN = "return", "word"
LASTING = "lasting", "word"

SENTENCES: dict[str, tuple[list[str], Amounts]] = {
    "a comment answered": (["2026-10-05 commented"], {("2026-10-05", *WEEK): 4}),
    "a letter answered": (["2026-10-05 wrote"], {("2026-10-05", *WEEK): 4}),
    "an introduction taken up": (["2026-10-05 introduced"], {("2026-10-05", *WEEK): 6}),
    "a call answered": (["2026-10-05 called"], {("2026-10-05", *WEEK): 8}),
    "met on one's word": (["2026-10-05 met"], {("2026-10-05", *WEEK): 8}),
    "met and seen": (["2026-10-05 met seen"], {("2026-10-05", *SEEN): 12}),
    "a call that was seen is worth what a call is": (
        ["2026-10-05 called seen"],
        {("2026-10-05", *SEEN): 8},
    ),
    "they began and were answered": (["2026-10-05 wrote they"], {("2026-10-05", *WEEK): 4}),
    "they began and were not answered": (["2026-10-05 wrote they unanswered"], {}),
    "they began, unanswered, though they answered before": (
        ["2026-09-14 wrote", "2026-09-16 called they unanswered"],
        {("2026-09-14", *WEEK): 4},
    ),
    "a stranger does not answer": (
        ["2026-10-05 wrote unanswered", "2026-10-13 called unanswered"],
        {},
    ),
    "unanswered by somebody who answered before": (
        [
            "2026-09-07 wrote",
            "2026-09-14 commented unanswered",
            "2026-09-22 introduced unanswered",
            "2026-10-05 wrote unanswered",
            "2026-10-12 called unanswered",
        ],
        {
            ("2026-09-07", *WEEK): 4,
            ("2026-09-14", *WEEK): 1,
            ("2026-09-22", *WEEK): 1,
            ("2026-10-05", *WEEK): 1,
            ("2026-10-12", *WEEK): 2,
        },
    ),
    "answered before whoever began": (
        ["2026-10-05 wrote they", "2026-10-12 wrote unanswered"],
        {("2026-10-05", *WEEK): 4, ("2026-10-12", *WEEK): 1},
    ),
    "what was unanswered before the first answer stays worth nothing": (
        ["2026-10-05 wrote unanswered", "2026-10-12 wrote"],
        {("2026-10-12", *WEEK): 4},
    ),
    "once a week, for what is worth most": (
        ["2026-10-05 wrote", "2026-10-06 wrote", "2026-10-09 called", "2026-10-11 commented"],
        {("2026-10-09", *WEEK): 8},
    ),
    "worth decides, not kind": (
        ["2026-09-28 wrote", "2026-10-05 called unanswered", "2026-10-06 wrote"],
        {
            ("2026-09-28", *WEEK): 4,
            ("2026-10-06", *WEEK): 4,
            ("2026-10-06", *BEGINNING): 8,
        },
    ),
    "unanswered and then answered in one week is 4 in all": (
        ["2026-09-21 wrote", "2026-10-05 wrote unanswered", "2026-10-07 wrote"],
        {
            ("2026-09-21", *WEEK): 4,
            ("2026-10-07", *WEEK): 4,
            ("2026-10-07", *BEGINNING): 8,
        },
    ),
    "equal worth: the earlier day": (
        ["2026-10-08 commented", "2026-10-06 wrote"],
        {("2026-10-06", *WEEK): 4},
    ),
    "ten messages earn what one does": (
        ["2026-10-05 wrote"] * 10,
        {("2026-10-05", *WEEK): 4},
    ),
    "a better one on one's word adds its difference": (
        ["2026-10-06 wrote seen", "2026-10-08 called"],
        {("2026-10-06", *SEEN): 4, ("2026-10-08", *WEEK): 4},
    ),
    "the better one may come first": (
        ["2026-10-05 called", "2026-10-08 wrote seen"],
        {("2026-10-05", *WEEK): 4, ("2026-10-08", *SEEN): 4},
    ),
    "a lesser or equal one on one's word adds nothing": (
        ["2026-10-05 met", "2026-10-06 called seen", "2026-10-07 wrote"],
        {("2026-10-06", *SEEN): 8},
    ),
    "the best of those seen is credited as seen": (
        ["2026-10-05 wrote seen", "2026-10-06 met seen", "2026-10-07 called seen"],
        {("2026-10-06", *SEEN): 12},
    ),
    "a week that crosses a month counts once on each side": (
        ["2026-09-29 wrote", "2026-09-30 wrote", "2026-10-01 wrote", "2026-10-04 called"],
        {("2026-09-29", *WEEK): 4, ("2026-10-04", *WEEK): 8},
    ),
    "a week that crosses a month is still one for a beginning": (
        ["2026-09-30 wrote", "2026-10-01 wrote", "2026-10-05 wrote"],
        {
            ("2026-09-30", *WEEK): 4,
            ("2026-10-01", *WEEK): 4,
            ("2026-10-05", *WEEK): 4,
            ("2026-10-05", *BEGINNING): 8,
        },
    ),
    "a week that crosses a year is still one for a beginning": (
        ["2026-12-31 wrote", "2027-01-03 wrote"],
        {("2026-12-31", *WEEK): 4, ("2027-01-03", *WEEK): 4},
    ),
    "Sunday and Monday are two weeks": (
        ["2026-10-11 wrote", "2026-10-12 wrote"],
        {
            ("2026-10-11", *WEEK): 4,
            ("2026-10-12", *WEEK): 4,
            ("2026-10-12", *BEGINNING): 8,
        },
    ),
    "an unanswered week begins nothing": (
        ["2026-10-05 wrote", "2026-10-12 called unanswered"],
        {("2026-10-05", *WEEK): 4, ("2026-10-12", *WEEK): 2},
    ),
    "after 90 days of silence nothing returns": (
        ["2026-01-05 wrote", "2026-01-12 wrote", "2026-04-12 wrote"],
        {
            ("2026-01-05", *WEEK): 4,
            ("2026-01-12", *WEEK): 4,
            ("2026-01-12", *BEGINNING): 8,
            ("2026-04-12", *WEEK): 4,
        },
    ),
    "the 91st day is a return": (
        ["2026-01-05 wrote", "2026-01-12 wrote", "2026-04-13 wrote"],
        {
            ("2026-01-05", *WEEK): 4,
            ("2026-01-12", *WEEK): 4,
            ("2026-01-12", *BEGINNING): 8,
            ("2026-04-13", *WEEK): 4,
            ("2026-04-13", *RETURN): 4,
        },
    ),
    "returns count each time": (
        ["2026-01-05 wrote", "2026-01-12 wrote", "2026-05-04 called", "2026-09-07 wrote"],
        {
            ("2026-01-05", *WEEK): 4,
            ("2026-01-12", *WEEK): 4,
            ("2026-01-12", *BEGINNING): 8,
            ("2026-05-04", *WEEK): 8,
            ("2026-05-04", *RETURN): 4,
            ("2026-09-07", *WEEK): 4,
            ("2026-09-07", *RETURN): 4,
            ("2026-09-07", *LASTING): 8,
        },
    ),
    "the second week is a beginning and never also a return": (
        ["2026-01-05 wrote", "2026-06-01 wrote"],
        {
            ("2026-01-05", *WEEK): 4,
            ("2026-06-01", *WEEK): 4,
            ("2026-06-01", *BEGINNING): 8,
        },
    ),
    "an unanswered message does not break the silence": (
        [
            "2026-01-05 wrote",
            "2026-01-12 wrote",
            "2026-03-02 wrote unanswered",
            "2026-03-03 wrote they unanswered",
            "2026-04-13 wrote",
        ],
        {
            ("2026-01-05", *WEEK): 4,
            ("2026-01-12", *WEEK): 4,
            ("2026-01-12", *BEGINNING): 8,
            ("2026-03-02", *WEEK): 1,
            ("2026-04-13", *WEEK): 4,
            ("2026-04-13", *RETURN): 4,
        },
    ),
    "a third calendar month, running or not": (
        ["2026-01-31 wrote", "2026-02-01 wrote", "2026-02-10 wrote", "2026-12-28 wrote"],
        {
            ("2026-01-31", *WEEK): 4,
            ("2026-02-01", *WEEK): 4,
            ("2026-02-10", *WEEK): 4,
            ("2026-02-10", *BEGINNING): 8,
            ("2026-12-28", *WEEK): 4,
            ("2026-12-28", *RETURN): 4,
            ("2026-12-28", *LASTING): 8,
        },
    ),
    "the same month of another year is another month": (
        ["2025-10-06 wrote", "2025-11-03 wrote", "2026-10-05 wrote"],
        {
            ("2025-10-06", *WEEK): 4,
            ("2025-11-03", *WEEK): 4,
            ("2025-11-03", *BEGINNING): 8,
            ("2026-10-05", *WEEK): 4,
            ("2026-10-05", *RETURN): 4,
            ("2026-10-05", *LASTING): 8,
        },
    ),
    "a bonus is seen when the earliest that fulfils it is": (
        ["2026-10-05 wrote", "2026-10-12 wrote seen", "2026-10-12 called", "2026-10-13 met"],
        {
            ("2026-10-05", *WEEK): 4,
            ("2026-10-12", *SEEN): 4,
            ("2026-10-12", *WEEK): 4,
            ("2026-10-12", "beginning", "seen"): 8,
        },
    ),
    "a bonus stays on one's word when what was seen came a day later": (
        ["2026-10-05 wrote", "2026-10-12 wrote", "2026-10-13 wrote seen"],
        {
            ("2026-10-05", *WEEK): 4,
            ("2026-10-13", *SEEN): 4,
            ("2026-10-12", *BEGINNING): 8,
        },
    ),
}


@pytest.mark.parametrize(("lines", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_the_points_page_by_its_sentences(lines: list[str], expected: Amounts) -> None:
    assert amounts(told(*lines)) == expected


@pytest.mark.parametrize(("lines", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_the_slow_telling_knows_the_sentences_too(lines: list[str], expected: Amounts) -> None:
    slow = {(d.isoformat(), r, e): n for (d, r, e), n in oracle.sums(told(*lines)).items()}
    assert slow == expected


def test_any_order_of_a_small_history_gives_the_same() -> None:
    deeds = told(
        "2026-09-29 wrote unanswered",
        "2026-09-30 called",
        "2026-10-01 wrote seen",
        "2026-10-01 met",
        "2027-01-11 wrote they",
    )
    assert {frozenset(due(order).items()) for order in permutations(deeds)} == {
        frozenset(due(deeds).items())
    }


def test_equal_worth_on_one_day_goes_by_the_order_of_the_table() -> None:
    (amount,) = due(told("2026-10-05 met", "2026-10-05 called")).values()
    assert amount.deed.kind == "called"


def test_a_bonus_names_the_seen_conversation_of_its_day_first() -> None:
    deeds = told(
        "2026-10-05 wrote", "2026-10-12 commented", "2026-10-12 met seen", "2026-10-12 called seen"
    )
    (bonus,) = (amount for key, amount in due(deeds).items() if key.rule == "beginning")
    assert (bonus.deed.kind, bonus.deed.seen) == ("called", True)


STEPS = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 6, 7, 8, 13, 27, 31, 60, 89, 90, 91, 92, 200, 400])
"""Days between deeds: within a week, around its end, around a month's, around the silence."""


@st.composite
def histories(draw: st.DrawFn) -> list[Deed]:
    day = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 800)))
    deeds = []
    for number, step in enumerate(draw(st.lists(STEPS, max_size=16)), start=1):
        day += timedelta(days=step)
        kind = draw(st.sampled_from(KINDS))
        began = draw(st.sampled_from(["advocate", "advocate", "contact"]))
        answered = kind == "met" or draw(st.booleans())
        deeds.append(Deed(day, kind, began, answered, draw(st.booleans()), number))
    return deeds


@given(histories())
def test_whatever_happens_it_is_worth_what_the_slow_telling_says(deeds: list[Deed]) -> None:
    fast = {tuple(key): (amount.points, amount.deed.kind) for key, amount in due(deeds).items()}
    assert fast == oracle.earned(deeds)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_logging_never_matters(deeds: list[Deed], random: Random) -> None:
    shuffled = list(deeds)
    random.shuffle(shuffled)
    assert due(shuffled) == due(deeds)
    assert lives(shuffled) == lives(deeds)


@given(histories())
def test_the_same_deed_twice_changes_no_amount(deeds: list[Deed]) -> None:
    again = [*deeds, *(deed._replace(number=deed.number + 100) for deed in deeds)]
    assert {key: amount.points for key, amount in due(again).items()} == {
        key: amount.points for key, amount in due(deeds).items()
    }


@given(histories())
def test_an_answer_or_a_trace_never_takes_points_from_a_life(deeds: list[Deed]) -> None:
    better = [deed._replace(answered=True, seen=True) for deed in deeds]
    weekly = sum(n.points for key, n in due(deeds).items() if key.rule == "week")
    assert sum(n.points for key, n in due(better).items() if key.rule == "week") >= weekly


@given(histories())
def test_alive_on_a_day_is_what_the_page_says_of_it(deeds: list[Deed]) -> None:
    answered = sorted({deed.day for deed in deeds if deed.answered})
    begins = next(iter([d for d, r, _ in oracle.sums(deeds) if r == "beginning"]), None)
    stretches = lives(deeds)
    if not deeds:
        assert stretches == []
        return
    day = min(deed.day for deed in deeds)
    end = max(deed.day for deed in deeds) + timedelta(days=95)
    while day <= end:
        past = [one for one in answered if one <= day]
        alive = (
            begins is not None
            and day >= begins
            and bool(past)
            and day - past[-1] <= timedelta(days=90)
        )
        assert any(life.starts_on <= day <= life.ends_on for life in stretches) == alive
        day += timedelta(days=1)


def test_a_relationship_drifts_on_the_91st_day_and_is_revived() -> None:
    deeds = told("2026-01-05 wrote", "2026-01-12 wrote", "2026-04-13 wrote")
    assert lives(deeds) == [
        Life(date(2026, 1, 12), date(2026, 4, 12), False),
        Life(date(2026, 4, 13), date(2026, 7, 12), True),
    ]


def test_ninety_quiet_days_are_one_life() -> None:
    deeds = told("2026-01-05 wrote", "2026-01-12 wrote", "2026-04-12 wrote")
    assert lives(deeds) == [Life(date(2026, 1, 12), date(2026, 7, 11), False)]


def test_a_first_week_is_no_relationship_however_much_is_said() -> None:
    assert lives(told("2026-09-28 met seen", "2026-10-01 called", "2026-10-04 wrote")) == []


@pytest.mark.parametrize(
    ("written", "shares", "entered"),
    [
        ({}, [], []),
        ({}, [3, 4], [(3, 1)]),
        ({3: 1}, [3, 4], []),
        ({4: 1}, [3, 4], []),
        ({3: 1}, [], [(3, -1)]),
        ({3: 1}, [4, 5], [(3, -1), (4, 1)]),
    ],
)
def test_one_share_a_day_counts(
    written: dict[int, int], shares: list[int], entered: list[tuple[int, int]]
) -> None:
    assert list(share_postings(written, shares)) == entered


# --- what is entered


def line(deed: Deed, rule: Rule = Rule.WEEK) -> Line:
    return Line(deed.day, rule, "seen" if deed.seen else "word", deed.kind, deed.began)


def posted(written: dict[int, int], *deeds: Deed) -> list[tuple[int, int]]:
    """Return deed and points of what is entered where a first deed's line says something."""
    of = line(said("2026-10-05 wrote"))
    return [(one.deed, one.points) for one in postings({of: written}, deeds) if one.line == of]


def test_points_name_a_deed_that_earns_them() -> None:
    first, second, third = told("2026-10-05 wrote", "2026-10-05 wrote", "2026-10-05 wrote")
    assert posted({}, first, second) == [(1, 4)]
    assert posted({1: 4}, first, second) == []
    assert posted({2: 4}, first, second) == [], "nothing is moved between equals"
    assert posted({1: 4}, second, third) == [(1, -4), (2, 4)]
    assert posted({1: 4}) == [(1, -4)]
    assert posted({1: 1, 2: 3}, first) == [(2, -3), (1, 3)]


@pytest.mark.parametrize("change", [{"kind": "called"}, {"began": "contact"}, {"seen": True}])
def test_a_deed_that_was_put_right_gives_its_name_to_one_that_stands(
    change: dict[str, Any],
) -> None:
    first, second = told("2026-10-05 wrote", "2026-10-05 wrote")
    by_day = {posting.deed: posting.points for posting in postings({line(first): {1: 4}}, [second])}
    assert by_day == {1: -4, 2: 4}
    moved = first._replace(**change)
    entered = postings({line(first): {1: 4}}, [moved, second])
    assert (line(first), -4, 1) in list(entered)


def test_who_is_not_answered_is_not_named_for_an_answer() -> None:
    known = said("2026-09-01 wrote")._replace(number=9)
    first, second = told("2026-10-05 wrote unanswered", "2026-10-05 wrote")
    assert posted({1: 4}, known, first, second) == [(1, -4), (2, 4)]
    assert posted({1: 1, 2: 3}, known, first, second) == []
    assert posted({1: 4}, known, first) == [(1, -3)]


def test_a_deed_of_which_less_counts_keeps_the_rest() -> None:
    by_trace = said("2026-10-06 wrote unanswered seen")._replace(number=8)
    known = said("2026-09-01 wrote")._replace(number=9)
    first, second = told("2026-10-05 wrote", "2026-10-05 wrote")
    assert posted({2: 4}, known, first, second, by_trace) == [(2, -1)]


@pytest.mark.parametrize(
    ("seen", "word", "shares", "points"),
    [
        (0, 0, 0, 0),
        (36, 199, 2, 237),
        (36, 200, 2, 238),
        (36, 236, 2, 238),
        (300, 0, 31, 331),
        (0, -8, 1, -7),
        (-12, 240, 0, 188),
    ],
)
def test_a_month_is_seen_and_shares_and_ones_word_up_to_200(
    seen: int, word: int, shares: int, points: int
) -> None:
    assert month_points(seen, word, shares) == points


TODAY = date(2026, 10, 5)


def weekly(weeks: int, *, silent: int = 0, answered: bool = True) -> list[tuple[date, bool]]:
    return [(TODAY - timedelta(days=silent + 7 * back), answered) for back in range(weeks)]


@pytest.mark.parametrize(
    ("talks", "shown"),
    [
        (weekly(1), 29),
        (weekly(2), 48),
        (weekly(4), 70),
        (weekly(10), 89),
        (weekly(1000), 97),
        (weekly(1000, silent=45), 82),
        (weekly(1000, silent=90), 57),
        (weekly(1, answered=False), 16),
        (weekly(1000, answered=False), 30),
        ([], 0),
        ([*weekly(1)] * 10, 29),
        ([*weekly(1), (TODAY + timedelta(days=1), True)], 29),
        ([(TODAY, False), (TODAY, True)], 29),
    ],
    ids=str,
)
def test_strength_is_what_the_page_shows(talks: list[tuple[date, bool]], shown: int) -> None:
    assert strength(talks, TODAY) == shown


def test_strength_takes_each_weeks_last_conversation() -> None:
    monday, sunday = date(2026, 9, 28), date(2026, 10, 4)
    assert strength([(monday, True), (sunday, False)], TODAY) == strength([(sunday, True)], TODAY)


def test_strength_looks_back_only() -> None:
    answered_later = [(TODAY - timedelta(days=30), False), (TODAY, True)]
    assert strength(answered_later, TODAY - timedelta(days=30)) == 16


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0, "long ago"),
        (1, "faint"),
        (24, "faint"),
        (25, "growing"),
        (49, "growing"),
        (50, "warm"),
        (74, "warm"),
        (75, "close"),
        (100, "close"),
    ],
)
def test_a_ring_has_a_word(value: int, word: str) -> None:
    assert strength_in_words(value, spoken=True) == word


def test_a_ring_without_a_talk_says_so() -> None:
    assert strength_in_words(0, spoken=False) == "not yet spoken"


def judged(
    day: date,
    logged_on: date,
    *,
    reported: bool = False,
    colleague: bool = False,
    joined: date = date(2026, 3, 1),
) -> Remembered | None:
    return remembered_only(
        day,
        logged_on,
        reported=reported,
        colleague=colleague,
        joined=joined,
        first_day=date(2026, 2, 1),
    )


def test_logged_on_the_14th_day_counts_and_on_the_15th_is_late() -> None:
    day = date(2026, 5, 1)
    assert judged(day, date(2026, 5, 15)) is None
    assert judged(day, date(2026, 5, 16)) is Remembered.LATE


def test_before_the_first_day_or_joining_is_remembered_only() -> None:
    assert judged(date(2026, 3, 1), date(2026, 3, 1)) is None
    assert judged(date(2026, 2, 28), date(2026, 3, 1)) is Remembered.BEFORE_JOINING
    assert judged(date(2026, 2, 1), date(2026, 2, 1), joined=date(2026, 1, 1)) is None
    assert judged(date(2026, 1, 31), date(2026, 2, 1)) is Remembered.BEFORE_PROGRAMME


def test_what_an_import_reported_is_on_time_however_early() -> None:
    assert judged(date(2019, 1, 1), date(2026, 5, 1), reported=True) is None


def test_colleagues_do_not_count_even_when_reported() -> None:
    day = date(2026, 5, 1)
    assert judged(day, day, colleague=True) is Remembered.COLLEAGUE
    assert judged(day, day, colleague=True, reported=True) is Remembered.COLLEAGUE
