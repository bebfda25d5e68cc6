"""Reading CSV as it comes: one broken row costs that row, never the file nor its neighbours."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from advocacy.core.errors import Invalid
from advocacy.imports.rules import Columns

ROW_LENGTH = 128 * 1024
"""How long a row can be, in bytes of a line and in letters of a row over several lines."""

_BOM = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """A row as the file has it: the line it begins on, its text and its cells.

    ``reason`` says why it cannot be read; the cells are empty where they could not be told apart.
    """

    line: int
    text: str
    cells: Sequence[str]
    reason: str | None


class _Line(NamedTuple):
    number: int
    text: str
    reason: str | None


class CsvFile:
    """An import file, open, its header read.

    :raises Invalid: when the file cannot be read or its header lacks a column.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
        try:
            self.size = path.stat().st_size
            self._lines = _Lines(self._file)
            self._begin(path, columns)
        except OSError as error:
            self._file.close()
            raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
        except Invalid:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def read_bytes(self) -> int:
        """Return how much of the file was read, in bytes."""
        return self._file.tell()

    def _begin(self, path: Path, columns: Columns) -> None:
        header = self._lines.next()
        while header is not None and header.reason is None and not header.text.strip():
            header = self._lines.next()
        if header is None:
            raise Invalid(f"{path} is empty.")
        if header.reason:
            raise Invalid(f"{path} is not a CSV file: its first line {header.reason}.")
        best: list[str] = []
        self.delimiter = ","
        for delimiter in (",", ";"):
            try:
                names = next(csv.reader((header.text,), delimiter=delimiter, strict=True))
            except csv.Error as error:
                raise Invalid(f"{path} is not a CSV file: its first line: {error}.") from error
            if not best or _count_known(names, columns) > _count_known(best, columns):
                best, self.delimiter = names, delimiter
        self.header = best
        self.names = [name.strip().lower() for name in best]
        self._one_line = [
            at
            for at, name in enumerate(self.names)
            if name in columns.known and name not in columns.long
        ]
        missing = [name for name in columns.required if name not in self.names]
        if missing:
            raise Invalid(
                f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}."
            )
        for name in columns.known:
            if self.names.count(name) > 1:
                raise Invalid(f"{path} has the column {name} more than once.")
        self.unknown = [
            shown.strip()
            for shown, name in zip(self.header, self.names, strict=True)
            if name not in columns.known
        ]
        self.columns = [(name, at) for at, name in enumerate(self.names) if name in columns.known]

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the header; empty lines are none."""
        width = len(self.header)
        lines, delimiter = self._lines, self.delimiter
        while (line := lines.next()) is not None:
            text = line.text
            if not text or text.isspace():
                continue
            if line.reason is None and '"' not in text and "\r" not in text:
                cells = text.split(delimiter)
                yield Row(line.number, text, cells, _wrong_width(cells, width))
            else:
                yield self._quoted_row(line)

    def cells_of(self, text: str) -> Sequence[str]:
        """Return the cells of a row's text, or the text alone when they cannot be told apart."""
        lines = (f"{line}\n" for line in text.split("\n"))
        try:
            return next(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except (csv.Error, StopIteration):
            return [text]

    def _quoted_row(self, first: _Line) -> Row:
        """Read a row with quotes in it, which may go on over the next lines.

        Where that does not come out as a row, the quote was never closed: only the first line is
        rejected and the others are read on their own.
        """
        if first.reason is not None:
            cells = self.cells_of(first.text)
            return Row(first.number, first.text, cells, f"the line {first.reason}")
        pulled = [first]
        try:
            cells = next(
                csv.reader(self._from(first, pulled), delimiter=self.delimiter, strict=True)
            )
        except csv.Error as error:
            self._lines.put_back(pulled[1:])
            open_quote = len(pulled) > 1 or "unexpected end of data" in str(error)
            reason = "a quote is not closed" if open_quote else _in_words(error)
            return Row(first.number, first.text, (), reason)
        text = "\n".join(line.text for line in pulled)
        if len(pulled) > 1:
            broken = next((line.reason for line in pulled if line.reason), None)
            if broken or len(cells) != len(self.header) or self._spills(cells):
                self._lines.put_back(pulled[1:])
                return Row(first.number, first.text, (), "a quote is not closed")
        return Row(first.number, text, cells, _wrong_width(cells, len(self.header)))

    def _from(self, first: _Line, pulled: list[_Line]) -> Iterator[str]:
        length = len(first.text)
        yield first.text + "\n"
        while length < ROW_LENGTH and (line := self._lines.next()) is not None:
            pulled.append(line)
            length += len(line.text)
            yield line.text + "\n"

    def _spills(self, cells: Sequence[str]) -> bool:
        """Tell whether a line ends where only one line can stand."""
        return any("\n" in cells[at] for at in self._one_line)


class _Lines:
    """The lines of a file, without their ends, decoded one by one; some can be put back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0
        self._back: deque[_Line] = deque()

    def put_back(self, lines: Sequence[_Line]) -> None:
        self._back.extendleft(reversed(lines))

    def next(self) -> _Line | None:
        if self._back:
            return self._back.popleft()
        raw = self._file.readline(ROW_LENGTH)
        if not raw:
            return None
        self._number += 1
        if self._number == 1:
            raw = raw.removeprefix(_BOM)
        reason = None
        if len(raw) == ROW_LENGTH and not raw.endswith(b"\n"):
            self._skip_line()
            reason = f"is longer than {ROW_LENGTH} bytes"
            raw = raw[:200]
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            reason = reason or "is not UTF-8"
        if "\0" in text:
            text = text.replace("\0", "\ufffd")
            reason = reason or "holds a NUL byte"
        return _Line(self._number, text, reason)

    def _skip_line(self) -> None:
        while (rest := self._file.readline(ROW_LENGTH)) and not rest.endswith(b"\n"):
            pass


def _count_known(names: Sequence[str], columns: Columns) -> int:
    return sum(name.strip().lower() in columns.known for name in names)


def _wrong_width(cells: Sequence[str], width: int) -> str | None:
    if len(cells) == width:
        return None
    few = "few" if len(cells) < width else "many"
    return f"too {few} cells: {len(cells)} instead of {width}"


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "expected after" in text:
        return "broken quoting: something stands after a closing quote"
    return f"cannot be read: {text}"
