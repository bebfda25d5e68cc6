"""A month as it stood at a moment is what was said at that moment."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from advocacy.conversations.actions import hold, take_back
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.models import Conversation
from advocacy.core.database import Database
from advocacy.core.errors import Invalid
from advocacy.core.time import parse_moment
from advocacy.people import actions as people_actions
from advocacy.people.models import Person
from advocacy.points.rule_sets import FIRST_RULES, RuleSet
from advocacy.points.standings import recounted
from advocacy.recognition.actions import close_months
from advocacy.recognition.ranking import Place, place_of
from advocacy.recognition.replay import place_at
from advocacy.relationships.explained import explain
from advocacy.rulebook.actions import set_rules
from tests.builders import add_contacts, add_person, add_programme, log, noon
from tests.databases import undone

START = date(2026, 1, 20)
MONTHS = ("2026-01", "2026-02")

STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["wrote", "called", "met", "answer", "back"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)

Said = dict[tuple[str, str], tuple[int, int, list[int], object]]


def said(session: Session, people: list[Person], as_of: datetime | None = None) -> Said:
    found: Said = {}
    for person in people:
        for month in MONTHS:
            told = explain(session, person, month, for_manager=False, as_of=as_of)
            place = (
                place_of(session, person, month)
                if as_of is None
                else place_at(session, person, month, as_of)
            )
            numbers = [entry.id for entry in told.entries]
            found[person.name, month] = (told.points, told.word, numbers, place)
    return found


def act(
    session: Session,
    people: list[Person],
    ties: list[list[int]],
    logged: list[Conversation],
    *,
    step: tuple[int, int, str, bool],
    day: date,
) -> None:
    who, contact, what, answered = step
    if what in {"answer", "back"}:
        if not logged:
            return
        conversation = logged[(who + contact) % len(logged)]
        if conversation.taken_back_at is not None:
            return
        hold(session, conversation.person_id)
        if what == "back":
            take_back(session, conversation, noon(day))
        else:
            tie = ties[conversation.person_id - people[0].id][contact]
            try:
                mark_answered(session, conversation, tie, now=noon(day))
            except Invalid:
                return
    else:
        sure = answered or what == "met"
        logged.append(log(session, people[who], ties[who][contact], day, what, answered=sure))


def test_a_moment_is_replayed_as_it_was(database: Database) -> None:
    @settings(
        max_examples=20 if database.is_sqlite else 6,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
        deadline=None,
    )
    @given(STEPS)
    def holds(steps: list[tuple[int, int, str, bool]]) -> None:
        with undone(database) as session:
            add_programme(session)
            people = [add_person(session, f"p{number}@example.com") for number in range(3)]
            ties = [add_contacts(session, person, *"ABC") for person in people]
            few = RuleSet.of_numbers({**FIRST_RULES.numbers(), "word_limit": 9})
            set_rules(session, "2026-02", few, "Less", set_by=None, now=noon(date(2026, 1, 1)))
            logged: list[Conversation] = []
            then = []
            for at, step in enumerate(steps):
                day = START + timedelta(days=2 * at)
                act(session, people, ties, logged, step=step, day=day)
                session.expire_all()
                then.append((noon(day), said(session, people)))
            for moment, was in then:
                assert said(session, people, moment) == was

    holds()


def test_a_closed_month_keeps_the_places_of_its_leavers(session: Session, tmp_path: Path) -> None:
    left_on, closed_on, later = noon(date(2026, 2, 3)), noon(date(2026, 2, 5)), date(2026, 2, 9)
    add_programme(session)
    first, second = add_person(session, "p1@example.com"), add_person(session, "p2@example.com")
    for person, kind in ((first, "called"), (second, "wrote")):
        log(session, person, add_contacts(session, person, "A"), START, kind)
    with recounted(session, first):
        people_actions.deactivate(session, first, left_on)
    close_months(session, "2026-01", closed_by=None, now=closed_on, data=tmp_path)
    session.expire_all()
    assert place_of(session, second, "2026-01") == Place(2, 2)
    assert place_at(session, second, "2026-01", noon(later)) == Place(2, 2)
    assert place_at(session, second, "2026-01", left_on) == Place(1, 1)
    assert place_at(session, second, "2026-01", noon(START)) == Place(2, 2)


def test_who_was_away_and_is_back_had_no_place_meanwhile(session: Session) -> None:
    gone_on, back_on = date(2026, 2, 3), date(2026, 2, 6)
    add_programme(session)
    first, second = add_person(session, "p1@example.com"), add_person(session, "p2@example.com")
    for person, kind in ((first, "called"), (second, "wrote")):
        log(session, person, add_contacts(session, person, "A"), START, kind)
    for verb, day in ((people_actions.deactivate, gone_on), (people_actions.activate, back_on)):
        with recounted(session, first):
            verb(session, first, noon(day))
    session.expire_all()
    midnight = datetime(2026, 2, 3, tzinfo=UTC)
    places = {
        midnight: (Place(1, 2), Place(2, 2)),  # the end of the day before
        midnight + timedelta(days=1): (None, Place(1, 1)),
        midnight + timedelta(days=3): (None, Place(1, 1)),
        noon(back_on): (Place(1, 2), Place(2, 2)),
    }
    for moment, (of_first, of_second) in places.items():
        assert place_at(session, first, "2026-01", moment) == of_first
        assert place_at(session, second, "2026-01", moment) == of_second


def test_who_is_gone_again_on_the_day_of_coming_back_was_away_all_the_time(
    session: Session,
) -> None:
    gone_on, back_on = date(2026, 2, 3), date(2026, 2, 6)
    add_programme(session)
    first, second = add_person(session, "p1@example.com"), add_person(session, "p2@example.com")
    for verb, at in (
        (people_actions.deactivate, noon(gone_on)),
        (people_actions.activate, noon(back_on)),
        (people_actions.deactivate, noon(back_on) + timedelta(hours=1)),
    ):
        with recounted(session, first):
            verb(session, first, at)
    session.expire_all()
    before, same_day = noon(gone_on) - timedelta(days=1), noon(gone_on) + timedelta(hours=1)
    assert place_at(session, second, "2026-02", before) == Place(1, 2)
    for meanwhile in (same_day, same_day + timedelta(days=1)):
        assert place_at(session, second, "2026-02", meanwhile) == Place(1, 1)
        assert place_at(session, first, "2026-02", meanwhile) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-20", datetime(2026, 1, 20, 23, tzinfo=UTC)),
        ("2026-01-20T10:00:00+02:00", datetime(2026, 1, 20, 8, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_day_or_an_instant(text: str, instant: datetime) -> None:
    assert parse_moment(text, "Europe/Berlin", noon(date(2026, 2, 1))) == instant


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "2026-01-20T10:00:00", "0001-01-01", "2026-02-02", "9999-12-31"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_moment(text, "UTC", noon(date(2026, 2, 1)))
