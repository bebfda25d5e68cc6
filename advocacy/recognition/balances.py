"""The balance of relationships of a person, a team or the programme, in any month or several.

A closed month says what was sealed of it; open ones say what the record is now. What became
known of the days before a close stands as ``corrected`` in the first month after it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.people.queries import ever_in_team, team_on
from advocacy.points.models import ClosedMonth
from advocacy.points.queries import first_open_month
from advocacy.recognition.models import ClosedBalance
from advocacy.recognition.queries import earliest_month
from advocacy.relationships.balance import (
    Told,
    balance_of_all,
    balances,
    conversations,
    conversations_of_all,
)
from advocacy.relationships.balance_rules import (
    Balance,
    PersonMonth,
    in_a_row,
    of_team,
    since_sealed,
)

SEALED = (
    "opening",
    "corrected",
    "begun",
    "revived",
    "drifted",
    "ended",
    "closing",
)
"""The figures of a balance that are sealed; the rest is of teams."""


class Shown(NamedTuple):
    """A balance, and who began the conversations of the same days.

    ``not_kept``: months that were closed before balances were sealed, which are left out.
    """

    balance: Balance | None
    conversations: int = 0
    they_began: int = 0
    not_kept: Sequence[str] = ()

    @property
    def share(self) -> int:
        """Return how many in a hundred conversations the other side began."""
        return round(100 * self.they_began / self.conversations) if self.conversations else 0


class _Month(NamedTuple):
    balance: Balance
    conversations: int
    they_began: int


def balance_of_programme(session: Session, period: str, today: date) -> Shown:
    """Return the balance of everybody's relationships in a month, a quarter or a year."""
    sealed, not_kept, still_open = _parts(session, period, today)
    found = _sealed_sums(session, sealed, true())
    if still_open:
        start, end = _days(still_open, today)
        spoken = conversations_of_all(session, start, end)
        now = balance_of_all(session, start, end)
        found.append(_Month(_continued(session, now, still_open[0], true()), *spoken))
    return _shown(found, not_kept)


def balance_of_person(
    session: Session, person_id: int, month: str, today: date, told: Told
) -> Shown:
    """Return the balance of a person's relationships in a month.

    :param told: the same as the record stands now.
    """
    sealed, not_kept, still_open = _parts(session, month, today)
    mine = ClosedBalance.person_id == person_id
    found = _sealed_sums(session, sealed, mine)
    if still_open:
        start, end = _days(still_open, today)
        spoken = conversations(session, start, end, [person_id]).get(person_id, (0, 0))
        found.append(_Month(_continued(session, told.counted(), still_open[0], mine), *spoken))
    return _shown(found, not_kept)


def balance_of_team(session: Session, team_id: int, period: str, today: date) -> Shown:
    """Return the balance of a team's relationships in a month, a quarter or a year."""
    sealed, not_kept, still_open = _parts(session, period, today)
    found = []
    by_month = _sealed_of_team(session, sealed, team_id)
    found += [_of_team(list(by_month[month].values()), team_id) for month in sealed]
    for month in still_open:
        rows_now = _open_rows(session, month, today, ever_in_team(team_id))
        found.append(_of_team(list(rows_now.values()), team_id))
    return _shown(found, not_kept)


def shown_by_person(
    session: Session, period: str, today: date, team_id: int | None = None
) -> dict[int, Shown]:
    """Return each person's part of a balance of the programme, or of a team; they add up to it."""
    sealed, _, still_open = _parts(session, period, today)
    whom = None if team_id is None else ever_in_team(team_id)
    if team_id is not None:
        months = list(_sealed_of_team(session, sealed, team_id).values())
    else:
        months = [_sealed_in_a_row(session, sealed)] if sealed else []
    months += [_open_rows(session, month, today, whom) for month in still_open]
    nothing = PersonMonth(Balance())

    def part(row: PersonMonth) -> _Month:
        if team_id is not None:
            return _of_team([row], team_id)
        return _Month(row.balance, row.conversations, row.they_began)

    people: set[int] = set().union(*months)
    return {
        person: _shown([part(month.get(person, nothing)) for month in months], ())
        for person in sorted(people)
    }


def rows_to_seal(session: Session, month: str, today: date) -> dict[int, PersonMonth]:
    """Return everybody's balance of an open month as it will be sealed, by person."""
    rows = _open_rows(session, month, today, None)
    return {person: row for person, row in rows.items() if any(row.balance) or row.conversations}


def _open_rows(session: Session, month: str, today: date, people: Any) -> dict[int, PersonMonth]:
    """Return people's balances of an open month, with their teams before it and at its end."""
    start, end = _days([month], today)
    now = balances(session, start, end, people)
    spoken = conversations(session, start, end, people)
    before = team_on(session, start - timedelta(days=1), people)
    team = team_on(session, end, people)
    closed = {}
    whom = true() if people is None else ClosedBalance.person_id.in_(people)
    goes_on = _sealed_before(session, month, whom) is not None
    if goes_on:
        closed = {
            row.person_id: row
            for row in session.scalars(
                select(ClosedBalance).where(
                    ClosedBalance.month == time.shift_month(month, -1), whom
                )
            )
        }
    rows = {}
    for person in sorted({*now, *spoken, *closed}):
        balance, sealed = now.get(person, Balance()), closed.get(person)
        if goes_on:
            balance = since_sealed(balance, sealed.closing if sealed else 0)
        team_before = sealed.team_id if sealed else before.get(person)
        rows[person] = PersonMonth(
            balance, team_before, team.get(person), *spoken.get(person, (0, 0))
        )
    return rows


def _parts(session: Session, period: str, today: date) -> tuple[list[str], list[str], list[str]]:
    """Return the months of a period with sealed balances, those closed without, and open ones."""
    first, last = time.month_of(time.first_day(period)), time.month_of(time.last_day(period))
    if first != last:
        first = max(first, earliest_month(session, today))
    months = time.months_between(first, min(last, time.month_of(today)))
    first_open = first_open_month(session) or ""
    closed = [month for month in months if month < first_open]
    kept: set[str] = set()
    if closed:
        kept = set(
            session.scalars(
                select(ClosedMonth.month).where(
                    ClosedMonth.month.in_(closed), ClosedMonth.has_balances.is_(True)
                )
            )
        )
    return (
        [month for month in closed if month in kept],
        [month for month in closed if month not in kept],
        [month for month in months if month >= first_open],
    )


def _days(months: Sequence[str], today: date) -> tuple[date, date]:
    return time.first_day(months[0]), min(time.last_day(months[-1]), today)


def _sealed_before(session: Session, month: str, whose: ColumnElement[bool]) -> int | None:
    """Return what was sealed as alive when this month began, or None when nothing was."""
    before = time.shift_month(month, -1)
    closing = (
        select(func.coalesce(func.sum(ClosedBalance.closing), 0))
        .where(ClosedBalance.month == before, whose)
        .scalar_subquery()
    )
    sealed = session.scalar(
        select(closing).where(ClosedMonth.month == before, ClosedMonth.has_balances.is_(True))
    )
    return None if sealed is None else int(sealed)


def _continued(session: Session, now: Balance, month: str, whose: ColumnElement[bool]) -> Balance:
    sealed = _sealed_before(session, month, whose)
    return now if sealed is None else since_sealed(now, sealed)


def _sealed_sums(
    session: Session, months: Sequence[str], whose: ColumnElement[bool]
) -> list[_Month]:
    if not months:
        return []
    names = (*SEALED, "conversations", "they_began")
    rows = session.execute(
        select(ClosedBalance.month, *(func.sum(getattr(ClosedBalance, name)) for name in names))
        .where(ClosedBalance.month.in_(months), whose)
        .group_by(ClosedBalance.month)
    )
    sums = {month: dict(zip(names, map(int, figures), strict=True)) for month, *figures in rows}
    found = []
    for month in months:
        figures = sums.get(month, dict.fromkeys(names, 0))
        balance = Balance(**{name: figures[name] for name in SEALED})
        found.append(_Month(balance, figures["conversations"], figures["they_began"]))
    return found


def _sealed_of_team(
    session: Session, months: Sequence[str], team_id: int
) -> dict[str, dict[int, PersonMonth]]:
    """Return what was sealed of whom a team's balances are made of, by month and person."""
    found: dict[str, dict[int, PersonMonth]] = {month: {} for month in months}
    if not months:
        return found
    rows = session.scalars(
        select(ClosedBalance).where(
            ClosedBalance.month.in_(months),
            or_(ClosedBalance.team_id == team_id, ClosedBalance.team_before == team_id),
        )
    )
    for row in rows:
        found[row.month][row.person_id] = _person_month(row)
    return found


def _sealed_in_a_row(session: Session, months: Sequence[str]) -> dict[int, PersonMonth]:
    """Return everybody's sealed months as one, by person; the database adds them up."""
    month = ClosedBalance.month
    counted = {
        "opening": case((month == months[0], ClosedBalance.opening), else_=0),
        "closing": case((month == months[-1], ClosedBalance.closing), else_=0),
    }
    names = (*SEALED, "conversations", "they_began")
    rows = session.execute(
        select(
            ClosedBalance.person_id,
            *(func.sum(counted.get(name, getattr(ClosedBalance, name))) for name in names),
        )
        .where(month.in_(months))
        .group_by(ClosedBalance.person_id)
    )
    found = {}
    for person, *figures in rows:
        *sums, spoken, began = map(int, figures)
        sealed = Balance(**dict(zip(SEALED, sums, strict=True)))
        found[person] = PersonMonth(sealed, conversations=spoken, they_began=began)
    return found


def _person_month(row: ClosedBalance) -> PersonMonth:
    balance = Balance(**{name: getattr(row, name) for name in SEALED})
    return PersonMonth(balance, row.team_before, row.team_id, row.conversations, row.they_began)


def _of_team(rows: Sequence[PersonMonth], team_id: int) -> _Month:
    members = [row for row in rows if row.team == team_id]
    return _Month(
        of_team(rows, team_id),
        sum(row.conversations for row in members),
        sum(row.they_began for row in members),
    )


def _shown(months: Sequence[_Month], not_kept: Sequence[str]) -> Shown:
    if not months:
        return Shown(None, not_kept=tuple(not_kept))
    return Shown(
        in_a_row([month.balance for month in months]),
        sum(month.conversations for month in months),
        sum(month.they_began for month in months),
        tuple(not_kept),
    )
