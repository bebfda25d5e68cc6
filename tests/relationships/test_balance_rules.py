"""The balance of relationships as a law: over 10,000 generated histories it adds up and goes on."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.core.time import first_day, last_day, months_between
from advocacy.points.rules import Deed, lives
from advocacy.relationships.balance_rules import (
    Away,
    Balance,
    PersonMonth,
    Stretch,
    balance,
    in_a_row,
    is_alive,
    of_team,
    since_sealed,
    total,
)

START = date(2026, 1, 1)
DAYS = 300
MONTHS = months_between("2026-02", "2026-08")
TEAMS = (None, 1, 2)


@dataclass
class Advocate:
    """An invented advocate: when ties were answered and erased, absences, teams from days on."""

    answers: list[list[date]]
    erased: list[date | None]
    absences: list[Away]
    teams: list[tuple[date, int | None]]
    stretches: list[Stretch] = field(init=False)

    def __post_init__(self) -> None:
        self.stretches = [
            stretch
            for tie, (days, erased) in enumerate(zip(self.answers, self.erased, strict=True))
            for stretch in stretches_of(tie, days, erased)
        ]

    def team_on(self, day: date) -> int | None:
        return [team for since, team in self.teams if since <= day][-1]

    def alive_on(self, day: date) -> int:
        """Count what is alive from answers alone, as points.md says it."""
        if any(
            one.gone_on <= day and not (one.back_on and one.back_on <= day) for one in self.absences
        ):
            return 0
        return sum(
            living(days, erased, day)
            for days, erased in zip(self.answers, self.erased, strict=True)
        )


def living(days: list[date], erased: date | None, day: date) -> bool:
    past = [one for one in days if one <= day]
    weeks = {one - timedelta(days=one.weekday()) for one in past}
    if erased is not None and erased <= day:
        return False
    return len(weeks) > 1 and (day - max(past)).days <= 90


def stretches_of(tie: int, days: list[date], erased: date | None) -> list[Stretch]:
    deeds = [Deed(day, "wrote", "advocate", True, False, n) for n, day in enumerate(days)]
    found = []
    for starts_on, ends_on, revived in lives(deeds):
        if erased is not None and ends_on >= erased:
            found.append(Stretch(tie, starts_on, erased - timedelta(days=1), revived, True))
        else:
            found.append(Stretch(tie, starts_on, ends_on, revived))
    return found


def invented(random: Random) -> Advocate:
    def days(most: int) -> list[date]:
        return sorted(
            START + timedelta(days=random.randrange(DAYS)) for _ in range(random.randrange(most))
        )

    answers = [days(9) for _ in range(random.randrange(4))]
    # nobody is spoken with once erased, but perhaps on the very day
    erased = [
        max(each) + timedelta(days=random.choice((0, 1, 40)))
        if each and random.random() < 0.3
        else None
        for each in answers
    ]
    turns = sorted({*days(5)})
    absences = [Away(gone, back) for gone, back in zip(turns[::2], turns[1::2], strict=False)]
    if len(turns) % 2:
        absences.append(Away(turns[-1]))
    moves = [(day, random.choice(TEAMS)) for day in days(4)]
    return Advocate(answers, erased, absences, [(date.min, random.choice(TEAMS)), *moves])


def month_of(person: Advocate, month: str) -> PersonMonth:
    start, end = first_day(month), last_day(month)
    return PersonMonth(
        balance(person.stretches, person.absences, start, end),
        person.team_on(start - timedelta(days=1)),
        person.team_on(end),
    )


@settings(max_examples=100)
@given(st.integers(0, 2**64))
def test_every_balance_adds_up_and_the_next_one_goes_on(seed: int) -> None:
    for number in range(100):  # to draw 10,000 takes longer than to look at them
        adds_up_and_goes_on(Random(f"{seed}, {number}"))


def adds_up_and_goes_on(random: Random) -> None:
    people = [invented(random) for _ in range(random.randrange(1, 3))]
    first = random.randrange(len(MONTHS) - 2)
    programme: list[Balance] = []
    teams: dict[int, list[Balance]] = {1: [], 2: []}
    for month in MONTHS[first : first + 3]:
        rows = [month_of(person, month) for person in people]
        end = last_day(month)
        assert [row.balance.closing for row in rows] == [one.alive_on(end) for one in people]
        assert all(row.balance.adds_up for row in rows)
        programme.append(total(row.balance for row in rows))
        for team, balances in teams.items():
            balances.append(of_team(rows, team))
            assert balances[-1].closing == sum(
                one.alive_on(end) for one in people if one.team_on(end) == team
            )
    for months in (programme, *teams.values()):
        assert all(one.adds_up for one in months)
        assert all(one.closing == after.opening for one, after in pairwise(months))
        assert in_a_row(months).adds_up
    assert in_a_row(programme) == total(
        balance(one.stretches, one.absences, first_day(MONTHS[first]), last_day(MONTHS[first + 2]))
        for one in people
    )


# --- what happens on which day

FIRST, LAST = date(2026, 1, 12), date(2026, 4, 30)
TALKS = Stretch(1, FIRST, LAST, revived=False)


def january_to(end: date, *absences: Away, stretch: Stretch = TALKS) -> Balance:
    return balance([stretch], absences, date(2026, 1, 1), end)


def test_it_drifts_on_the_day_after_its_last() -> None:
    assert january_to(LAST) == Balance(begun=1, closing=1)
    assert january_to(LAST + timedelta(days=1)) == Balance(begun=1, drifted=1)


def test_who_leaves_ends_what_is_alive_that_day_and_coming_back_revives_it() -> None:
    gone, back = date(2026, 2, 3), date(2026, 3, 4)
    away = Away(gone, back)
    assert january_to(gone - timedelta(days=1), away) == Balance(begun=1, closing=1)
    assert january_to(gone, away) == Balance(begun=1, ended=1)
    assert january_to(back - timedelta(days=1), away) == Balance(begun=1, ended=1)
    assert january_to(back, away) == Balance(begun=1, ended=1, revived=1, closing=1)
    assert january_to(LAST + timedelta(days=9), away) == Balance(
        begun=1, ended=1, revived=1, drifted=1
    )


@pytest.mark.parametrize("back", [None, LAST + timedelta(days=1)])
def test_what_came_to_rest_while_its_advocate_was_gone_ended_and_never_drifted(
    back: date | None,
) -> None:
    away = Away(LAST, back)
    assert january_to(LAST + timedelta(days=9), away) == Balance(begun=1, ended=1)


def test_who_leaves_on_the_day_it_drifts_ends_nothing() -> None:
    gone = LAST + timedelta(days=1)
    assert january_to(gone, Away(gone)) == Balance(begun=1, drifted=1)


def test_what_begins_while_its_advocate_is_gone_ends_that_day_and_is_revived_later() -> None:
    away = Away(date(2026, 1, 10), date(2026, 2, 1))
    assert january_to(date(2026, 1, 31), away) == Balance(begun=1, ended=1)
    assert january_to(date(2026, 2, 1), away) == Balance(begun=1, ended=1, revived=1, closing=1)
    assert january_to(FIRST, Away(date(2026, 1, 10), FIRST)) == Balance(begun=1, closing=1)


def test_an_erased_contact_ends_it_also_on_the_day_it_began() -> None:
    erased = TALKS._replace(ended=True)
    assert january_to(LAST + timedelta(days=1), stretch=erased) == Balance(begun=1, ended=1)
    at_once = Stretch(1, FIRST, FIRST - timedelta(days=1), revived=True, ended=True)
    assert january_to(FIRST, stretch=at_once) == Balance(revived=1, ended=1)
    assert january_to(FIRST, Away(FIRST), stretch=at_once) == Balance(revived=1, ended=1)
    assert not is_alive(at_once, [], FIRST)


def test_relationships_come_and_go_with_people() -> None:
    carried = Balance(opening=3, begun=2, drifted=1, closing=4)
    rows = [
        PersonMonth(carried, team_before=1, team=2),
        PersonMonth(carried, team_before=2, team=2),
        PersonMonth(carried, team_before=None, team=1),
    ]
    assert of_team(rows, 1) == Balance(opening=3, joined=3, moved=3, begun=2, drifted=1, closing=4)
    assert of_team(rows, 2) == Balance(opening=3, joined=3, begun=4, drifted=2, closing=8)


def test_what_was_corrected_after_a_close_is_a_line_of_its_own() -> None:
    known_now = Balance(opening=2, begun=1, closing=3)
    assert since_sealed(known_now, 4) == Balance(opening=4, corrected=-2, begun=1, closing=3)
    assert since_sealed(known_now, 4).adds_up
    assert not known_now._replace(ended=1).adds_up
