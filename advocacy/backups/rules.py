"""What an archive is: its parts, its marks, and how a value is written in it.

An archive is a zip file. ``tables/NAME.jsonl`` holds a table's rows, a JSON list a line, in the
order of ``columns`` in ``manifest.json``; the manifest names the schema, and for each table the
number of rows and the SHA-256 of its part; ``manifest.sha256`` is the manifest's own. The file ends
with the SHA-256 of all before, as the zip's comment; archives of version 1 had none.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from advocacy.core.errors import Invalid

FORMAT = "advocacy-backup"
VERSION = 2
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
NAME_PATTERN = "advocacy-%Y%m%d-%H%M%S.zip"
DATED = f"advocacy-{'[0-9]' * 8}-{'[0-9]' * 6}.zip"
"""What such names are found by: whatever else lies in the folder is somebody's own."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table in an archive."""

    columns: Sequence[str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    revision: str
    taken_at: str
    tables: Mapping[str, Part]
    format: str = FORMAT
    version: int = VERSION

    def document(self) -> dict[str, Any]:
        """Return what is written into the archive."""
        return asdict(self)

    @classmethod
    def read(cls, document: Any) -> "Manifest":
        """Read what an archive says of itself.

        :raises Invalid: when it is not an archive of ours, or of a newer kind.
        """
        try:
            if document["format"] != FORMAT:
                raise Invalid("This is no backup of Advocacy.")
            if document["version"] > VERSION:
                raise Invalid("A newer version of Advocacy has written this backup.")
            tables = {name: Part(**part) for name, part in document["tables"].items()}
            for part in tables.values():
                _check(part)
            taken_at = datetime.fromisoformat(document["taken_at"]).isoformat()
            return cls(document["revision"], taken_at, tables, version=document["version"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid("This is no backup of Advocacy.") from error


def _check(part: Part) -> None:
    are_names = isinstance(part.columns, list) and all(isinstance(n, str) for n in part.columns)
    if not are_names or not isinstance(part.rows, int):
        raise ValueError(part)


def part_name(table: str) -> str:
    """Return where a table lies in an archive."""
    return f"tables/{table}.jsonl"


def written(value: object) -> object:
    """Return a value as JSON keeps it: instants in UTC, bytes in base 64."""
    if isinstance(value, datetime):
        instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return instant.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value


def read(value: Any, kind: type) -> Any:
    """Return a value as the database takes it.

    :param kind: the Python type of its column.
    """
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value, validate=True)
    return value
