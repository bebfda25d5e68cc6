"""Control totals: what checkpoints keep of the sums, and what is found by them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.people.models import Person
from advocacy.points.models import Standing, StandingCount
from advocacy.points.proof import tamper_problems
from advocacy.points.seals import take_checkpoint
from advocacy.points.totals import (
    STANDINGS,
    Totals,
    standing_problems,
    standings_on_word,
    totals_at_checkpoints,
    totals_of_ledger,
    totals_of_standings,
)
from advocacy.recognition.verify import adds_up, rebuild, verify
from tests.builders import add_contacts, add_person, add_programme, entries, log, noon
from tests.recognition.test_seals import behind_our_back

MONDAY = date(2026, 1, 5)
TODAY = date(2026, 3, 10)
MONTHS = ["2026-01", "2026-02"]


@pytest.fixture
def two(session: Session) -> list[Person]:
    """Two people with talks in two months; a checkpoint has read those of the first one."""
    add_programme(session)
    people = [add_person(session, f"{name}@example.com") for name in ("ada", "bea")]
    ties = [add_contacts(session, person, "Sofia", "Tom") for person in people]
    for person, (sofia, _) in zip(people, ties, strict=True):
        log(session, person, sofia, MONDAY, "called")
    assert take_checkpoint(session, noon(MONDAY)) > 0
    for person, (sofia, tom) in zip(people, ties, strict=True):
        log(session, person, sofia, MONDAY + timedelta(weeks=1), "met", today=TODAY, reported=True)
        log(session, person, tom, MONDAY + timedelta(weeks=5), "wrote", today=TODAY, reported=True)
    return people


def added_up(session: Session) -> dict[str, tuple[int, Totals]]:
    """Return what the entries of each month add up to, one by one."""
    found: dict[str, tuple[int, Totals]] = {}
    for one in entries(session):
        count, so_far = found.get(one.month, (0, Totals()))
        word = one.points if one.evidence == "word" else 0
        more = (one.points, word, one.points * one.person_id, word * one.person_id)
        sums = (each + of for each, of in zip(so_far, more, strict=True))
        found[one.month] = count + 1, Totals(*sums)
    return found


def test_totals_go_on_from_the_last_checkpoint(session: Session, two: list[Person]) -> None:
    kept = totals_at_checkpoints(session, MONTHS)
    assert kept.keys() == {"2026-01"}
    assert kept["2026-01"] != added_up(session)["2026-01"]
    assert totals_of_ledger(session, MONTHS) == added_up(session)
    assert take_checkpoint(session, noon(TODAY), limit=1) == 1
    assert totals_of_ledger(session, MONTHS) == added_up(session)
    take_checkpoint(session, noon(TODAY))
    assert totals_at_checkpoints(session, MONTHS) == added_up(session)
    assert totals_of_ledger(session, MONTHS) == added_up(session)
    assert verify(session).problems == []


def test_what_a_checkpoint_has_read_is_not_read_again(session: Session, two: list[Person]) -> None:
    take_checkpoint(session, noon(TODAY))
    before = adds_up(session, MONTHS)
    assert before == (len(entries(session)), 4, [])
    behind_our_back(session, "UPDATE entry SET points = points + 1")
    assert adds_up(session, MONTHS) == before  # that they are as they were is for the hashes to say
    assert any("it was changed" in problem for problem in tamper_problems(session, "UTC"))


def test_points_that_stand_with_somebody_else_are_found(
    session: Session, two: list[Person]
) -> None:
    assert adds_up(session, MONTHS)[2] == []
    ada, bea = (session.get_one(Standing, (person.id, "2026-01")) for person in two)
    was = ada.points, bea.points
    for one, more in ((ada, 3), (bea, -3)):
        one.seen += more
        one.points += more
    session.flush()
    assert adds_up(session, MONTHS)[2] == [
        f"person {person.id} in 2026-01: the standing says {points + more}, the ledger {points}"
        for person, points, more in zip(two, was, (3, -3), strict=True)
    ]


@pytest.mark.parametrize("wrong", ["points", "seen"])
def test_a_standing_that_is_not_its_parts_is_found(
    session: Session, two: list[Person], wrong: str
) -> None:
    changed = update(Standing).where(Standing.person_id == two[0].id, Standing.period == "2026-02")
    session.execute(changed.values({wrong: getattr(Standing, wrong) + 1}))
    found = adds_up(session, MONTHS)[2]
    assert [one.split(":")[0] for one in found] == (
        [f"person {two[0].id} in 2026-02"] if wrong == "points" else []
    )


def test_checkpoints_of_the_time_before_have_no_totals(session: Session, two: list[Person]) -> None:
    behind_our_back(
        session,
        "UPDATE checkpoint SET points = NULL, word = NULL, points_by_person = NULL,"
        " word_by_person = NULL",
    )
    assert totals_at_checkpoints(session, MONTHS) == {"2026-01": None}
    assert totals_of_ledger(session, MONTHS) == added_up(session)
    take_checkpoint(session, noon(TODAY))
    assert totals_at_checkpoints(session, MONTHS) == added_up(session)
    assert verify(session).problems == []


@pytest.mark.parametrize("name", Totals._fields)
def test_totals_that_were_altered_are_named(session: Session, two: list[Person], name: str) -> None:
    take_checkpoint(session, noon(TODAY))
    count = added_up(session)["2026-02"][0]
    behind_our_back(session, f"UPDATE checkpoint SET {name} = {name} + 1 WHERE month = '2026-02'")
    assert verify(session).problems == [
        f"the last checkpoint of 2026-02 with {count} entries: its totals are not what they add "
        "up to"
    ]


def test_standings_are_counted_as_they_change(session: Session, two: list[Person]) -> None:
    ada, bea = two

    def on_word(month: str) -> dict[int, tuple[int, int, int]]:
        assert list(standing_problems(session)) == []
        rows = standings_on_word(session, month)
        return {row.word: (row.people, row.numbers, row.points) for row in rows}

    assert on_word("2026-02") == {0: (2, ada.id + bea.id, 8)}
    [standing] = session.scalars(
        select(Standing).where(Standing.person_id == ada.id, Standing.period == "2026-02")
    )
    standing.word, standing.points = 300, 204
    session.flush()
    assert on_word("2026-02") == {0: (1, bea.id, 4), 300: (1, ada.id, 204)}
    session.delete(standing)
    session.flush()
    assert on_word("2026-02") == {0: (1, bea.id, 4)}
    assert on_word("2026-Q1") == {}


def test_what_one_s_word_brings_beyond_the_limit_is_not_due(
    session: Session, two: list[Person]
) -> None:
    """Both have 300 on their word and 4 that was seen; only one is credited with the limit."""
    changed = update(Standing).where(Standing.period == "2026-02").values(word=300, points=204)
    session.execute(changed)
    limits = {"2026-02": 200}
    [(people, totals)] = totals_of_standings(session, limits)[0].values()
    both = two[0].id + two[1].id
    assert (people, totals) == (2, Totals(608, 600, 304 * both, 300 * both))
    assert totals_of_standings(session, limits)[1] == set()
    for one, more in zip(two, (2, -2), strict=True):  # the sum stays, but not whose it is
        session.execute(
            changed.where(Standing.person_id == one.id).values(word=300, points=204 + more)
        )
    assert totals_of_standings(session, limits)[1] == {"2026-02"}


def test_a_count_of_standings_that_is_wrong_is_named_and_made_anew(
    session: Session, two: list[Person]
) -> None:
    first = select(func.min(StandingCount.id)).scalar_subquery()
    more = update(StandingCount).where(StandingCount.id == first)
    session.execute(more.values(points=StandingCount.points + 1))
    [problem] = verify(session).problems
    assert problem.startswith("2026-01: of the standings with ")
    assert "points is counted as " in problem
    assert rebuild(session, noon(TODAY)).problems == []


def test_many_rows_of_a_count_become_one(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        [sofia, tom] = add_contacts(session, ada, "Sofia", "Tom")
        log(session, ada, sofia, MONDAY, "called")
        log(session, ada, tom, MONDAY, "called")
    with fresh_database.reading() as session:
        before = standings_on_word(session, "2026-01")
    assert [(row.word, row.people) for row in before] == [(16, 1)]
    with fresh_database.writing() as session:
        assert STANDINGS.fold(session) == 2  # the 8 that came first, and went
    with fresh_database.writing() as session:
        assert standings_on_word(session, "2026-01") == before
        assert session.scalars(select(StandingCount.word)).all() == [16]
    with fresh_database.writing() as session:
        session.execute(update(StandingCount).values(id=StandingCount.id + 100))
    with fresh_database.writing() as session:
        assert STANDINGS.fold(session) == 0
        assert session.scalars(select(func.min(StandingCount.id))).one() > 100  # it was let be
