"""What a board says beside points: figures, who left, who stood above whom before, and the teams.

Figures of closed months are as sealed, of open ones as they are. All is asked at once, and the
statement is built once: each round trip, and each building, takes longer than the answer.
"""

import json
from collections.abc import Collection
from datetime import date
from functools import cache
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import is_a_conversation_of_boards
from advocacy.core import time
from advocacy.people.models import Absence, Team
from advocacy.points.models import Life
from advocacy.points.rules import Kind
from advocacy.recognition.models import ClosedStanding
from advocacy.recognition.rules import Figures
from advocacy.recognition.spans import Shape, Span
from advocacy.shares.models import Share

_START: Any = bindparam("start")
_END: Any = bindparam("end")
_AT: Any = bindparam("at")
_FIRST: Any = bindparam("first")
_LAST: Any = bindparam("last_month")
_NONE = literal_column("0", Integer)
_NO_NAME = literal_column("''", String)
_FIGURES, _LEFT, _ABOVE, _TEAM = (
    literal_column(f"'{what}'", String) for what in ("figures", "left", "above", "team")
)


class Beside(NamedTuple):
    """What a board says beside points.

    ``figures``: by person; who has none is left out. ``left``: how many left the ranking.
    ``above``: how many people stood at which points in the period before. ``teams``: the name of
    every team, by number.
    """

    figures: dict[int, Figures]
    left: int
    above: dict[int, int]
    teams: dict[int, str]


def beside_points(
    session: Session,
    span: Span,
    people: Collection[int],
    today: date,
    *,
    prior: Span | None = None,
    lowest: int | None = None,
) -> Beside:
    """Return what the board of a period says of some people beside points.

    :param prior: the period before, of whose board those above ``lowest`` are counted.
    """
    dialect = session.get_bind().dialect.name
    start = max(span.first, time.first_day(span.first_open)) if span.first_open else span.first
    is_open, has_sealed = start <= span.last, time.month_of(span.first) < (span.first_open or "")
    before = prior if lowest is not None else None
    statement = _beside(span.shape, before.shape if before else None, dialect, is_open, has_sealed)
    numbers = sorted(people)
    values = {
        **span.values(),
        **(before.values() if before else {}),
        "lowest": lowest,
        "people": json.dumps(numbers) if dialect == "sqlite" else numbers,
        "start": start,
        "end": span.last,
        "at": min(span.last, today),
        "first": time.month_of(span.first),
    }
    found = Beside({}, 0, {}, {})
    for what, key, name, *counted in session.connection().execute(statement, values).all():
        if what == "figures":
            known = found.figures.get(key)
            found.figures[key] = Figures(*(map(add, known, counted) if known else counted))
        elif what == "above":
            for points, standing in json.loads(name or "[]"):
                found.above[points] = found.above.get(points, 0) + standing
        elif what == "team":
            found.teams[key] = name
        else:
            found = found._replace(left=counted[0])
    return found


@cache
def _beside(
    shape: Shape, prior: Shape | None, dialect: str, is_open: bool, has_sealed: bool
) -> Any:
    zeros = [_NONE] * 5
    parts = [
        select(_LEFT, _NONE, _NO_NAME, shape.left(), *zeros),
        select(_TEAM, Team.id, Team.name, _NONE, *zeros),
    ]
    if is_open:
        parts += [_conversations(dialect), _shares(dialect), _relationships(dialect)]
    if has_sealed:
        parts.append(_sealed(dialect))
    if prior is not None:
        parts.append(_above(prior, dialect))
    return union_all(*parts)


def _above(prior: Shape, dialect: str) -> Select[*tuple[Any, ...]]:
    """Ask for hundreds of pairs of points and people as one text: a row each takes longer."""
    tallied = prior.tallied().subquery()
    points, people = tallied.c.points, tallied.c.people
    pairs: Any = (
        cast(func.json_agg(func.json_build_array(points, people)), String)
        if dialect == "postgresql"
        else func.json_group_array(func.json_array(points, people), type_=String)
    )
    return select(_ABOVE, _NONE, pairs, *[_NONE] * 6).where(
        points > bindparam("lowest", type_=Integer), points != 0
    )


def _chosen(column: Any, dialect: str) -> Any:
    """Return that a number is one of some people's: one list to send, however many they are."""
    if dialect == "postgresql":
        # A query, not a bare list: with that, a plan made for any list reads everybody's month.
        return column.in_(select(func.unnest(bindparam("people", type_=ARRAY(Integer)))))
    listed = func.json_each(bindparam("people", type_=String)).table_valued("value")
    return column.in_(select(listed.c.value))


def _conversations(dialect: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _FIGURES,
            Conversation.person_id,
            _NO_NAME,
            _NONE,
            _NONE,
            func.count(),
            func.count().filter(Participant.answered),
            func.count().filter(Conversation.kind == Kind.MET),
            _NONE,
        )
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(
            _chosen(Conversation.person_id, dialect),
            Conversation.day.between(_START, _END),
            is_a_conversation_of_boards(),
        )
        .group_by(Conversation.person_id)
    )


def _shares(dialect: str) -> Select[*tuple[Any, ...]]:
    return (
        select(_FIGURES, Share.person_id, _NO_NAME, _NONE, _NONE, _NONE, _NONE, _NONE, func.count())
        .where(
            _chosen(Share.person_id, dialect),
            Share.day.between(_START, _END),
            Share.counted.is_(True),
            Share.taken_back_at.is_(None),
        )
        .group_by(Share.person_id)
    )


def _relationships(dialect: str) -> Select[*tuple[Any, ...]]:
    begun = and_(Life.revived.is_(False), Life.starts_on.between(_START, _END))
    gone = (
        select(Absence.person_id)
        .where(
            Absence.person_id == Life.person_id,
            Absence.gone_on <= _AT,
            or_(Absence.back_on.is_(None), Absence.back_on > _AT),
        )
        .exists()
    )
    alive = and_(Life.starts_on <= _AT, Life.ends_on >= _AT)
    return (
        select(
            _FIGURES,
            Life.person_id,
            _NO_NAME,
            func.count().filter(begun),
            # Asked once a person, not once a relationship.
            case((gone, 0), else_=func.count().filter(alive)),
            _NONE,
            _NONE,
            _NONE,
            _NONE,
        )
        .where(_chosen(Life.person_id, dialect), or_(begun, alive))
        .group_by(Life.person_id)
    )


def _sealed(dialect: str) -> Select[*tuple[Any, ...]]:
    at_end = ClosedStanding.month == _LAST
    return (
        select(
            _FIGURES,
            ClosedStanding.person_id,
            _NO_NAME,
            func.sum(ClosedStanding.begun),
            func.sum(case((at_end, ClosedStanding.alive), else_=0)),
            func.sum(ClosedStanding.conversations),
            func.sum(ClosedStanding.answered),
            func.sum(ClosedStanding.in_person),
            func.sum(ClosedStanding.shares),
        )
        .where(
            _chosen(ClosedStanding.person_id, dialect), ClosedStanding.month.between(_FIRST, _LAST)
        )
        .group_by(ClosedStanding.person_id)
    )
