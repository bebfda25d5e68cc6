"""The balance of relationships, as pure functions of living stretches, absences and teams.

Opening + joined - moved + corrected + begun + revived - drifted - ended = closing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

_DAY = timedelta(days=1)


class Move(StrEnum):
    """What can happen to a relationship on a day."""

    BEGUN = "begun"
    REVIVED = "revived"
    DRIFTED = "drifted"
    ENDED = "ended"


class Stretch(NamedTuple):
    """The days on which a tie was alive, both included; ``ended`` when its contact was erased.

    One that began on the very day of its end has no day: its last is the one before its first.
    """

    tie: int
    starts_on: date
    ends_on: date
    revived: bool
    ended: bool = False


class Away(NamedTuple):
    """The days on which an advocate was gone: the first, and the day of coming back."""

    gone_on: date
    back_on: date | None = None


class Balance(NamedTuple):
    """How many relationships were alive before, what changed, and how many are alive after.

    ``joined`` and ``moved`` are of a team: they came and went with people. ``corrected``: what
    is known today of the days before, less what was sealed of them.
    """

    opening: int = 0
    joined: int = 0
    moved: int = 0
    corrected: int = 0
    begun: int = 0
    revived: int = 0
    drifted: int = 0
    ended: int = 0
    closing: int = 0

    @property
    def adds_up(self) -> bool:
        """Tell whether opening and changes are the closing."""
        came = self.joined + self.corrected + self.begun + self.revived
        return self.opening + came - self.moved - self.drifted - self.ended == self.closing


class PersonMonth(NamedTuple):
    """A person's balance of a month, and the team before it and at its end.

    ``they_began``: how many of the conversations the other side began.
    """

    balance: Balance
    team_before: int | None = None
    team: int | None = None
    conversations: int = 0
    they_began: int = 0


def is_away(day: date, absences: Iterable[Away]) -> bool:
    """Tell whether an advocate was gone on a day."""
    return any(
        one.gone_on <= day and (one.back_on is None or day < one.back_on) for one in absences
    )


def is_alive(stretch: Stretch, absences: Iterable[Away], day: date) -> bool:
    """Tell whether a relationship was alive on a day: nobody's is while the advocate is gone."""
    return stretch.starts_on <= day <= stretch.ends_on and not is_away(day, absences)


def moves(stretch: Stretch, absences: Sequence[Away]) -> Iterator[tuple[date, Move]]:
    """Yield what happened to a relationship, and when, in no order.

    What begins while its advocate is gone has begun and ended on that day.
    """
    begins, over = stretch.starts_on, stretch.ends_on + _DAY
    yield begins, Move.REVIVED if stretch.revived else Move.BEGUN
    if is_away(begins, absences):
        yield begins, Move.ENDED
    for one in absences:
        if begins < one.gone_on < over:
            yield one.gone_on, Move.ENDED
        if one.back_on and begins < one.back_on < over:
            yield one.back_on, Move.REVIVED
    if not is_away(max(begins, stretch.ends_on), absences):
        yield over, Move.ENDED if stretch.ended else Move.DRIFTED


def balance(
    stretches: Iterable[Stretch], absences: Sequence[Away], start: date, end: date
) -> Balance:
    """Return the balance of a person's relationships from a day to another, both included."""
    before = start - _DAY
    opening = closing = 0
    counted = dict.fromkeys(Move, 0)
    for stretch in stretches:
        opening += is_alive(stretch, absences, before)
        closing += is_alive(stretch, absences, end)
        for day, move in moves(stretch, absences):
            if start <= day <= end:
                counted[move] += 1
    return Balance(
        opening=opening, closing=closing, **{str(move): n for move, n in counted.items()}
    )


def since_sealed(recomputed: Balance, sealed_closing: int) -> Balance:
    """Return a month's balance that goes on from what was sealed of the month before."""
    return recomputed._replace(
        opening=sealed_closing, corrected=recomputed.opening - sealed_closing
    )


def total(balances: Iterable[Balance]) -> Balance:
    """Return what the balances of several people add up to."""
    sums = [0] * len(Balance._fields)
    for one in balances:
        for at, number in enumerate(one):
            sums[at] += number
    return Balance(*sums)


def less(balance: Balance, part: Balance) -> Balance:
    """Return a balance without what a part of the people are of it."""
    return Balance(*(whole - theirs for whole, theirs in zip(balance, part, strict=True)))


def in_a_row(months: Sequence[Balance]) -> Balance:
    """Return the balance of consecutive months, at least one, as that of one period."""
    return total(months)._replace(opening=months[0].opening, closing=months[-1].closing)


def of_team(rows: Iterable[PersonMonth], team: int) -> Balance:
    """Return a team's balance of a month.

    What happens in a month is of the team that a person is in at its end, as points are; what
    was alive before comes and goes with the person.
    """
    found = []
    for row in rows:
        was, brought = row.team_before == team, row.balance.opening
        is_in = row.team == team
        of_person = row.balance if is_in else Balance()
        found.append(
            of_person._replace(
                opening=brought if was else 0,
                joined=brought if is_in and not was else 0,
                moved=brought if was and not is_in else 0,
            )
        )
    return total(found)
