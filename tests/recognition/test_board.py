"""The rows of a board, against a plain telling of them in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from advocacy.conversations.actions import take_back
from advocacy.core.database import Database
from advocacy.core.errors import NotFound
from advocacy.core.time import last_day, month_of, previous_period
from advocacy.people import actions as people
from advocacy.people.models import Person
from advocacy.points.models import Entry
from advocacy.points.rules import FIRST_BOOK
from advocacy.points.standings import move_standings, recounted
from advocacy.recognition.actions import close_months
from advocacy.recognition.boards import board
from advocacy.recognition.queries import get_closed_rows
from advocacy.recognition.ranking import place_of
from advocacy.recognition.rules import Figures, ranks
from advocacy.recognition.verify import verify
from tests.builders import (
    add_contacts,
    add_item,
    add_person,
    add_programme,
    add_team,
    log,
    noon,
    points_in,
    share,
)
from tests.databases import undone

JANUARY, FEBRUARY = date(2026, 1, 5), date(2026, 2, 2)
TODAY = date(2026, 3, 10)


def give(session: Session, person: Person, month: str, points: int) -> None:
    """Enter some points, whatever for, as postings do."""
    entry = {
        "person_id": person.id,
        "month": month,
        "day": last_day(month),
        "rule": "share",
        "points": points,
        "deed": 1,
        "recorded_at": noon(TODAY),
    }
    session.add(Entry(**entry))
    session.flush()
    move_standings(session, [entry], FIRST_BOOK)


@dataclass
class Member:
    """A person as a board has to know one."""

    email: str
    joined: date
    left: bool
    deactivated: bool
    team: int
    moves: bool
    points: dict[str, int]
    row: Person | None = field(default=None, repr=False)

    @property
    def moves_on(self) -> date:
        return max(date(2026, 2, 20), self.joined + timedelta(days=1))

    def points_in(self, period: str) -> int | None:
        """Return the points in a period, None without any entry."""
        months = [month for month in self.points if last_day(month) <= last_day(period)]
        if period not in ("all", "2026", "2026-Q1"):
            months = [month for month in months if month == period]
        return sum(self.points[month] for month in months) if months else None


MEMBERS = st.lists(
    st.builds(
        Member,
        email=st.integers(0, 10_000).map(lambda n: f"{'aZ_-.é'[n % 6]}{n}@example.com".casefold()),
        joined=st.sampled_from([date(2026, 1, 2), date(2026, 2, 10), date(2026, 3, 1)]),
        left=st.sampled_from([False, False, False, True]),
        deactivated=st.sampled_from([False, False, False, True]),
        team=st.integers(0, 1),
        moves=st.booleans(),
        points=st.dictionaries(
            st.sampled_from(["2026-01", "2026-02", "2026-03"]),
            st.sampled_from([-3, 2, 2, 5, 11]),
            max_size=3,
        ),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda member: member.email,
)
PERIODS = ("2026-01", "2026-02", "2026-03", "2026-Q1", "2026", "all")


def rows_of(
    members: list[Member], period: str, closed: str, team: int | None
) -> list[tuple[str, int, int]]:
    """Return e-mail, points and rank of a board's rows, told from the contract's words."""
    end = last_day(period)
    wholly_closed = month_of(end) <= closed
    shown = []
    for member in members:
        points = member.points_in(period)
        known = member.joined <= end or points is not None
        if not known or member.left or (member.deactivated and not wholly_closed):
            continue
        moved = member.moves and (not wholly_closed or end >= member.moves_on)
        if team is None or team == (1 - member.team if moved else member.team):
            shown.append((member.email, points or 0))
    shown.sort(key=lambda row: (-row[1], [ord(letter) for letter in row[0]]))
    return [
        (email, points, 1 + sum(1 for _, other in shown if other > points))
        for email, points in shown
    ]


def test_every_board_of_generated_programmes_is_as_the_contract_says(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")

    @settings(
        max_examples=20 if database.is_sqlite else 5,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(MEMBERS, st.sampled_from(["", "2026-01", "2026-02"]), st.integers(1, 4))
    def shows(members: list[Member], closed: str, size: int) -> None:
        with undone(database) as session:
            teams = build(session, members, closed, folder)
            for period in PERIODS:
                for team in (None, 0, 1):
                    team_id = None if team is None else teams[team]
                    compare(session, members, period, closed, team=team, team_id=team_id)
                    pages = in_pages(session, period, team_id, size)
                    whole = board(session, period, today=TODAY, team_id=team_id)
                    assert pages == list(whole.rows)

    shows()


def build(session: Session, members: list[Member], closed: str, folder: Path) -> list[int]:
    add_programme(session)
    teams = [add_team(session, name) for name in ("Sales", "Support")]
    for member in members:
        member.row = add_person(
            session, member.email, joined=member.joined, team=teams[member.team]
        )
    for n, member in enumerate(members):
        assert member.row is not None
        if n % 2:
            leave(session, member)
        for month, points in member.points.items():
            give(session, member.row, month, points)
        if member.moves:
            other = add_team(session, ("Support", "Sales")[member.team])
            people.move_to_team(session, member.row, other, member.moves_on)
    if closed:
        close_months(session, closed, closed_by=None, now=noon(TODAY), data=folder)
    for n, member in enumerate(members):
        if not n % 2:
            leave(session, member)
    return [team.id for team in teams]


def leave(session: Session, member: Member) -> None:
    assert member.row is not None
    with recounted(session, member.row):
        people.set_left_ranking(session, member.row, member.left)
        if member.deactivated:
            people.deactivate(session, member.row, noon(TODAY))


def compare(
    session: Session,
    members: list[Member],
    period: str,
    closed: str,
    *,
    team: int | None,
    team_id: int | None,
) -> None:
    shown = board(session, period, today=TODAY, team_id=team_id)
    told = rows_of(members, period, closed, team)
    assert [(row.email, row.points, row.rank) for row in shown.rows] == told
    prior = previous_period(period)
    before = (
        {email: rank for email, _, rank in rows_of(members, prior, closed, team)} if prior else {}
    )
    assert {row.email: row.movement for row in shown.rows} == {
        email: before[email] - rank if email in before else None for email, _, rank in told
    }
    if team is None:
        rank_of = {email: rank for email, _, rank in told}
        for member in members:
            assert member.row is not None
            place = place_of(session, member.row, period)
            if member.deactivated or member.email not in rank_of:
                assert place is None
            else:
                assert place is not None
                assert (place.rank, place.of) == (rank_of[member.email], len(told))


def in_pages(session: Session, period: str, team_id: int | None, size: int) -> list[object]:
    found: list[object] = []
    while True:
        page = board(session, period, today=TODAY, team_id=team_id, limit=size, offset=len(found))
        found += page.rows
        if not page.has_more:
            return found
        assert len(page.rows) == size


# --- sentence by sentence


def test_equal_points_share_a_rank() -> None:
    assert ranks([9, 5, 5, 1, 0, 0, -2]) == [1, 2, 2, 4, 5, 5, 7]
    assert ranks([]) == []


@pytest.fixture
def close(session: Session, tmp_path: Path) -> Callable[[str], list[str]]:
    def up_to(month: str) -> list[str]:
        return close_months(session, month, closed_by=None, now=noon(TODAY), data=tmp_path)

    return up_to


def emails(session: Session, period: str, team: int | None = None) -> list[str]:
    shown = board(session, period, today=TODAY, team_id=team)
    return [row.email.partition("@")[0] for row in shown.rows]


def test_equal_points_go_by_the_code_points_of_the_address(session: Session) -> None:
    add_programme(session)
    for name in ("b", "a-z", "a.z", "a_z", "az", "é", "ab"):
        add_person(session, f"{name}@example.com")
    assert emails(session, "2026-01") == ["a-z", "a.z", "a_z", "ab", "az", "b", "é"]


def test_whatever_the_role_everybody_has_a_row(session: Session) -> None:
    add_programme(session)
    for role in ("advocate", "manager", "administrator"):
        add_person(session, f"{role}@example.com", role=role)
    assert emails(session, "2026-01") == ["administrator", "advocate", "manager"]


def test_who_joined_later_has_a_row_only_with_points_in_the_period(session: Session) -> None:
    add_programme(session)
    ada = add_person(session, joined=FEBRUARY)
    assert emails(session, "2026-01") == []
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, JANUARY, today=FEBRUARY, reported=True)
    assert emails(session, "2026-01") == ["ada"]


def test_who_left_is_counted_below_and_may_come_back(session: Session) -> None:
    add_programme(session)
    ada, bea = add_person(session), add_person(session, "bea@example.com")
    give(session, ada, "2026-01", 3)
    with recounted(session, ada):
        people.set_left_ranking(session, ada, True)
    shown = board(session, "2026-01", today=TODAY)
    assert [(row.email, row.rank) for row in shown.rows] == [("bea@example.com", 1)]
    assert shown.left_ranking == 1
    assert place_of(session, ada, "2026-01") is None
    place = place_of(session, bea, "2026-01")
    assert place is not None
    assert (place.rank, place.of) == (1, 1)
    with recounted(session, ada):
        people.set_left_ranking(session, ada, False)
    assert emails(session, "2026-01") == ["ada", "bea"]
    assert board(session, "2026-01", today=TODAY).left_ranking == 0


def test_who_leaves_in_two_tabs_leaves_once(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        number = add_person(session).id
        give(session, session.get_one(Person, number), "2026-01", 3)
    with fresh_database.session(writes=True) as tab:
        seen = tab.get_one(Person, number)
        tab.commit()
        with fresh_database.writing() as other:
            person = other.get_one(Person, number)
            with recounted(other, person):
                people.set_left_ranking(other, person, True)
        with recounted(tab, seen):
            people.set_left_ranking(tab, seen, True)
        tab.commit()
    with fresh_database.reading() as session:
        assert not [problem for problem in verify(session).problems if "tally" in problem]


def test_who_is_deactivated_appears_only_in_periods_wholly_closed(
    session: Session, close: Callable[[str], list[str]]
) -> None:
    add_programme(session)
    ada = add_person(session)
    add_person(session, "root@example.com", role="administrator")
    share(session, ada, add_item(session), JANUARY)
    with recounted(session, ada):
        people.deactivate(session, ada, noon(FEBRUARY))
    assert emails(session, "2026-01") == ["root"]
    close("2026-01")
    assert emails(session, "2026-01") == ["ada", "root"]
    for period in ("2026-02", "2026-Q1", "2026", "all"):
        assert emails(session, period) == ["root"]
    assert verify(session).problems == []


def test_a_closed_month_shows_the_team_of_its_last_day(
    session: Session, close: Callable[[str], list[str]]
) -> None:
    add_programme(session)
    sales, support = add_team(session, "Sales"), add_team(session, "Support")
    ada = add_person(session, team=sales)
    people.move_to_team(session, ada, support, FEBRUARY)
    assert [row.team for row in board(session, "2026-01", today=TODAY).rows] == ["Support"]
    close("2026-01")
    (row,) = board(session, "2026-01", today=TODAY).rows
    assert (row.team, row.team_id) == ("Sales", sales.id)
    (row,) = board(session, "2026-02", today=TODAY).rows
    assert (row.team, row.team_id) == ("Support", support.id)
    assert emails(session, "2026-01", sales.id) == ["ada"]
    assert emails(session, "2026-02", sales.id) == []
    assert [one.team for one in get_closed_rows(session, "2026-01")] == ["Sales"]


def test_a_team_shows_its_members_with_all_their_points(session: Session) -> None:
    add_programme(session)
    sales, support = add_team(session, "Sales"), add_team(session, "Support")
    ada = add_person(session, team=sales)
    give(session, ada, "2026-01", 3)
    people.move_to_team(session, ada, support, FEBRUARY)
    give(session, ada, "2026-02", 4)
    (row,) = board(session, "2026", today=TODAY, team_id=support.id).rows
    assert row.points == 7


def figures(session: Session, period: str, *, today: date = TODAY) -> Figures:
    (row,) = board(session, period, today=today).rows
    return row.figures


def test_the_figures_of_a_month(session: Session) -> None:
    add_programme(session)
    ada = add_person(session)
    sofia, tom, uwe = add_contacts(session, ada, "Sofia", "Tom", "Uwe")
    log(session, ada, [sofia, tom], JANUARY, answered=[True, False])
    log(session, ada, [sofia, tom], date(2026, 1, 14), "met")
    log(session, ada, uwe, JANUARY, began="contact", answered=False)
    log(session, ada, uwe, date(2026, 1, 8), began="contact")
    log(session, ada, uwe, date(2026, 1, 20), today=TODAY)
    item = add_item(session)
    for day in (JANUARY, JANUARY, FEBRUARY):
        share(session, ada, item, day)
    assert figures(session, "2026-01") == Figures(
        begun=1, alive=1, conversations=5, answered=4, in_person=2, shares=2
    )
    assert figures(session, "2026-02") == Figures(alive=1, shares=1)
    assert figures(session, "2026-Q1") == Figures(1, 1, 5, 4, 2, 3)
    assert figures(session, "all", today=date(2026, 4, 14)).alive == 1
    assert figures(session, "all", today=date(2026, 4, 15)).alive == 0
    assert figures(session, "2026-04", today=date(2026, 4, 14)).alive == 1


def test_a_closed_month_keeps_its_figures_and_what_comes_later_shows_in_points_alone(
    session: Session, close: Callable[[str], list[str]]
) -> None:
    add_programme(session)
    ada = add_person(session)
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, JANUARY, "called", answered=False)
    close("2026-01")
    log(session, ada, sofia, date(2026, 1, 28), today=TODAY, reported=True)
    kept = Figures(conversations=1)
    assert figures(session, "2026-01") == kept
    assert figures(session, "2026-Q1").conversations == 1
    assert (points_in(session, ada, "2026-01"), points_in(session, ada, "2026-02")) == (0, 4)
    assert points_in(session, ada, "2026-Q1") == points_in(session, ada, "all") == 4
    assert verify(session).problems == []


def test_a_correction_after_the_close_may_make_an_open_month_negative(
    session: Session, close: Callable[[str], list[str]]
) -> None:
    add_programme(session)
    ada, _ = add_person(session), add_person(session, "bea@example.com")
    (sofia,) = add_contacts(session, ada, "Sofia")
    conversation = log(session, ada, sofia, JANUARY, "called")
    close("2026-01")
    take_back(session, conversation, noon(TODAY))
    shown = board(session, "2026-02", today=TODAY).rows
    assert [(row.email, row.points, row.rank) for row in shown] == [
        ("bea@example.com", 0, 1),
        ("ada@example.com", -8, 2),
    ]
    assert [row.points for row in get_closed_rows(session, "2026-01")] == [8, 0]
    assert verify(session).problems == []


def test_ones_word_counts_up_to_the_limit_of_each_month(session: Session) -> None:
    add_programme(session)
    ada = add_person(session)
    contacts = add_contacts(session, ada, *(f"Contact {n}" for n in range(30)))
    for start in (0, 15):
        log(session, ada, contacts[start : start + 15], JANUARY, "called")
    share(session, ada, add_item(session), JANUARY)
    log(session, ada, contacts[:2], FEBRUARY, "wrote", reported=True)
    assert points_in(session, ada, "2026-01") == 201
    assert points_in(session, ada, "2026-02") == 2 * (4 + 8)
    assert points_in(session, ada, "2026-Q1") == 201 + 24
    assert verify(session).problems == []


def test_a_month_that_is_not_closed_has_no_sealed_rows(session: Session) -> None:
    add_programme(session)
    with pytest.raises(NotFound):
        get_closed_rows(session, "2026-01")
