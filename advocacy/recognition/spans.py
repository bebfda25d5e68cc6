"""A period as boards see it: what is closed of it, and in SQL who is on its board.

What a statement looks like depends on little, its shape; everything else is a parameter. So each
statement is built once: building one takes longer than answering it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, bindparam, func, literal, select
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.people.models import Person
from advocacy.points.models import Standing, Tally
from advocacy.points.queries import first_open_month, is_wholly_closed
from advocacy.recognition.models import ClosedStanding


@dataclass(frozen=True, slots=True)
class Shape:
    """What the SQL of a period depends on.

    ``of_team``: only a team is on the board. ``prefix`` keeps the parameters of two periods apart
    in one statement. ``as_closed``: nobody who is deactivated is missing, as it will be when the
    month is closed.
    """

    wholly_closed: bool
    of_team: bool
    prefix: str = ""
    as_closed: bool = False

    def period(self) -> Any:
        """Return the parameter for the period."""
        return bindparam(f"{self.prefix}period", type_=String)

    def last(self) -> Any:
        """Return the parameter for the period's last day."""
        return bindparam(f"{self.prefix}last", type_=Date)

    def last_month(self) -> Any:
        """Return the parameter for the month that the period ends with."""
        return bindparam(f"{self.prefix}last_month", type_=String)

    def shown(self) -> ColumnElement[bool]:
        """Return who is on the board: not at the own wish, nor deactivated meanwhile."""
        return self._unless_gone(Person.left_ranking.is_(False))

    def left(self) -> Any:
        """Return the query for how many would be on the board, had they not left the ranking."""
        return self.counted(self._unless_gone(Person.left_ranking.is_(True)))

    def _unless_gone(self, who: ColumnElement[bool]) -> ColumnElement[bool]:
        if not (self.wholly_closed or self.as_closed):
            who = and_(who, Person.deactivated_at.is_(None))
        return and_(who, self.in_team()) if self.of_team else who

    def has_points(self) -> ColumnElement[bool]:
        """Return who has points in the period."""
        return (
            select(Standing.person_id)
            .where(Standing.person_id == Person.id, Standing.period == self.period())
            .exists()
        )

    def counted(self, who: ColumnElement[bool]) -> Any:
        """Return the query for how many had joined by the period's end or have points in it."""
        in_time = select(func.count()).select_from(Person).where(who, Person.joined <= self.last())
        later = (
            select(func.count())
            .select_from(Person)
            .where(who, Person.joined > self.last(), self.has_points())
        )
        return in_time.scalar_subquery() + later.scalar_subquery()

    def in_team(self) -> ColumnElement[bool]:
        """Return who counts in the team: by the last day of a closed period, else today."""
        team_id: Any = bindparam("team_id", type_=Person.team_id.type)
        if not self.wholly_closed:
            same: ColumnElement[bool] = Person.team_id == team_id
            return same
        return (
            select(ClosedStanding.person_id)
            .where(
                ClosedStanding.person_id == Person.id,
                ClosedStanding.month == self.last_month(),
                ClosedStanding.team_id == team_id,
            )
            .exists()
        )

    def standing(self) -> ColumnElement[bool]:
        """Return where a person's standing in the period is."""
        return and_(Standing.person_id == Person.id, Standing.period == self.period())

    def points(self) -> Any:
        """Return the points beside a person; without a standing they are nothing.

        Of a team they are not plainly the standing's, or SQLite goes through everybody's instead
        of the team's.
        """
        return func.coalesce(Standing.points, 0) if self.of_team else Standing.points

    def tallied(self) -> Any:
        """Return the query for points and how many people on the board stand at them."""
        if not self.of_team:
            return select(Tally.points, Tally.people).where(Tally.period == self.period())
        return (
            select(self.points().label("points"), literal(1).label("people"))
            .select_from(Person)
            .outerjoin(Standing, self.standing())
            .where(self.shown())
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A period, what is closed of it, and who may have a row: everybody, or a team."""

    period: str
    first: date
    last: date
    first_open: str | None
    shape: Shape
    team_id: int | None = None

    @property
    def wholly_closed(self) -> bool:
        """Tell whether every month of the period is closed."""
        return self.shape.wholly_closed

    def values(self) -> dict[str, Any]:
        """Return the parameters of the statements of this shape."""
        prefix = self.shape.prefix
        return {
            f"{prefix}period": self.period,
            f"{prefix}last": self.last,
            f"{prefix}last_month": time.month_of(self.last),
            "team_id": self.team_id,
        }


def span_of(session: Session, period: str, team_id: int | None = None, prefix: str = "") -> Span:
    """Return a period as the board of everybody, or of a team, sees it now."""
    first_open = first_open_month(session)
    shape = Shape(is_wholly_closed(period, first_open), team_id is not None, prefix)
    return Span(period, time.first_day(period), time.last_day(period), first_open, shape, team_id)
