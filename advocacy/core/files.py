"""Files that are there whole or not at all, whatever happens while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from advocacy.core.errors import Unavailable


@contextmanager
def written_whole(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Open a file aside for writing, and put it in its place when it is whole and on the disk.

    What is there and no plain file, like ``/dev/stdout``, is written to as it is.

    :param mode: who may read and write it, as `os.open` takes it.
    :raises Unavailable: when it cannot be written; nothing is left behind then.
    """
    place = Path(os.path.realpath(path))  # a link stays one
    try:
        if place.exists() and not place.is_file():
            with place.open("wb") as there:
                yield there
            return
        fresh = place.with_name(f".{place.name}-{token_hex(4)}")
        try:
            descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(place)
        finally:
            with suppress(OSError):
                fresh.unlink()
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error
