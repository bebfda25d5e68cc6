"""The recognition export as bytes: the same month always gives the same ones."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from advocacy.core.text import harmless
from advocacy.core.time import first_day, last_day, words_for_period
from advocacy.points.tree import Sealed
from advocacy.recognition.models import ClosedStanding
from advocacy.recognition.rules import COLUMNS, Format

_WIDTHS = (9, 6, 30, 26, 20, 8, 8, 8, 14, 10, 10, 8, 24, 16, 40)


def render(month: str, rows: Sequence[ClosedStanding], format: str, seal: Sealed | None) -> bytes:
    """Return the file of a closed month.

    :param rows: the month's sealed rows; who has no rank left the ranking and is only counted.
    :param seal: what proves the month's entries; the CSV has no place for it.
    """
    shown = [_cells(month, row) for row in rows if row.rank is not None]
    left = len(rows) - len(shown)
    if format == Format.CSV:
        return _csv(shown)
    made = _xlsx if format == Format.XLSX else _json
    return made(month, shown, left, seal)


def made_anew(
    month: str,
    rows: Sequence[ClosedStanding],
    format: str,
    seal: Sealed | None,
    sha256: str | None,
) -> bytes | None:
    """Return the file that has this hash, or None when the month makes no such file any more.

    A month that was closed before there were seals has files without one, sealed since or not.
    """
    for printed in (seal, None):
        content = render(month, rows, format, printed)
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    return None


def _cells(month: str, row: ClosedStanding) -> dict[str, str | int | None]:
    known = {name: getattr(row, name, None) for name in COLUMNS}
    return known | {"period": month}


def _csv(rows: Sequence[dict[str, str | int | None]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            harmless(value) if isinstance(value, str) else "" if value is None else value
            for value in row.values()
        )
    return out.getvalue().encode("utf-8")


def _json(
    month: str, rows: Sequence[dict[str, str | int | None]], left: int, seal: Sealed | None
) -> bytes:
    document: dict[str, object] = {"period": month, "left_ranking": left}
    if seal is not None:
        document["seal"] = seal._asdict()
    document["rows"] = list(rows)
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _xlsx(
    month: str, rows: Sequence[dict[str, str | int | None]], left: int, seal: Sealed | None
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    end = last_day(month)
    book.set_properties(
        {
            "title": f"Advocate recognition, {words_for_period(month)}",
            "created": datetime(end.year, end.month, end.day, tzinfo=UTC).replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "bottom": 2, "valign": "vcenter"})
    number = book.add_format({"num_format": "#,##0"})
    quiet = book.add_format({"italic": True, "font_color": "#6f655e"})
    sheet = book.add_worksheet(f"{first_day(month):%B %Y}")
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 4)
    sheet.set_row(0, 22)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row.values()):
            if isinstance(value, int):
                sheet.write_number(line, column, value, number)
            elif value:
                sheet.write_string(line, column, harmless(value))
    if rows:
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    closing = [words_for_seal(seal)] if seal else []
    if left:
        closing.append(words_for_left(left))
    for line, words in enumerate(closing, start=len(rows) + 2):
        sheet.write_string(line, 0, words, quiet)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def words_for_left(count: int) -> str:
    """Return the closing line that counts who left the ranking."""
    if count == 1:
        return "One person has chosen not to be on the board."
    return f"{count} people have chosen not to be on the board."


def words_for_seal(seal: Sealed) -> str:
    """Return the closing line that prints what the month's entries were sealed with."""
    counted = "1 entry" if seal.entries == 1 else f"{seal.entries} entries"
    return f"Sealed with {counted}: root {seal.root}, chain {seal.chain}."
