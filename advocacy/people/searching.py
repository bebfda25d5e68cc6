"""Finding people by the beginnings of words of their names and addresses."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, literal, select, true
from sqlalchemy.orm import Session, joinedload

from advocacy.people.models import Person, PersonWord
from advocacy.people.queries import count_people
from advocacy.people.rules import words_of

COUNTED = 1000
"""Whom a search finds is counted so far."""
_FEW = 5000
"""A word that so many people have, at most, is where a search begins."""
_LAST_LETTER = "\U0010ffff"


class Found(NamedTuple):
    """A page of persons, how many there are in all, and whether more come after these.

    ``total`` is None when a search finds more than `COUNTED`: it is not counted to its end.
    """

    people: list[Person]
    total: int | None
    has_more: bool


def people_page(
    session: Session, *, limit: int, offset: int, search: str = "", only_active: bool = False
) -> Found:
    """Return a page of persons by name, with their teams."""
    match = found_by(session, search)(Person.id)
    if only_active:
        match = and_(match, Person.deactivated_at.is_(None))
    people = session.scalars(
        select(Person)
        .where(match)
        .options(joinedload(Person.team))
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit + 1)
        .offset(offset)
    ).all()
    if _looked_for(search):
        counted = select(Person.id).where(match).limit(COUNTED + 1).subquery()
        total = session.scalar(select(func.count()).select_from(counted)) or 0
    else:
        active, gone = count_people(session)
        total = active if only_active else active + gone
    is_counted = total <= COUNTED or not _looked_for(search)
    return Found(list(people[:limit]), total if is_counted else None, len(people) > limit)


def found_by(session: Session, search: str) -> Callable[[Any], ColumnElement[bool]]:
    """Return the condition under which a search finds the person whose number a column has.

    It finds who has, for every word of it, a word that begins so; without words everybody.
    """
    part = _looked_for(search)
    if not part:
        return lambda _column: true()
    words = {word: _how_many_have(session, word) for word in sorted(words_of(part))}
    if not words:
        return lambda _column: false()
    rarest = min(words, key=words.__getitem__)

    def has(column: Any, word: str) -> ColumnElement[bool]:
        return select(literal(1)).where(PersonWord.person_id == column, _begins(word)).exists()

    def is_found(column: Any) -> ColumnElement[bool]:
        """Begin with those who have a rare word; where all are common, most are found anyway."""
        if words[rarest] > _FEW:
            return and_(*(has(column, word) for word in words))
        begins_so = column.in_(select(PersonWord.person_id).where(_begins(rarest)))
        return and_(begins_so, *(has(column, word) for word in words if word != rarest))

    return is_found


def _begins(word: str) -> ColumnElement[bool]:
    return PersonWord.word.between(word, word + _LAST_LETTER)


def _how_many_have(session: Session, word: str) -> int:
    """Return how many people have a word that begins so, counted no further than is needed."""
    some = select(PersonWord.person_id).where(_begins(word)).limit(_FEW + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _looked_for(search: str) -> str:
    return search.replace("\0", "").strip()
