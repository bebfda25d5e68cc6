"""The tree of a month's entries: RFC 9162's hashing, and what of an entry is hashed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

HASH_BYTES = 32
_NUMBER_BYTES = 8
_LEAF_BYTES = _NUMBER_BYTES + HASH_BYTES

FIELDS = (
    "id",
    "person_id",
    "month",
    "day",
    "tie_id",
    "rule",
    "evidence",
    "points",
    "kind",
    "began",
    "deed",
    "recorded_at",
)
"""What of an entry is hashed, in this order, for ever. There is nobody's name in it."""

BEFORE_THE_FIRST = "0" * 64
"""What stands for the chain of the month before the first one that is sealed."""


def entry_bytes(values: Iterable[Any]) -> bytes:
    """Return the bytes of an entry: the same on every engine, and after a restore.

    A JSON list without spaces, days and instants in ISO 8601, instants in UTC to the microsecond.

    :param values: of ``FIELDS``, in their order.
    """
    return json.dumps([_plain(value) for value in values], separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what two hashes stand for."""
    return sha256(b"\1" + left + right).digest()


class Sealed(NamedTuple):
    """What proves a closed month: how many entries it has, their root, the chain's hash there."""

    entries: int
    root: str
    chain: str


class Tree:
    """A tree that grows leaf by leaf, and keeps only the tops of its whole parts.

    :param size: how many leaves it has already.
    :param peaks: what `peaks` said then.
    :raises ValueError: when these cannot be the tops of so many leaves.
    """

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        if size < 0 or len(peaks) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"no tops of {size} leaves")
        self.size = size
        self._peaks = [peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)]

    def add(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        self.size += 1
        whole = self.size
        while whole % 2 == 0:  # a part as large as the one before it becomes whole with it
            leaf = node_hash(self._peaks.pop(), leaf)
            whole //= 2
        self._peaks.append(leaf)

    @property
    def peaks(self) -> bytes:
        """Return the tops of its whole parts, the largest first: enough to let it grow."""
        return b"".join(self._peaks)

    @property
    def root(self) -> str:
        """Return the hash of it all, in hexadecimal; of nothing, that of no bytes."""
        if not self._peaks:
            return sha256(b"").hexdigest()
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root.hex()


def chained(before: str, month: str, entries: int, root: str) -> str:
    """Return the chain's hash at a month: of the month before's, the month, its size, its root."""
    return sha256(f"{before} {month} {entries} {root}".encode("ascii")).hexdigest()


def packed(leaves: Sequence[tuple[int, bytes]]) -> bytes:
    """Return entries' numbers and hashes as they are kept."""
    return b"".join(number.to_bytes(_NUMBER_BYTES) + leaf for number, leaf in leaves)


def unpacked(kept: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield entries' numbers and hashes from what is kept; what is cut off is left out."""
    for at in range(0, len(kept) - _LEAF_BYTES + 1, _LEAF_BYTES):
        yield (
            int.from_bytes(kept[at : at + _NUMBER_BYTES]),
            kept[at + _NUMBER_BYTES : at + _LEAF_BYTES],
        )
