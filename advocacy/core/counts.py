"""Counts that the database keeps itself: rows that add up, of which the clock makes few.

Triggers write a row with each change of what is counted, so that none can be missing and nobody
waits for another, as all would for one row that everybody changes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from advocacy.core.tables import Base

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts: a key has as many rows as were written, its figures are their sums.

    ``counted``: the query for every key and its figures, by the record itself.
    """

    table: type[Base]
    key: Sequence[str]
    figures: Sequence[str]
    counted: Callable[[], Select[*tuple[Any, ...]]]

    def kept(self) -> Select[*tuple[Any, ...]]:
        """Return the query for every key and what its rows add up to, if that is anything."""
        sums = (func.sum(getattr(self.table, name)) for name in self.figures)
        return self._added_up().having(or_(*(one != 0 for one in sums)))

    def fold(self, session: Session) -> int:
        """Make one row of a key's many, and return how many are gone. Nobody waits for it.

        It is the first that the session does: of what is written meanwhile it sees nothing.
        """
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = session.execute(self._added_up().having(func.count() > 1)).all()
        keys = [row[: len(self.key)] for row in found]
        gone = 0
        for at in range(0, len(keys), _CHUNK):
            old = tuple_(*self._key()).in_(keys[at : at + _CHUNK])
            result: Any = session.execute(
                delete(self.table).where(old).execution_options(synchronize_session=False)
            )
            gone += result.rowcount
        full = [row._asdict() for row in found if any(row[len(self.key) :])]
        if full:
            session.execute(insert(self.table), full)
        return gone - len(full)

    def recount(self, session: Session) -> None:
        """Count all of it anew."""
        session.execute(delete(self.table).execution_options(synchronize_session=False))
        columns = [*self.key, *self.figures]
        session.execute(insert(self.table).from_select(columns, self.counted()))

    def differences(self, session: Session) -> Iterator[tuple[tuple[Any, ...], str, int, int]]:
        """Yield each figure that is not what it counts: its key, its name, what it says and is."""
        kept, counted = self._rows(session, self.kept()), self._rows(session, self.counted())
        nothing = [0] * len(self.figures)
        for key in sorted({*kept, *counted}):
            both = zip(kept.get(key, nothing), counted.get(key, nothing), strict=True)
            for name, (says, is_worth) in zip(self.figures, both, strict=True):
                if says != is_worth:
                    yield key, name, says, is_worth

    def _added_up(self) -> Select[*tuple[Any, ...]]:
        sums = (func.sum(getattr(self.table, name)).label(name) for name in self.figures)
        return select(*self._key(), *sums).group_by(*self._key())

    def _key(self) -> list[Any]:
        return [getattr(self.table, name) for name in self.key]

    def _rows(self, session: Session, query: Any) -> dict[tuple[Any, ...], list[int]]:
        of = len(self.key)
        return {
            tuple(row[:of]): [int(count) for count in row[of:]] for row in session.execute(query)
        }
