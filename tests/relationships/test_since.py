"""What an entry of a closed month says was entered for it since, and why points went."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from advocacy.conversations.actions import take_back
from advocacy.conversations.answering import mark_answered, unmark_answered
from advocacy.people.models import Person
from advocacy.questions.actions import decide
from advocacy.recognition.actions import close_months
from advocacy.relationships.explained import explain, explain_tie
from tests.builders import log, noon, put_question
from tests.conversations.corrected import put_right

MONDAY = date(2026, 1, 5)
WEEK = timedelta(days=7)
TALK = date(2026, 1, 28)
Close = Callable[[str, date], None]


@pytest.fixture
def close(session: Session, tmp_path: Path) -> Close:
    def close(month: str, on: date) -> None:
        close_months(session, month, closed_by=None, now=noon(on), data=tmp_path)

    return close


def since(session: Session, who: Person, month: str) -> list[tuple[str, int, dict[str, int]]]:
    """Return the rule, points and what was entered since of every entry of a month."""
    told = explain(session, who, month, for_manager=False).entries
    return [(one.rule, one.points, dict(one.since)) for one in told]


def reasons(session: Session, who: Person, month: str) -> list[str]:
    told = explain(session, who, month, for_manager=False, with_quiet=True)
    return [one.words.reason for one in told.entries if one.points < 0] + [
        one.reason for one in told.quiet
    ]


def test_a_rule_tells_of_its_own_and_the_last_entry_of_several(
    session: Session, ada: Person, sofia: int, close: Close
) -> None:
    log(session, ada, sofia, TALK - WEEK)
    letter = log(session, ada, sofia, TALK, answered=False)
    mark_answered(session, letter, sofia, now=noon(TALK))
    close("2026-01", date(2026, 2, 2))
    take_back(session, letter, noon(date(2026, 2, 3)))
    # Unanswered it was worth 1, its answer the other 3; a relationship began as well.
    assert since(session, ada, "2026-01") == [
        ("beginning", 8, {"2026-02": -8}),
        ("week", 3, {"2026-02": -4}),
        ("week", 1, {}),
        ("week", 4, {}),
    ]


def test_another_day_is_another_matter(
    session: Session, ada: Person, mona: Person, sofia: int, close: Close
) -> None:
    talk = log(session, ada, sofia, TALK)
    close("2026-01", date(2026, 2, 2))
    put_right(session, talk, mona, "wrote", day=date(2026, 2, 3), at=date(2026, 2, 4))
    close("2026-02", date(2026, 3, 2))
    take_back(session, talk, noon(date(2026, 3, 3)))
    assert since(session, ada, "2026-01") == [("week", 4, {"2026-02": -4})]
    assert since(session, ada, "2026-02") == [("week", 4, {"2026-03": -4}), ("week", -4, {})]
    assert since(session, ada, "2026-03") == [("week", -4, {})]
    told = [explain(session, ada, month, for_manager=True) for month in ("2026-02", "2026-03")]
    assert [one.of_closed_months for one in told] == [-4, -4]


def test_of_several_months_the_first_tells_it(
    session: Session, ada: Person, mona: Person, sofia: int, close: Close
) -> None:
    call = log(session, ada, sofia, TALK, "called")
    close("2026-01", date(2026, 2, 2))
    put_right(session, call, mona, "met", day=TALK, at=date(2026, 2, 4))
    close("2026-02", date(2026, 3, 2))
    question = put_question(session, call.id, mona)
    decide(session, question, "set aside", "No.", decided_by=mona.id, now=noon(date(2026, 3, 5)))
    assert since(session, ada, "2026-01") == [("week", 8, {"2026-03": -8})]
    assert [one[2] for one in since(session, ada, "2026-02")] == [{}, {}]


def test_who_lost_an_answer_first_did_not_take_it_back_then(
    session: Session, ada: Person, sofia: int
) -> None:
    first, second = log(session, ada, sofia, MONDAY), log(session, ada, sofia, MONDAY + WEEK)
    unmark_answered(session, first, sofia, noon(MONDAY + WEEK))
    take_back(session, second, noon(MONDAY + 2 * WEEK))
    take_back(session, first, noon(MONDAY + 3 * WEEK))
    told = reasons(session, ada, "2026-01")
    assert not any("you took it back on 12 January" in reason for reason in told)
    assert any("you took it back on 19 January" in reason for reason in told)


def test_what_a_manager_put_right_later_was_not_corrected_before(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    first, second = log(session, ada, sofia, MONDAY), log(session, ada, sofia, MONDAY + WEEK)
    take_back(session, first, noon(MONDAY + WEEK))
    put_right(session, second, mona, "commented", day=MONDAY + WEEK, at=MONDAY + 2 * WEEK)
    [bonus] = [one for one in reasons(session, ada, "2026-01") if "new relationship" in one]
    assert bonus.endswith("something that it rested on was corrected or taken back on 12 January.")


def test_a_week_that_crosses_a_month_is_two(session: Session, ada: Person, sofia: int) -> None:
    friday, sunday = date(2026, 1, 30), date(2026, 2, 1)
    lost = log(session, ada, sofia, friday)
    log(session, ada, sofia, sunday)
    unmark_answered(session, lost, sofia, noon(sunday))
    off = [
        one.words.reason for _, one in explain_tie(session, ada, sofia).entries if one.points < 0
    ]
    assert len(off) == 1
    assert "counts in its place" not in off[0]


def test_what_counts_instead_says_so_and_a_later_answer_does_not_repeat_the_reason(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY)
    meeting = log(session, ada, sofia, MONDAY + timedelta(days=1), "met")
    day, at = MONDAY + timedelta(days=1), MONDAY + WEEK
    put_right(session, meeting, mona, "called", day=day, answered=(False,), at=at)
    told = explain(session, ada, "2026-01", for_manager=False).entries
    instead = [one.words.reason for one in told if one.recorded_at == noon(at) and one.points > 0]
    assert instead == [
        "An answered message is worth 4. It counts since another conversation was put right."
    ]
    mark_answered(session, meeting, sofia, now=noon(at + timedelta(days=1)))
    told = explain(session, ada, "2026-01", for_manager=False).entries
    [answered] = [one.words.reason for one in told if one.points == 8 and not one.taken_off]
    assert answered == "An answered call is worth 8."
