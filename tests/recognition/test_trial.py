"""A rule set that is tried: what was previewed is what happens."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.people.actions import deactivate, set_left_ranking
from advocacy.people.models import Person
from advocacy.points.rule_sets import FIRST_RULES, NUMBERS, RuleSet
from advocacy.recognition.trial import LIMIT, Progress, Trial, quarter_before, try_rules
from advocacy.rulebook.actions import set_rules
from tests.builders import (
    add_contacts,
    add_item,
    add_person,
    add_programme,
    log,
    noon,
    points_in,
    share,
)
from tests.databases import undone

QUARTER = "2026-Q2"
START = date(2026, 1, 1)

TALKS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(60, 200),  # from March to July
        st.sampled_from(["commented", "wrote", "called", "met"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=14,
)
RULE_SETS = st.fixed_dictionaries(
    {
        name: st.integers(0, 3) if name.endswith("_unanswered") else st.integers(5, 30)
        for name in NUMBERS
        if name != "met_seen"
    }
).map(lambda numbers: RuleSet.of_numbers({**numbers, "met_seen": numbers["met"] + 3}))


def tell(session: Session, talks: Sequence[tuple[int, int, int, str, bool, bool]]) -> list[Person]:
    people = [add_person(session, f"p{number}@example.com") for number in range(3)]
    ties = [add_contacts(session, person, *"ABCD") for person in people]
    for who, contact, days, kind, answered, seen in talks:
        log(
            session,
            people[who],
            ties[who][contact],
            START + timedelta(days=days),
            kind,
            answered=answered or kind == "met",
            reported=seen,
        )
    item = add_item(session)
    for days in (100, 100, 101):
        share(session, people[0], item, START + timedelta(days=days))
    return people


def trial_of(session: Session, rules: RuleSet) -> Trial:
    *steps, trial = try_rules(session, rules, QUARTER)
    assert isinstance(trial, Trial)
    assert steps
    assert all(isinstance(step, Progress) for step in steps)
    return trial


def test_what_was_previewed_is_what_happens(database: Database) -> None:
    @settings(
        max_examples=25 if database.is_sqlite else 8,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
        deadline=None,
    )
    @given(TALKS, RULE_SETS)
    def holds(talks: list[tuple[int, int, int, str, bool, bool]], rules: RuleSet) -> None:
        with undone(database) as session:
            add_programme(session)
            people = tell(session, talks)
            trial = trial_of(session, rules)
            previewed = {row.name: row.tried for row in trial.rows}
            for row in trial.rows:
                person = next(one for one in people if one.name == row.name)
                assert row.points == points_in(session, person, QUARTER)
                assert sum(points for _, points in row.why) == row.tried - row.points
        with undone(database) as session:
            add_programme(session)
            set_rules(session, "2026-04", rules, "Why", set_by=None, now=noon(date(2026, 3, 1)))
            happened = {one.name: points_in(session, one, QUARTER) for one in tell(session, talks)}
        assert {name: points for name, points in happened.items() if points} == {
            name: points for name, points in previewed.items() if points
        }

    holds()


def test_it_says_who_moves_and_why(session: Session) -> None:
    add_programme(session)
    ada, bea = add_person(session), add_person(session, "bea@example.com")
    left = add_person(session, "left@example.com")
    gone = add_person(session, "gone@example.com")
    day = date(2026, 4, 6)
    for who in (left, gone, bea):
        log(session, who, add_contacts(session, who, "A")[0], day, "called")
    ties = add_contacts(session, ada, *"ABC")
    for tie in ties[:2]:
        log(session, ada, tie, day, "wrote")
    log(session, ada, ties[2], day, "commented")
    set_left_ranking(session, left, True)
    deactivate(session, gone, noon(day))
    session.flush()
    rules = RuleSet.of_numbers({**FIRST_RULES.numbers(), "wrote": 1, "word_limit": 5})
    trial = trial_of(session, rules)
    assert [(row.name, row.points, row.tried, row.rank, row.tried_rank) for row in trial.rows] == [
        ("Ada", 12, 5, 1, 1),
        ("Bea", 8, 5, 2, 1),
    ]
    assert dict(trial.rows[1].why) == {LIMIT: -3}
    assert dict(trial.rows[0].why) == {"messages": -6, LIMIT: -1}
    assert trial.movers == 1
    assert trial.most_on_word == 8


def test_whoever_stops_asking_ends_it(session: Session) -> None:
    add_programme(session)
    ada = add_person(session)
    log(session, ada, add_contacts(session, ada, "A")[0], date(2026, 4, 6))
    steps = try_rules(session, FIRST_RULES, QUARTER)
    assert next(steps) == Progress(0, 1)
    steps.close()
    assert list(steps) == []


def test_the_last_quarter_is_one_that_is_over() -> None:
    assert quarter_before(date(2026, 11, 25)) == "2026-Q3"
    assert quarter_before(date(2026, 1, 1)) == "2025-Q4"
