"""Versions of the rules: what can be set, and that a version changes nothing before it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from advocacy.contacts.queries import ties_of
from advocacy.conversations.actions import settle_ties
from advocacy.core.errors import Invalid
from advocacy.points.queries import rule_book, rule_sets
from advocacy.points.rule_sets import (
    FIRST_BOOK,
    FIRST_RULES,
    MOST_ON_WORD,
    MOST_POINTS,
    NUMBERS,
    RuleBook,
    RuleSet,
    check,
)
from advocacy.points.rule_words import LABELS, priced, sentences
from advocacy.points.rules import Deed, Rule, due
from advocacy.recognition.actions import close_months, export_file
from advocacy.recognition.rules import Format
from advocacy.recognition.verify import rebuild, verify
from advocacy.rulebook.actions import set_rules
from tests.builders import add_contacts, add_person, add_programme, log, noon, points_in

START = date(2026, 1, 1)


def rules(**numbers: int) -> RuleSet:
    return RuleSet.of_numbers({**FIRST_RULES.numbers(), **numbers})


RULE_SETS = st.fixed_dictionaries(
    {name: st.integers(0, 30 if name != "word_limit" else 300) for name in NUMBERS}
).map(RuleSet.of_numbers)
DEEDS = st.lists(
    st.builds(
        Deed,
        st.integers(0, 200).map(lambda days: START + timedelta(days=days)),
        st.sampled_from(["commented", "wrote", "introduced", "called"]),
        st.sampled_from(["advocate", "contact"]),
        st.booleans(),
        st.booleans(),
        st.integers(1, 1000),
    ),
    max_size=25,
    unique_by=lambda deed: deed.number,
)


def test_numbers_go_both_ways() -> None:
    assert RuleSet.of_numbers(FIRST_RULES.numbers()) == FIRST_RULES
    assert set(LABELS) == set(NUMBERS)


def test_the_book_opens_at_the_month() -> None:
    book = RuleBook((("", FIRST_RULES), ("2026-03", rules(met=5)), ("2026-05", rules(met=6))))
    met = [book.of_month(f"2026-0{month}").answered["met"] for month in range(1, 7)]
    assert met == [8, 8, 5, 5, 6, 6]
    assert book.of(date(2026, 3, 1)).answered["met"] == 5
    assert book.of(date(2026, 2, 28)).answered["met"] == 8


@given(DEEDS, RULE_SETS)
def test_a_version_changes_no_day_before_it(deeds: list[Deed], other: RuleSet) -> None:
    before, after = due(deeds), due(deeds, FIRST_BOOK.changed_from("2026-04", other))
    turn = date(2026, 4, 1)
    assert {key: one for key, one in before.items() if key.day < turn} == {
        key: one for key, one in after.items() if key.day < turn
    }


@given(DEEDS, RULE_SETS)
def test_a_bonus_is_paid_once_whatever_the_versions_say(deeds: list[Deed], other: RuleSet) -> None:
    found = due(deeds, FIRST_BOOK.changed_from("2026-03", other))
    for rule in (Rule.BEGINNING, Rule.LASTING):
        assert sum(key.rule == rule for key in found) <= 1
    assert all(amount.points > 0 for amount in found.values())


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"called": -1}, "called"),
        ({"called": 10**9}, "called"),
        ({"word_limit": MOST_ON_WORD + 1}, "word_limit"),
        ({"beginning": MOST_POINTS + 1}, "beginning"),
        ({"wrote_unanswered": 5}, "wrote_unanswered"),
        ({"met_seen": 7}, "met_seen"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(numbers: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(rules(**numbers))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2026-01", "January 2026 has begun"),
        ("2025-12", "December 2025 has begun"),
        ("2027-02", "Up to January 2027"),
    ],
)
def test_only_a_coming_month_gets_rules(session: Session, month: str, words: str) -> None:
    add_programme(session)
    with pytest.raises(Invalid, match=words):
        set_rules(session, month, FIRST_RULES, "Why", set_by=None, now=noon(date(2026, 1, 31)))
    assert rule_sets(session) == []


def test_again_for_a_month_replaces_it(session: Session) -> None:
    add_programme(session)
    for met in (5, 6):
        set_rules(session, "2026-02", rules(met=met), f"To {met}", set_by=None, now=noon(START))
    assert [(one.explanation, one.met) for one in rule_sets(session)] == [("To 6", 6)]
    with pytest.raises(Invalid, match="Say why"):
        set_rules(session, "2026-02", FIRST_RULES, "  ", set_by=None, now=noon(START))


def test_posting_and_closing_go_by_the_month_of_the_day(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    ada = add_person(session)
    (maria, eli) = add_contacts(session, ada, "Maria", "Eli")
    set_rules(
        session,
        "2026-02",
        rules(wrote=3, beginning=20, share=0, word_limit=15),
        "Less for writing",
        set_by=ada.id,
        now=noon(START),
    )
    log(session, ada, maria, date(2026, 1, 28))
    log(session, ada, eli, date(2026, 1, 28))
    assert points_in(session, ada, "2026-01") == 8
    log(session, ada, maria, date(2026, 2, 4))  # a message and the beginning, up to the limit
    assert points_in(session, ada, "2026-02") == 15
    assert points_in(session, ada, "2026-Q1") == 23
    assert rule_book(session).of_month("2026-02").beginning == 20
    assert verify(session).problems == []
    close_months(session, "2026-01", closed_by=None, now=noon(date(2026, 2, 5)), data=tmp_path)
    late = log(session, ada, eli, date(2026, 1, 26), "called", today=date(2026, 2, 5))
    assert late.day == date(2026, 1, 26)
    assert verify(session).problems == []


def test_a_closed_month_stays_to_the_byte(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    ada = add_person(session)
    (maria,) = add_contacts(session, ada, "Maria")
    log(session, ada, maria, date(2026, 1, 8), "met", reported=True)
    later = noon(date(2026, 2, 5))
    close_months(session, "2026-01", closed_by=None, now=later, data=tmp_path)
    before = [export_file(session, "2026-01", format, tmp_path) for format in Format]
    for kept in tmp_path.rglob("*.*"):
        kept.unlink()
    set_rules(session, "2026-03", rules(met_seen=50), "More", set_by=ada.id, now=later)
    settle_ties(session, ties_of(session), later)
    assert [export_file(session, "2026-01", format, tmp_path) for format in Format] == before
    assert rebuild(session, later).problems == []


def test_the_words_are_printed_from_the_numbers() -> None:
    told = rules(met_seen=14, beginning=0, share=2, word_limit=1)
    assert priced(told)[-1].answered == "14 seen, 8 on your word"
    words = " ".join(sentences(told))
    assert "answered: nothing more. Answered again" in words
    assert "A share is worth 2 points" in words
    assert "counts up to 1 point a month" in words
