"""What became of the rows of a batch."""

from dataclasses import dataclass, field

from advocacy.imports.spool import Spooled


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
