"""Finding people by the beginnings of words of their names and addresses."""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    false,
    func,
    null,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, joinedload

from advocacy.people.models import Person, PersonWord
from advocacy.people.queries import count_people
from advocacy.people.rules import words_of

FEW = 1000
"""A word that so many people have, at most, has them all read and put in the order of names."""
_LAST_LETTER = "\U0010ffff"


class Found(NamedTuple):
    """A page of persons, how many there are in all, and whether more come after these.

    ``total`` is None when it was not counted: a search that goes on, of words that many have.
    """

    people: list[Person]
    total: int | None
    has_more: bool


class Search:
    """What somebody typed to find people.

    It finds who has, for every word of it, a word that begins so; without words everybody.
    """

    def __init__(self, session: Session, text: str) -> None:
        typed = text.replace("\0", "").strip()
        having = {word: _how_many_have(session, word) for word in sorted(words_of(typed))}
        self._words = sorted(having, key=having.__getitem__)
        self.is_for_all = not typed
        self.is_for_few = bool(having) and min(having.values()) <= FEW

    def finds(self, column: Any) -> ColumnElement[bool]:
        """Return the condition under which the person is found whose number a column has."""
        if not self._words:
            return true() if self.is_for_all else false()
        rarest, *others = self._words
        if self.is_for_few:
            begins = column.in_(select(PersonWord.person_id).where(_begins(rarest)))
        else:
            begins = _has(column, rarest)
        return and_(begins, *(_has(column, word) for word in others))

    def people(self) -> Select[Person, Any]:
        """Return the query for whom it finds by name, each with how many these are if it tells.

        Of words that many have, they come in the order of the rarest one's: as these are read along
        their index, none is read beyond the page. Nor are they counted.
        """
        query = select(Person, func.count().over() if self.is_for_few else null())
        if self.is_for_all or self.is_for_few or not self._words:
            by_name = (func.lower(Person.name), Person.id)
            return query.where(self.finds(Person.id)).order_by(*by_name)
        rarest, *others = self._words
        return (
            query.join(PersonWord, PersonWord.person_id == Person.id)
            .where(
                _begins(rarest),
                PersonWord.word == _first(PersonWord.person_id, rarest),  # each of them once
                *(_has(PersonWord.person_id, word) for word in others),
            )
            .order_by(PersonWord.word, PersonWord.person_id)
        )


def people_page(
    session: Session, *, limit: int, offset: int, search: str = "", only_active: bool = False
) -> Found:
    """Return a page of persons, with their teams: by name, or as `Search.people` says."""
    asked = Search(session, search)
    query = asked.people()
    if only_active:
        query = query.where(Person.deactivated_at.is_(None))
    rows = session.execute(
        query.options(joinedload(Person.team)).limit(limit + 1).offset(offset)
    ).all()
    has_more = len(rows) > limit
    total: int | None = None if has_more else offset + len(rows)
    if asked.is_for_all:
        active, gone = count_people(session)
        total = active if only_active else active + gone
    elif asked.is_for_few and rows:
        total = rows[0][1]
    return Found([person for person, _ in rows[:limit]], total, has_more)


def _has(column: Any, word: str) -> ColumnElement[bool]:
    """Look at the one person's words: EXISTS lets PostgreSQL read a common word's everybody."""
    return _first(column, word).is_not(None)


def _first(column: Any, word: str) -> ScalarSelect[str]:
    """Return the first of a person's words that begins so."""
    own = aliased(PersonWord)
    return (
        select(own.word)
        .where(own.person_id == column, _begins(word, own))
        .order_by(own.word)
        .limit(1)
        .scalar_subquery()
    )


def _begins(word: str, of: type[PersonWord] = PersonWord) -> ColumnElement[bool]:
    return of.word.between(word, word + _LAST_LETTER)


def _how_many_have(session: Session, word: str) -> int:
    """Return how many people have a word that begins so, counted no further than is needed."""
    some = select(PersonWord.person_id).where(_begins(word)).limit(FEW + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
