"""Files as they come: encodings, delimiters, headers, and every way to break a row."""

from pathlib import Path

import pytest

from advocacy.core.errors import Invalid, Unavailable
from advocacy.imports.csv_file import ROW_LENGTH, CsvFile
from advocacy.imports.rules import COLUMNS, ImportKind
from tests.imports.conftest import Import
from tests.imports.files import Listener, counts, reasons, rejected


def rows_of(path: Path, text: str | bytes, kind: str = "items") -> list[tuple[int, list[str], str]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with CsvFile(path, COLUMNS[ImportKind(kind)]) as file:
        return [(row.line, list(row.cells), row.reason or "") for row in file.rows()]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends(
    tmp_path: Path, bom: str, delimiter: str, end: str
) -> None:
    lines = [f"Text{delimiter} TITLE ", f'"a{delimiter}b"{delimiter}Grüße', "", f"x{delimiter}y"]
    rows = rows_of(tmp_path / "f.csv", bom + end.join(lines))
    assert rows == [(2, [f"a{delimiter}b", "Grüße"], ""), (4, ["x", "y"], "")]


def test_a_long_text_goes_over_several_lines(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "f.csv", 'title,text\nA,"one\ntwo, ""three""\n\nfour"\nB,\n')
    assert rows == [(2, ["A", 'one\ntwo, "three"\n\nfour'], ""), (6, ["B", ""], "")]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("a", "too few cells: 1 instead of 2"),
        ("a,b,c", "too many cells: 3 instead of 2"),
        ('"a"b,c', "broken quoting: something stands after a closing quote"),
        ('a,"b', "a quote is not closed"),
        ('"a,b', "a quote is not closed"),
        ('a,"b ""c', "a quote is not closed"),
        ("a,b\0c", "the line holds a NUL byte"),
        (b"a,\xff\xfe", "the line is not UTF-8"),
        ("a," + "x" * ROW_LENGTH, f"the line is longer than {ROW_LENGTH} bytes"),
        ("a,b\rc", "cannot be read"),
    ],
)
@pytest.mark.parametrize("after", ["good,too\n", 'good,"t,oo"\n', 'good,"t\noo"\n', ""])
def test_one_broken_row_costs_that_row_alone(
    tmp_path: Path, broken: str | bytes, reason: str, after: str
) -> None:
    raw = broken if isinstance(broken, bytes) else broken.encode()
    rows = rows_of(tmp_path / "f.csv", b"title,text\nfirst,1\n" + raw + b"\n" + after.encode())
    good = [cells for _, cells, why in rows if not why]
    (bad,) = [(line, why) for line, _, why in rows if why]
    assert bad[0] == 3
    assert reason in bad[1]
    assert good[0] == ["first", "1"]
    assert len(good) == 1 + bool(after)


def test_a_quote_never_closed_costs_one_row_of_many(tmp_path: Path) -> None:
    many = "".join(f"title {n},text\n" for n in range(20_000))
    rows = rows_of(tmp_path / "f.csv", f'title,text\nA,"open\n{many}')
    assert [row for row in rows if row[2]] == [(2, [], "a quote is not closed")]
    assert len(rows) == 20_001


def test_every_row_with_an_open_quote_is_rejected_by_itself(tmp_path: Path) -> None:
    many = "".join(f'"title {n},text\n' for n in range(500))
    rows = rows_of(tmp_path / "f.csv", "title,text\n" + many)
    assert len(rows) == 500
    assert all(row[2] for row in rows)


def test_rejected_rows_stand_beside_the_file(bring_in: Import, tmp_path: Path) -> None:
    text = b'title;text;mood\nA;"one";x\n;two;y\n"B;three;z\nC;\xff;w\nD;four\n\nE;fi\0ve;v\n'
    result = bring_in("items", text)
    assert counts(result) == (1, 0, 0, 5)
    assert result.rejected_file == str(tmp_path / "items.csv.rejected.csv")
    assert rejected(result, ";") == [
        ["3", "title is empty", "", "two", "y"],
        ["4", "a quote is not closed", '"B;three;z'],
        ["5", "the line is not UTF-8", "C", "\ufffd", "w"],
        ["6", "too few cells: 2 instead of 3", "D", "four"],
        ["8", "the line holds a NUL byte", "E", "fi\ufffdve", "v"],
    ]
    header = Path(result.rejected_file).read_text(encoding="utf-8").splitlines()[0]
    assert header == "line;reason;title;text;mood"
    assert sorted(path.name for path in tmp_path.iterdir() if "items" in path.name) == [
        "items.csv",
        "items.csv.rejected.csv",
    ]


def test_mended_rows_can_go_in_from_the_rejected_file(bring_in: Import, tmp_path: Path) -> None:
    result = bring_in("items", "title,url\nA,ftp://example.org\nB,\n")
    assert reasons(result) == {2: "url does not begin with https://: “ftp://example.org”"}
    path = Path(result.rejected_file or "")
    mended = path.rename(tmp_path / "mended.csv")
    mended.write_text(mended.read_text(encoding="utf-8").replace("ftp:", "https:"), "utf-8")
    listener = Listener()
    assert counts(bring_in("items", mended, listener=listener)) == (1, 0, 0, 0)
    assert listener.heard == [
        "The column line is unknown and ignored.",
        "The column reason is unknown and ignored.",
    ]


def test_an_old_rejected_file_goes_away(bring_in: Import) -> None:
    bad = bring_in("items", "title\nA\n\n \n\x07\n")
    assert bad.rejected_file
    assert Path(bad.rejected_file).exists()
    good = bring_in("items", "title\nA\n")
    assert good.rejected_file is None
    assert not Path(bad.rejected_file).exists()


def test_where_rejected_rows_cannot_be_written(bring_in: Import, tmp_path: Path) -> None:
    (tmp_path / "items.csv.rejected.csv").mkdir()
    with pytest.raises(Unavailable, match=r"1 rows were rejected, but .* cannot be written"):
        bring_in("items", "title,url\nA,nowhere\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"name\nMia\n", "lacks the column email"),
        (b"team;role\n", "lacks the columns email, name"),
        (b"email,name,name\n", "has the column name more than once"),
        (b"\xff\xfee\0m\0a\0i\0l\0", "its first line is not UTF-8"),
        (b"email,na\0me\n", "its first line holds a NUL byte"),
        (b'"email,name\n', "its first line"),
        (b"x" * (2 * ROW_LENGTH), "its first line is longer than"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(
    bring_in: Import, content: bytes, message: str
) -> None:
    with pytest.raises(Invalid, match=message) as refused:
        bring_in("people", content)
    assert "\n" not in refused.value.message


def test_a_file_that_cannot_be_read(bring_in: Import, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        bring_in("people", tmp_path / "missing.csv")
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        bring_in("people", tmp_path)


def test_a_header_alone_is_no_mistake(bring_in: Import) -> None:
    assert counts(bring_in("people", "email,name\n")) == (0, 0, 0, 0)
