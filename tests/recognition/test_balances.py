"""Balances of people, teams and the programme: counted, sealed at closing, corrected after it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from advocacy.conversations.actions import take_back
from advocacy.core.time import first_day, last_day, month_of, months_between
from advocacy.people import actions as people
from advocacy.people.models import Absence, Person
from advocacy.people.queries import team_on
from advocacy.points.actions import open_ties
from advocacy.points.models import Life
from advocacy.points.standings import recounted
from advocacy.recognition.actions import close_months
from advocacy.recognition.balances import (
    Shown,
    balance_of_person,
    balance_of_programme,
    balance_of_team,
)
from advocacy.recognition.verify import verify
from advocacy.relationships.balance import balance_of, balance_of_all, balances
from advocacy.relationships.balance_rules import (
    Away,
    Balance,
    PersonMonth,
    Stretch,
    balance,
    in_a_row,
    of_team,
    total,
)
from tests.builders import add_contacts, add_person, add_programme, add_team, log, noon

Unguarded = Callable[[], None]
MONDAY = date(2026, 1, 5)
TODAY = date(2026, 3, 20)


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def close(session: Session, month: str, data: Path, today: date = TODAY) -> None:
    close_months(session, month, closed_by=None, now=noon(today), data=data)


def gone_on(session: Session, person: Person, day: date) -> None:
    with recounted(session, person):
        people.deactivate(session, person, noon(day))


def back_on(session: Session, person: Person, day: date) -> None:
    with recounted(session, person):
        people.activate(session, person, noon(day))


def of_person(session: Session, person: Person, month: str, today: date = TODAY) -> Shown:
    told = balance_of(session, person.id, month, today)
    return balance_of_person(session, person.id, month, today, told)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session, team=add_team(session, "Sales"))


# --- counted by the database as by the rules


def test_the_database_counts_as_the_rules_do(session: Session) -> None:
    add_programme(session)
    random, start = Random(7), date(2026, 1, 1)
    teams = [None, add_team(session, "A"), add_team(session, "B")]

    def day() -> date:
        found = start + timedelta(days=random.randrange(200))
        month = month_of(found)
        return random.choice((found, found, first_day(month), last_day(month)))

    told: dict[int, tuple[list[Stretch], list[Away]]] = {}
    for n in range(60):
        person = add_person(session, f"p{n}@example.com", team=random.choice(teams))
        lives = []
        for tie in open_ties(session, person.id, random.randrange(5)):
            begins = day()
            ended = random.random() < 0.3
            ends = begins + timedelta(days=random.randrange(-ended, 60))
            lives.append(Stretch(tie, begins, ends, random.random() < 0.4, ended))
        gone = sorted({day(), day(), day()})[: random.choice((0, 0, 1, 2, 3))]
        away = [Away(*each) for each in zip(gone[::2], gone[1::2], strict=False)]
        away += [Away(gone[-1])] if len(gone) % 2 else []
        for since in sorted({day(), day()}):
            people.move_to_team(session, person, random.choice(teams), since)
        told[person.id] = lives, away
    session.execute(
        insert(Life),
        [
            {"person_id": person, **stretch._asdict(), "tie_id": stretch.tie}
            for person, (lives, _) in told.items()
            for stretch in lives
        ],
    )
    session.execute(
        insert(Absence),
        [
            {"person_id": person, **one._asdict()}
            for person, (_, absences) in told.items()
            for one in absences
        ],
    )
    today = date(2026, 12, 31)
    found = []
    for month in months_between("2026-01", "2026-09"):
        first, last = first_day(month), last_day(month)
        wanted = {person: balance(*each, first, last) for person, each in told.items()}
        counted = balances(session, first, last)
        assert {person: counted.get(person, Balance()) for person in told} == wanted
        assert balance_of_all(session, first, last) == total(wanted.values())
        for number in told:
            assert balance_of(session, number, month, today).counted() == wanted[number]
        before, after = team_on(session, first - timedelta(days=1)), team_on(session, last)
        rows = [PersonMonth(wanted[one], before[one], after[one]) for one in told]
        for team in teams[1:]:
            assert team is not None
            shown = balance_of_team(session, team.id, month, today)
            assert shown.balance == of_team(rows, team.id)
        found.append(total(wanted.values()))
    everything = balance_of_programme(session, "2026", today).balance
    assert everything is not None
    assert everything.adds_up
    assert everything._replace(closing=0) == in_a_row(found)._replace(closing=0)
    assert balance_of_programme(session, "2026-Q2", today).balance == in_a_row(found[3:6])


# --- leaving, and coming back


def test_who_leaves_ends_what_is_alive_and_coming_back_revives_it(
    session: Session, ada: Person, tmp_path: Path
) -> None:
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, week(0))
    log(session, ada, sofia, week(1))
    gone_on(session, ada, date(2026, 2, 3))
    assert of_person(session, ada, "2026-02").balance == Balance(opening=1, ended=1)
    assert balance_of_programme(session, "2026-02", TODAY).balance == Balance(opening=1, ended=1)
    back_on(session, ada, date(2026, 3, 1))  # the first day of a month
    revived = Balance(revived=1, closing=1)
    assert of_person(session, ada, "2026-03").balance == revived
    assert balance_of_programme(session, "2026-03", TODAY).balance == revived
    # gone and back on one day is no absence, and gone again on the day of coming back is one
    gone_on(session, ada, date(2026, 3, 9))
    back_on(session, ada, date(2026, 3, 9))
    assert of_person(session, ada, "2026-03").balance == Balance(revived=1, closing=1)
    gone_on(session, ada, date(2026, 3, 10))
    back_on(session, ada, date(2026, 3, 12))
    gone_on(session, ada, date(2026, 3, 12))
    assert of_person(session, ada, "2026-03").balance == Balance(revived=1, ended=1)
    close(session, "2026-03", tmp_path, date(2026, 4, 2))
    printed = session.execute(text("SELECT month, begun, alive FROM closed_standing ORDER BY 1"))
    assert [tuple(row) for row in printed] == [
        ("2026-01", 1, 1),
        ("2026-02", 0, 0),
        ("2026-03", 0, 0),
    ]
    assert verify(session).problems == []


# --- sealed, and corrected since


def test_a_closed_month_is_sealed_and_what_is_learnt_later_is_a_line_in_the_next(
    session: Session, ada: Person, tmp_path: Path
) -> None:
    sofia, tom, uwe = add_contacts(session, ada, "Sofia", "Tom", "Uwe")
    for contact in (sofia, tom):
        log(session, ada, contact, week(0))
    second = log(session, ada, sofia, week(1), began="contact")
    assert of_person(session, ada, "2026-01") == Shown(Balance(begun=1, closing=1), 3, 1)
    close(session, "2026-01", tmp_path)
    # reported late: it has to count in the past, where it cannot stand any more
    log(session, ada, tom, week(2), today=TODAY, reported=True)
    for number in (0, 1):
        log(session, ada, uwe, week(number), today=TODAY, reported=True)
    assert of_person(session, ada, "2026-01") == Shown(Balance(begun=1, closing=1), 3, 1)
    february = Balance(opening=1, corrected=2, closing=3)
    assert of_person(session, ada, "2026-02").balance == february
    assert of_person(session, ada, "2026-03").balance == Balance(opening=3, closing=3)
    take_back(session, second, noon(TODAY))
    february = Balance(opening=1, corrected=1, closing=2)
    assert of_person(session, ada, "2026-02").balance == february
    assert balance_of_programme(session, "2026-02", TODAY).balance == february
    assert ada.team_id is not None
    assert balance_of_team(session, ada.team_id, "2026-02", TODAY).balance == february
    quarter = balance_of_programme(session, "2026-Q1", TODAY)
    assert quarter == Shown(Balance(corrected=1, begun=1, closing=2), 3, 1)
    close(session, "2026-02", tmp_path)
    assert of_person(session, ada, "2026-02").balance == february
    assert of_person(session, ada, "2026-03").balance == Balance(opening=2, closing=2)
    assert balance_of_programme(session, "2026-Q1", TODAY) == quarter
    assert balance_of_team(session, ada.team_id, "2026-Q1", TODAY) == quarter
    assert verify(session).problems == []


def test_who_changes_teams_takes_relationships_along(
    session: Session, ada: Person, tmp_path: Path
) -> None:
    sales, care = ada.team_id, add_team(session, "Care")
    assert sales is not None
    (sofia,) = add_contacts(session, ada, "Sofia")
    for number in (0, 1, 4):
        log(session, ada, sofia, week(number))
    people.move_to_team(session, ada, care, date(2026, 2, 10))

    def february_of(team: int) -> Shown:
        return balance_of_team(session, team, "2026-02", TODAY)

    left = Shown(Balance(opening=1, moved=1))
    came = Shown(Balance(joined=1, closing=1), conversations=1)
    assert (february_of(sales), february_of(care.id)) == (left, came)
    close(session, "2026-01", tmp_path)
    assert (february_of(sales), february_of(care.id)) == (left, came)
    close(session, "2026-02", tmp_path)
    assert (february_of(sales), february_of(care.id)) == (left, came)
    assert balance_of_programme(session, "2026-02", TODAY).balance == Balance(opening=1, closing=1)
    first_quarter = balance_of_team(session, sales, "2026-Q1", TODAY).balance
    assert first_quarter == Balance(begun=1, moved=1)
    assert verify(session).problems == []


def test_what_was_closed_before_there_were_balances_is_not_invented(
    session: Session, ada: Person, tmp_path: Path, unguarded: Unguarded
) -> None:
    (sofia,) = add_contacts(session, ada, "Sofia")
    for number in (0, 1):
        log(session, ada, sofia, week(number))
    close(session, "2026-01", tmp_path)
    unguarded()
    session.execute(text("DELETE FROM closed_balance"))
    session.execute(text("DELETE FROM closed_total WHERE rows = 'balances'"))
    session.execute(text("UPDATE closed_month SET has_balances = false"))
    session.expire_all()
    assert of_person(session, ada, "2026-01") == Shown(None, not_kept=("2026-01",))
    assert of_person(session, ada, "2026-02").balance == Balance(opening=1, closing=1)
    quarter = balance_of_programme(session, "2026-Q1", TODAY)
    assert quarter == Shown(Balance(opening=1, closing=1), not_kept=("2026-01",))
    assert verify(session).problems == []
    close(session, "2026-02", tmp_path)
    assert of_person(session, ada, "2026-02").balance == Balance(opening=1, closing=1)
    assert verify(session).problems == []


# --- proven


@pytest.fixture
def unguarded(session: Session) -> Iterator[Unguarded]:
    """Open, when called, what is closed to somebody with the database in hand."""
    yield lambda: without_guards(session)
    if session.get_bind().dialect.name == "sqlite":  # of the connection, which others use next
        session.execute(text("PRAGMA ignore_check_constraints = 0"))


def without_guards(session: Session) -> None:
    assert session.bind is not None
    if session.bind.dialect.name == "postgresql":
        session.execute(
            text("ALTER TABLE closed_balance DROP CONSTRAINT ck_closed_balance_adds_up")
        )
        for table in ("closed_balance", "closed_month", "closed_total"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        session.execute(text("PRAGMA ignore_check_constraints = 1"))
        for table in ("closed_balance", "closed_month", "closed_total"):
            session.execute(text(f"DROP TRIGGER {table}_no_update"))
            session.execute(text(f"DROP TRIGGER {table}_no_delete"))


def test_the_database_refuses_to_change_what_was_sealed(
    session: Session, ada: Person, tmp_path: Path
) -> None:
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, week(0))
    close(session, "2026-01", tmp_path)
    for statement in ("UPDATE closed_balance SET opening = 0", "DELETE FROM closed_balance"):
        with pytest.raises(DatabaseError, match="stays as it was"), session.begin_nested():
            session.execute(text(statement))


@pytest.mark.parametrize(
    "changed",
    [
        ("UPDATE closed_balance SET begun = begun + 1 {february}", "does not add up"),
        ("UPDATE closed_balance SET opening = 2, closing = 2 {february}", "opens with 2"),
        (
            "UPDATE closed_balance SET team_before = coalesce(team_before, 0) + 1 {february}",
            "another team",
        ),
        ("DELETE FROM closed_balance {february}", "opens with 0"),
        ("DELETE FROM closed_balance WHERE month = '2026-01'", "that was printed"),
        ("UPDATE life SET ends_on = '2025-12-01'", "was over after"),
    ],
)
def test_verify_finds_a_balance_that_was_changed(
    session: Session, ada: Person, tmp_path: Path, changed: tuple[str, str], unguarded: Unguarded
) -> None:
    statement, said = changed
    (sofia,) = add_contacts(session, ada, "Sofia")
    for number in (0, 1):
        log(session, ada, sofia, week(number))
    close(session, "2026-02", tmp_path)
    assert verify(session).problems == []
    unguarded()
    session.execute(text(statement.format(february="WHERE month = '2026-02'")))
    session.expire_all()
    assert any(said in problem for problem in verify(session).problems)


def test_what_all_rows_of_a_closed_month_add_up_to_is_held_against_them(
    session: Session, ada: Person, tmp_path: Path, unguarded: Unguarded
) -> None:
    (sofia,) = add_contacts(session, ada, "Sofia")
    for number in (0, 1):
        log(session, ada, sofia, week(number))
    close(session, "2026-01", tmp_path)
    assert verify(session).problems == []
    unguarded()
    session.execute(text("UPDATE closed_total SET count = 5 WHERE figure = 'begun'"))
    assert verify(session).problems == [
        f"closed month 2026-01: begun of all {rows} was kept as 5, the rows add up to 1"
        for rows in ("standings", "balances")
    ]
