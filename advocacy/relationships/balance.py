"""Reading the balance of relationships as the record stands now: of a person, some, everybody.

The database counts; only of advocates who were gone meanwhile each stretch is looked at. These
are few: what was alive when they left is over 90 days later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import is_a_conversation_of_boards
from advocacy.core.statements import built_once
from advocacy.core.time import first_day, last_day, shift_month
from advocacy.people.models import Absence
from advocacy.points.models import Life
from advocacy.points.rules import Began, Kind
from advocacy.relationships.balance_rules import (
    Away,
    Balance,
    Move,
    Stretch,
    balance,
    is_alive,
    less,
    moves,
    total,
)
from advocacy.relationships.days import balance_by_days

_LIFE = (Life.tie_id, Life.starts_on, Life.ends_on, Life.revived, Life.ended)


@dataclass(frozen=True, slots=True)
class Told:
    """A person's relationships in a month: how many were alive, and which ties changed."""

    before: int
    begun: Sequence[int]
    revived: Sequence[int]
    drifted: Sequence[int]
    ended: Sequence[int]
    alive: int

    def counted(self) -> Balance:
        """Return how many there are of each."""
        return Balance(
            opening=self.before,
            begun=len(self.begun),
            revived=len(self.revived),
            drifted=len(self.drifted),
            ended=len(self.ended),
            closing=self.alive,
        )


def balance_of(session: Session, person_id: int, month: str, today: date) -> Told:
    """Return a person's relationships in a month, up to today.

    Alive before + begun + revived - drifted - ended = alive.
    """
    return balance_with_months(session, person_id, month, today, months=1)[0]


def balance_with_months(
    session: Session, person_id: int, month: str, today: date, *, months: int
) -> tuple[Told, list[int]]:
    """Return `balance_of`, and how many were alive at the end of each of the latest months."""
    wanted = [shift_month(month, -back) for back in range(months - 1, -1, -1)]
    start, end = first_day(month), min(last_day(month), today)
    stretches, absences = _stretches(session, person_id, first_day(wanted[0]), end)
    changed: dict[Move, list[int]] = {move: [] for move in Move}
    for stretch in stretches:
        for day, move in moves(stretch, absences):
            if start <= day <= end:
                changed[move].append(stretch.tie)

    def alive(day: date) -> int:
        return sum(is_alive(one, absences, day) for one in stretches)

    told = Told(
        before=alive(start - timedelta(days=1)),
        begun=changed[Move.BEGUN],
        revived=changed[Move.REVIVED],
        drifted=changed[Move.DRIFTED],
        ended=changed[Move.ENDED],
        alive=alive(end),
    )
    return told, [alive(min(last_day(each), today)) for each in wanted]


def ties_behind(
    session: Session, person_id: int, start: date, end: date
) -> dict[str, list[tuple[int, date]]]:
    """Return the ties that make a person's balance from a day to another, both included.

    By the balance's figures: of what was alive on the eve and on the last day each tie with the
    day it was alive from, of what changed each with the day of it.
    """
    stretches, absences = _stretches(session, person_id, start, end)
    eve = _eve(start)
    found: dict[str, list[tuple[int, date]]] = {"opening": [], "closing": []}
    found |= {str(move): [] for move in Move}
    for stretch in stretches:
        of = (stretch.tie, stretch.starts_on)
        if is_alive(stretch, absences, eve):
            found["opening"].append(of)
        if is_alive(stretch, absences, end):
            found["closing"].append(of)
        for day, move in moves(stretch, absences):
            if start <= day <= end:
                found[str(move)].append((stretch.tie, day))
    return found


def talks_behind(
    session: Session, person_id: int, start: date, end: date
) -> list[tuple[int, dict[str, int]]]:
    """Return what makes a person's figures of conversations, by tie, most conversations first.

    The names of the figures are those of a board, and ``they_began``.
    """
    counted = {
        "conversations": func.count(),
        "answered": func.count().filter(Participant.answered),
        "in_person": func.count().filter(Conversation.kind == Kind.MET),
        "they_began": func.count().filter(Conversation.began == Began.CONTACT),
    }
    rows = session.execute(
        select(Participant.contact_id, *counted.values())
        .join(Conversation, Conversation.id == Participant.conversation_id)
        .where(
            Conversation.person_id == person_id,
            Conversation.day.between(start, end),
            is_a_conversation_of_boards(),
        )
        .group_by(Participant.contact_id)
        .order_by(func.count().desc(), Participant.contact_id)
    )
    return [(tie, dict(zip(counted, figures, strict=True))) for tie, *figures in rows]


def _stretches(
    session: Session, person_id: int, start: date, end: date
) -> tuple[list[Stretch], list[Away]]:
    found = _by_person(session.execute(*_of_person(person_id, _eve(start), end)))
    stretches, absences = found.get(person_id, ({}, {}))
    return list(stretches), list(absences)


@built_once
def _of_person(person_id: int, eve: date, end: date) -> Any:
    return _lives_and_absences().where(Life.person_id == person_id, _reaches(eve, end))


def _lives_and_absences() -> Any:
    return select(Life.person_id, *_LIFE, Absence.gone_on, Absence.back_on).outerjoin(
        Absence, Absence.person_id == Life.person_id
    )


def _with_absences(
    session: Session, which: ColumnElement[bool]
) -> dict[int, tuple[dict[Stretch, None], dict[Away, None]]]:
    return _by_person(session.execute(_lives_and_absences().where(which)))


def _by_person(rows: Iterable[Any]) -> dict[int, tuple[dict[Stretch, None], dict[Away, None]]]:
    """Return stretches and absences by person: every pair is a row, so each is kept once."""
    found: dict[int, tuple[dict[Stretch, None], dict[Away, None]]] = {}
    for person, tie, starts_on, ends_on, revived, ended, gone_on, back_on in rows:
        stretches, absences = found.setdefault(person, ({}, {}))
        stretches[Stretch(tie, starts_on, ends_on, revived, ended)] = None
        if gone_on is not None:
            absences[Away(gone_on, back_on)] = None
    return found


def balance_of_all(session: Session, start: date, end: date) -> Balance:
    """Return the balance of the programme from a day to another, both included.

    Days are added up as if nobody was ever gone; whoever was is then counted as it was.
    """
    away = _with_absences(session, and_(_within(start, end), _was_away(start, end))).values()
    as_if = total(balance(stretches, [], start, end) for stretches, _ in away)
    really = (balance(stretches, list(absences), start, end) for stretches, absences in away)
    return total([less(balance_by_days(session, start, end), as_if), *really])


def balances(session: Session, start: date, end: date, people: Any = None) -> dict[int, Balance]:
    """Return people's balances by their number; who had no relationship is left out.

    :param people: their numbers, or the query for these; without, everybody.
    """
    whom = true() if people is None else Life.person_id.in_(people)
    rows = session.execute(
        select(Life.person_id, *_counts(start, end))
        .where(whom, _within(start, end), ~_was_away(start, end))
        .group_by(Life.person_id)
    )
    found = {person: Balance(*counts) for person, *counts in rows}
    return found | _of_those_away(session, start, end, whom)


def _of_those_away(
    session: Session, start: date, end: date, whom: ColumnElement[bool]
) -> dict[int, Balance]:
    found = _with_absences(session, and_(whom, _within(start, end), _was_away(start, end)))
    return {
        person: balance(stretches, list(absences), start, end)
        for person, (stretches, absences) in found.items()
    }


def _within(start: date, end: date) -> ColumnElement[bool]:
    """Return the stretches that were alive on a day, or the day before the first, or ended then."""
    return _reaches(_eve(start), end)


def _reaches(eve: date, end: date) -> ColumnElement[bool]:
    return and_(Life.starts_on <= end, Life.ends_on >= eve)


def _eve(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day


def _was_away(start: date, end: date) -> ColumnElement[bool]:
    gone = select(Absence.person_id).where(
        Absence.gone_on <= end, or_(Absence.back_on.is_(None), Absence.back_on >= start)
    )
    return Life.person_id.in_(gone)


def _counts(start: date, end: date) -> list[Any]:
    """Return a balance's columns over stretches, nobody gone meanwhile, in the order of fields."""
    before, day_before_end = start - timedelta(days=1), end - timedelta(days=1)
    starts = Life.starts_on.between(start, end)
    is_over = Life.ends_on.between(before, day_before_end)
    counted = {
        "opening": and_(Life.starts_on <= before, Life.ends_on >= before),
        "begun": and_(starts, Life.revived.is_(False)),
        "revived": and_(starts, Life.revived.is_(True)),
        "drifted": and_(is_over, Life.ended.is_(False)),
        "ended": and_(is_over, Life.ended.is_(True)),
        "closing": and_(Life.starts_on <= end, Life.ends_on >= end),
    }
    nothing = literal_column("0", Integer)
    return [
        (func.count().filter(counted[name]) if name in counted else nothing).label(name)
        for name in Balance._fields
    ]


def conversations(
    session: Session, start: date, end: date, people: Any = None
) -> dict[int, tuple[int, int]]:
    """Return people's conversations, as boards count them, and how many the other side began.

    :param people: their numbers, or the query for these; without, everybody.
    """
    query, values = _conversations(start, end)
    if people is not None:
        query = query.where(Conversation.person_id.in_(people))
    rows = session.execute(query, values)
    return {person: (spoken, began) for person, spoken, began in rows}


@built_once
def _conversations(start: date, end: date) -> Select[int, int, int]:
    they_began = func.count().filter(Conversation.began == Began.CONTACT)
    return (
        select(Conversation.person_id, func.count(), they_began)
        .join(Participant, Participant.conversation_id == Conversation.id)
        .where(Conversation.day.between(start, end), is_a_conversation_of_boards())
        .group_by(Conversation.person_id)
    )
