"""What a place on a board follows from: who stands above, who shares it, and the place before."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.people.models import Person
from advocacy.points.models import Standing
from advocacy.recognition.ranking import Place, count_above, count_at, count_shown
from advocacy.recognition.spans import Span, span_of


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place, the points that it follows from, and who is around it.

    ``same``: how many others stand at the same points. ``above``: the nearest above, by number,
    name and points; none at the top. ``before``: the place in the period before, if there was one.
    """

    period: str
    place: Place
    points: int
    same: int
    above: tuple[int, str, int] | None
    period_before: str
    before: Place | None

    @property
    def movement(self) -> int | None:
        """Return the places gained since the period before."""
        return self.before.rank - self.place.rank if self.before else None


def told_of_place(
    session: Session, person: Person, period: str, *, team_id: int | None = None
) -> PlaceTold | None:
    """Return what a person's place on the board of a period follows from; None without a place.

    :param team_id: the board of a team, ranked among themselves.
    """
    span = span_of(session, period, team_id)
    found = _placed(session, person, span)
    if found is None:
        return None
    place, points = found
    previous = time.previous_period(period)
    before = _placed(session, person, span_of(session, previous, team_id)) if previous else None
    return PlaceTold(
        period,
        place,
        points,
        same=count_at(session, span, points) - 1,
        above=_nearest_above(session, span, points),
        period_before=previous or "",
        before=before[0] if before else None,
    )


def _placed(session: Session, person: Person, span: Span) -> tuple[Place, int] | None:
    """Return somebody's place on a board and the points, or None for who has no row on it."""
    on_board = select(Person.id).where(Person.id == person.id, span.shape.shown())
    if session.scalar(on_board, span.values()) is None:
        return None
    standing = session.get(Standing, (person.id, span.period))
    if standing is None and person.joined > span.last:
        return None
    points = standing.points if standing else 0
    return Place(count_above(session, span, points) + 1, count_shown(session, span)), points


def _nearest_above(session: Session, span: Span, points: int) -> tuple[int, str, int] | None:
    if points < 0:  # whoever has nothing is nearer, and may have no standing
        return None
    query = (
        select(Person.id, Person.name, Standing.points)
        .join(Standing, Standing.person_id == Person.id)
        .where(Standing.period == span.period, Standing.points > points, span.shape.shown())
        .order_by(Standing.points, Person.email)
        .limit(1)
    )
    found = session.execute(query, span.values()).first()
    return (found[0], found[1], found[2]) if found else None
