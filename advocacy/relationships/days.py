"""Reading what days add up to in the whole programme, and keeping that short and true."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, Select, cast, delete, func, insert, literal, select, union_all
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import is_a_conversation_of_boards
from advocacy.points.models import Life
from advocacy.points.queries import CHUNK
from advocacy.points.rules import Began
from advocacy.relationships.balance_rules import Balance
from advocacy.relationships.models import DayCount

FIGURES = ("begun", "revived", "drifted", "ended", "conversations", "they_began")


def balance_by_days(session: Session, start: date, end: date) -> Balance:
    """Return everybody's balance from a day to another, both included, as if nobody was ever gone.

    It reads days and not people, so it takes as long however many these are.
    """
    day, eve, last = DayCount.day, start - timedelta(days=1), end - timedelta(days=1)
    came, went = DayCount.begun + DayCount.revived, DayCount.drifted + DayCount.ended
    within, over = day.between(start, end), day.between(eve, last)
    columns = {
        "opening": _sum(came, day <= eve) - _sum(went, day < eve),
        "begun": _sum(DayCount.begun, within),
        "revived": _sum(DayCount.revived, within),
        "drifted": _sum(DayCount.drifted, over),
        "ended": _sum(DayCount.ended, over),
        "closing": _sum(came, day <= end) - _sum(went, day < end),
    }
    found = session.execute(
        select(*(column.label(name) for name, column in columns.items())).where(day <= end)
    ).one()
    return Balance(**{name: int(count) for name, count in found._mapping.items()})


def conversations_by_days(session: Session, start: date, end: date) -> tuple[int, int]:
    """Return how many conversations there were, and how many the other side began."""
    within = DayCount.day.between(start, end)
    spoken, began = session.execute(
        select(_sum(DayCount.conversations, within), _sum(DayCount.they_began, within)).where(
            within
        )
    ).one()
    return int(spoken), int(began)


def _sum(figure: Any, which: Any) -> Any:
    return func.coalesce(func.sum(figure).filter(which), 0)


def fold(session: Session) -> int:
    """Make one row of a day's many, and return how many are gone. Nobody waits for it.

    It is the first that the session does: of what is written meanwhile it sees nothing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    found = session.execute(_kept().having(func.count() > 1)).all()
    days = [row.day for row in found]
    gone = 0
    for at in range(0, len(days), CHUNK):
        old = DayCount.day.in_(days[at : at + CHUNK])
        result: Any = session.execute(
            delete(DayCount).where(old).execution_options(synchronize_session=False)
        )
        gone += result.rowcount
    if found:
        session.execute(insert(DayCount), [row._asdict() for row in found])
    return gone - len(found)


def recount(session: Session) -> None:
    """Count all days anew, from the stretches of life and the conversations."""
    session.execute(delete(DayCount).execution_options(synchronize_session=False))
    session.execute(insert(DayCount).from_select(["day", *FIGURES], _counted()))


def day_problems(session: Session) -> Iterator[str]:
    """Yield, in words, each day that adds up to something else than what happened on it."""
    kept, counted = _rows(session, _kept()), _rows(session, _counted())
    nothing = dict.fromkeys(FIGURES, 0)
    for day in sorted({*kept, *counted}):
        says, is_worth = kept.get(day, nothing), counted.get(day, nothing)
        for name in FIGURES:
            if says[name] != is_worth[name]:
                what = name.replace("_", " ")
                yield f"{day}: its count of {what} is {says[name]}, the record’s {is_worth[name]}"


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> dict[date, dict[str, int]]:
    return {
        day: dict(zip(FIGURES, map(int, figures), strict=True))
        for day, *figures in session.execute(query)
    }


def _kept() -> Select[*tuple[Any, ...]]:
    sums = (func.sum(getattr(DayCount, name)).label(name) for name in FIGURES)
    return select(DayCount.day, *sums).group_by(DayCount.day)


def _counted() -> Select[*tuple[Any, ...]]:
    """Return the query for every day and its figures, by what happened on it."""
    revived, ended = cast(Life.revived, Integer), cast(Life.ended, Integer)
    they_began = func.count().filter(Conversation.began == Began.CONTACT)
    parts = (
        select(
            *_figures(Life.starts_on, begun=func.sum(1 - revived), revived=func.sum(revived))
        ).group_by(Life.starts_on),
        select(
            *_figures(Life.ends_on, drifted=func.sum(1 - ended), ended=func.sum(ended))
        ).group_by(Life.ends_on),
        select(*_figures(Conversation.day, conversations=func.count(), they_began=they_began))
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(is_a_conversation_of_boards())
        .group_by(Conversation.day),
    )
    of_all = union_all(*parts).subquery()
    sums = (func.sum(of_all.c[name]) for name in FIGURES)
    return select(of_all.c.day, *sums).group_by(of_all.c.day)


def _figures(day: Any, **counted: Any) -> list[Any]:
    return [day.label("day"), *(counted.get(name, literal(0)).label(name) for name in FIGURES)]
