"""Reading and writing the archive file: a zip, written aside and put in its place whole."""

import hashlib
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from advocacy.backups import rules
from advocacy.backups.rules import Manifest, Part
from advocacy.core.errors import Invalid, Unavailable
from advocacy.core.files import written_whole

_SEAL_LENGTH = 64
_READ_WHOLE = 1 << 20
"""More bytes than what an archive says of itself has: a small file may unpack to gigabytes."""
_DAMAGED = "The backup is damaged: {}. Nothing was touched."
_NOT_WHOLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)
"""What is raised over a zip that is cut, altered, encrypted, or packed in a way of others."""


class _Sealed:
    """A file that ends with the SHA-256 of all before it, in place of as many zeros."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._held = file, hashlib.sha256(), b""

    def write(self, content: bytes) -> int:
        content, written = self._held + content, len(content)
        done, self._held = content[:-_SEAL_LENGTH], content[-_SEAL_LENGTH:]
        self._digest.update(done)
        self._file.write(done)
        return written

    def flush(self) -> None:
        self._file.flush()

    def seal(self) -> None:
        """Write the last of the file."""
        self._file.write(self._digest.hexdigest().encode())


class Writer:
    """An archive that is being written."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._parts: dict[str, Part] = {}

    def add(self, table: str, columns: list[str], rows: Iterable[Iterable[object]]) -> None:
        """Write a table, row by row."""
        digest, count = hashlib.sha256(), 0
        with self._file.open(rules.part_name(table), "w", force_zip64=True) as part:
            for row in rows:
                line = json.dumps([rules.written(value) for value in row], ensure_ascii=False)
                encoded = f"{line}\n".encode()
                part.write(encoded)
                digest.update(encoded)
                count += 1
        self._parts[table] = Part(columns, count, digest.hexdigest())

    def finish(self, revision: str, taken_at: str) -> Manifest:
        """Write what the archive says of itself."""
        manifest = Manifest(revision, taken_at, self._parts)
        text = json.dumps(manifest.document(), indent=1, sort_keys=True)
        self._file.writestr(rules.MANIFEST, text)
        self._file.writestr(rules.SEAL, hashlib.sha256(text.encode()).hexdigest())
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive aside, and put it in its place when it is whole and on the disk.

    :raises Unavailable: when it cannot be written; nothing is left behind then.
    """
    with written_whole(path, mode=0o600) as file:
        sealed = _Sealed(file)
        # It only writes on, as into a pipe, so that each byte is summed as it comes.
        stream = cast("IO[bytes]", sealed)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            archive.comment = b"0" * _SEAL_LENGTH
            yield Writer(archive)
        sealed.seal()


class Reader:
    """An archive that is whole: every part was held against its mark."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._file = file
        self.manifest = manifest

    def rows(self, table: str) -> Iterator[list[Any]]:
        """Yield a table's rows."""
        with self._file.open(rules.part_name(table)) as part:
            for line in part:
                yield json.loads(line)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open an archive, and check all of it before anything is done with it.

    :raises Invalid: when it is none, is cut or was altered.
    :raises Unavailable: when it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as file:
            reader = Reader(file, _checked_manifest(file))
            _check_seal(path, file, reader.manifest)
            for table, part in reader.manifest.tables.items():
                _check_part(file, table, part)
            yield reader
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}.") from error
    except _NOT_WHOLE as error:
        raise Invalid(f"{path} is no backup of Advocacy, or it is damaged.") from error


def _checked_manifest(file: zipfile.ZipFile) -> Manifest:
    try:
        if max(file.getinfo(one).file_size for one in (rules.MANIFEST, rules.SEAL)) > _READ_WHOLE:
            raise ValueError("larger than any of ours")
        text, seal = file.read(rules.MANIFEST), file.read(rules.SEAL).decode("ascii")
        document = json.loads(text)
    except (KeyError, ValueError) as error:
        raise Invalid("This is no backup of Advocacy.") from error
    if hashlib.sha256(text).hexdigest() != seal:
        raise Invalid(_DAMAGED.format("what it says of itself was altered"))
    manifest = Manifest.read(document)
    wanted = {*map(rules.part_name, manifest.tables), rules.MANIFEST, rules.SEAL}
    if set(file.namelist()) != wanted:
        raise Invalid(_DAMAGED.format("a part is missing, or too many"))
    return manifest


def _check_seal(path: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
    """Hold the file as a whole against its seal: no bit of it may differ, used or not."""
    if manifest.version < rules.VERSION and not file.comment:
        return  # from before archives were sealed; its parts have marks
    digest, left = hashlib.sha256(), path.stat().st_size - _SEAL_LENGTH
    with path.open("rb") as content:
        while left > 0:
            digest.update(chunk := content.read(min(left, 1 << 20)))
            left -= len(chunk)
        if content.read() != digest.hexdigest().encode():
            raise Invalid(_DAMAGED.format("it was altered"))


def _check_part(file: zipfile.ZipFile, table: str, part: Part) -> None:
    digest, rows = hashlib.sha256(), 0
    with file.open(rules.part_name(table)) as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            rows += chunk.count(b"\n")
    if digest.hexdigest() != part.sha256 or rows != part.rows:
        raise Invalid(_DAMAGED.format(f"the table {table} was altered"))
