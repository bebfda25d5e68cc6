"""What became of the rows of a batch."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from advocacy.imports.spool import Spooled


class Digested(Protocol):
    """What an import wrote down, with the digest of the row that brought it."""

    digest: str | None


class Identified(Protocol):
    """A row that may have a name of its own."""

    @property
    def external_id(self) -> str | None:
        """What the file calls it."""


_K = TypeVar("_K", bound=Digested)
_R = TypeVar("_R", bound=Identified)


@dataclass(slots=True)
class Outcome:
    """Counts of rows, and which were refused, with the reason."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[Spooled, str]] = field(default_factory=list)

    def add(self, row: Spooled) -> None:
        """Count a row that is new, and those in the file that say the same."""
        self.added += 1
        self.changed += row.turned
        self.unchanged += row.again

    def change(self, row: Spooled) -> None:
        """Count a row that changed what was here."""
        changed = row.turned or 1
        self.changed += changed
        self.unchanged += 1 + row.again + row.turned - changed

    def keep(self, row: Spooled) -> None:
        """Count a row that was here already."""
        self.unchanged += 1 + row.again + row.turned

    def refuse(self, row: Spooled, reason: str) -> None:
        """Count a row that cannot go in."""
        self.refused.append((row, reason))

    def not_here_yet(
        self,
        rows: Sequence[tuple[Spooled, _R]],
        by_id: Mapping[str, _K],
        digests: Collection[str],
        differences: Callable[[_R, _K], str],
    ) -> Iterator[tuple[Spooled, _R]]:
        """Yield the rows that are new; keep those that are here, refuse those that differ.

        :param by_id: what is here under the rows' external ids.
        :param digests: of the rows without one, the contents that are here.
        :param differences: says in what a row differs from what is here under its external id.
        """
        for spooled, row in rows:
            known = by_id.get(row.external_id) if row.external_id else None
            if known is not None and known.digest != spooled.content:
                self.refuse(
                    spooled,
                    f"external_id {row.external_id} is here already, with another "
                    f"{differences(row, known)}",
                )
            elif known is not None or (not row.external_id and spooled.content in digests):
                self.keep(spooled)
            else:
                yield spooled, row
