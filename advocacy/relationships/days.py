"""What days add up to in the whole programme, which the database counts itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, Select, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import is_a_conversation_of_boards
from advocacy.core.counts import Counts
from advocacy.points.models import Life
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


def day_problems(session: Session) -> Iterator[str]:
    """Yield, in words, each day that adds up to something else than what happened on it."""
    for (day,), name, says, is_worth in DAYS.differences(session):
        what = name.replace("_", " ")
        yield f"{day}: its count of {what} is {says}, the record’s {is_worth}"


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


DAYS = Counts(DayCount, ("day",), FIGURES, _counted)
