"""The balance of relationships of a person, a team or the programme, in any month or several.

A closed month says what was sealed of it; open ones say what the record is now. What became
known of the days before a close stands as ``corrected`` in the first month after it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.people.queries import ever_in_team, team_on
from advocacy.points.models import ClosedMonth
from advocacy.points.queries import first_open_month
from advocacy.recognition.closed_totals import SEALED, Rows, closing_of_all, kept_totals
from advocacy.recognition.models import ClosedBalance
from advocacy.recognition.queries import earliest_month
from advocacy.relationships.balance import (
    Told,
    balance_of_all,
    balances,
    conversations,
)
from advocacy.relationships.balance_rules import (
    Balance,
    PersonMonth,
    in_a_row,
    of_team,
    since_sealed,
)
from advocacy.relationships.days import conversations_by_days


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
    totals = kept_totals(session, Rows.BALANCES, sealed)
    found = [_month_of(totals[month]) for month in sealed]
    if still_open:
        start, end = _days(still_open, today)
        now = balance_of_all(session, start, end)
        before = time.shift_month(still_open[0], -1)
        now = _continued(session, now, before, closing_of_all(before))
        found.append(_Month(now, *conversations_by_days(session, start, end)))
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
        before = time.shift_month(still_open[0], -1)
        closing = select(func.coalesce(func.sum(ClosedBalance.closing), 0)).where(
            ClosedBalance.month == before, mine
        )
        now = _continued(session, told.counted(), before, closing)
        spoken = conversations(session, start, end, [person_id]).get(person_id, (0, 0))
        found.append(_Month(now, *spoken))
    return _shown(found, not_kept)


def balance_of_team(session: Session, team_id: int, period: str, today: date) -> Shown:
    """Return the balance of a team's relationships in a month, a quarter or a year."""
    sealed, not_kept, still_open = _parts(session, period, today)
    found = []
    by_month = _sealed_of_team(session, sealed, team_id, true())
    found += [_of_team(list(by_month[month].values()), team_id) for month in sealed]
    for month in still_open:
        rows_now = _open_rows(session, month, today, ever_in_team(team_id))
        found.append(_of_team(list(rows_now.values()), team_id))
    return _shown(found, not_kept)


def shown_by_person(
    session: Session, period: str, today: date, people: Collection[int], team_id: int | None = None
) -> dict[int, Shown]:
    """Return people's parts of a balance of the programme, or of a team.

    All parts add up to it, those of a team by whoever is, or was once, in it.
    """
    sealed, _, still_open = _parts(session, period, today)
    if team_id is not None:
        by_month = _sealed_of_team(session, sealed, team_id, ClosedBalance.person_id.in_(people))
        months = list(by_month.values())
    else:
        months = [_sealed_in_a_row(session, sealed, people)] if sealed else []
    months += [_open_rows(session, month, today, people) for month in still_open]
    nothing = PersonMonth(Balance())

    def part(row: PersonMonth) -> _Month:
        if team_id is not None:
            return _of_team([row], team_id)
        return _Month(row.balance, row.conversations, row.they_began)

    found: set[int] = set().union(*months)
    return {
        person: _shown([part(month.get(person, nothing)) for month in months], ())
        for person in sorted(found)
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
    month_before = time.shift_month(month, -1)
    goes_on = session.scalar(_is_sealed(month_before)) is not None
    if goes_on:
        rows_before = select(ClosedBalance).where(ClosedBalance.month == month_before, whom)
        closed = {row.person_id: row for row in session.scalars(rows_before)}
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


def _is_sealed(month: str) -> Select[str]:
    """Return the query that finds a month when it is closed with balances."""
    return select(ClosedMonth.month).where(
        ClosedMonth.month == month, ClosedMonth.has_balances.is_(True)
    )


def _continued(session: Session, now: Balance, before: str, closing: Select[int]) -> Balance:
    """Let a balance go on from what was sealed as alive in the month before, if that was sealed."""
    sealed = session.scalar(_is_sealed(before).with_only_columns(closing.scalar_subquery()))
    return now if sealed is None else since_sealed(now, int(sealed))


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
    return [_month_of(sums.get(month, dict.fromkeys(names, 0))) for month in months]


def _month_of(figures: Mapping[str, int]) -> _Month:
    balance = Balance(**{name: figures[name] for name in SEALED})
    return _Month(balance, figures["conversations"], figures["they_began"])


def _sealed_of_team(
    session: Session, months: Sequence[str], team_id: int, whose: ColumnElement[bool]
) -> dict[str, dict[int, PersonMonth]]:
    """Return what was sealed of whom a team's balances are made of, by month and person."""
    found: dict[str, dict[int, PersonMonth]] = {month: {} for month in months}
    if not months:
        return found
    rows = session.scalars(
        select(ClosedBalance).where(
            ClosedBalance.month.in_(months),
            or_(ClosedBalance.team_id == team_id, ClosedBalance.team_before == team_id),
            whose,
        )
    )
    for row in rows:
        found[row.month][row.person_id] = _person_month(row)
    return found


def _sealed_in_a_row(
    session: Session, months: Sequence[str], people: Collection[int]
) -> dict[int, PersonMonth]:
    """Return people's sealed months as one, by person; the database adds them up."""
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
        .where(month.in_(months), ClosedBalance.person_id.in_(people))
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
