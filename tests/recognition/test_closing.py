"""Closing months, the files of the recognition export, and proving that all is as it was."""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text
from sqlalchemy.orm import Session

from advocacy.contacts.queries import ties_of
from advocacy.conversations.actions import hold, settle_ties
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.core.text import harmless
from advocacy.people import actions as people
from advocacy.people.models import Person
from advocacy.points.queries import first_open_month
from advocacy.points.seals import closed_months
from advocacy.points.standings import recounted
from advocacy.recognition.actions import FOLDER, close_months, export_file
from advocacy.recognition.files import words_for_left
from advocacy.recognition.queries import get_hash, months
from advocacy.recognition.rules import COLUMNS, Format
from advocacy.recognition.verify import rebuild, verify
from advocacy.shares.actions import NewShare, record
from tests.builders import (
    add_contacts,
    add_item,
    add_person,
    add_programme,
    add_team,
    entries,
    log,
    noon,
    points_in,
    share,
)
from tests.databases import Databases

JANUARY = date(2026, 1, 5)
TODAY = date(2026, 3, 10)
FORMULA = "=HYPERLINK(A1)"


def fill(session: Session) -> Person:
    """Write a January: two people with points, one with a name that bites, one who left."""
    add_programme(session)
    ada = add_person(session, name=FORMULA, team=add_team(session, "@Sales"))
    bea = add_person(session, "bea@example.com", name="+Béa, “B”", team=add_team(session, "-1"))
    left = add_person(session, "left@example.com")
    add_person(session, "nobody@example.com")
    people.set_left_ranking(session, left, True)
    for person in (ada, bea, left):
        (sofia,) = add_contacts(session, person, "Sofia")
        log(session, person, sofia, JANUARY, "called")
        log(session, person, sofia, JANUARY + timedelta(days=7), "met")
    share(session, ada, add_item(session), JANUARY)
    return ada


def close(session: Session, month: str, data: Path, today: date = TODAY) -> list[str]:
    return close_months(session, month, closed_by=None, now=noon(today), data=data)


# --- closing


def test_a_month_that_is_not_over_cannot_be_closed(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    for today in (date(2026, 1, 31), date(2026, 1, 1)):
        with pytest.raises(Conflict, match="not over"):
            close(session, "2026-01", tmp_path, today)
    assert close(session, "2026-01", tmp_path, date(2026, 2, 1)) == ["2026-01"]


def test_over_is_over_in_the_programmes_zone(session: Session, tmp_path: Path) -> None:
    add_programme(session, time_zone="America/Los_Angeles")
    first = noon(date(2026, 2, 1)).replace(hour=7)  # still January there
    with pytest.raises(Conflict):
        close_months(session, "2026-01", closed_by=None, now=first, data=tmp_path)
    later = first.replace(hour=8)
    assert close_months(session, "2026-01", closed_by=None, now=later, data=tmp_path)


def test_closing_twice_is_refused(session: Session, tmp_path: Path) -> None:
    fill(session)
    close(session, "2026-02", tmp_path)
    for month in ("2026-02", "2026-01"):
        with pytest.raises(Conflict, match="closed already"):
            close(session, month, tmp_path)
    with pytest.raises(Conflict, match="There is nothing in June 2025 to close"):
        close(session, "2025-06", tmp_path)


def test_closing_closes_what_is_before_and_says_so(session: Session, tmp_path: Path) -> None:
    ada = fill(session)
    (sofia, *_) = ties_of(session, ada.id)
    log(session, ada, sofia, date(2025, 11, 30), today=TODAY, reported=True)
    assert close(session, "2026-01", tmp_path) == ["2025-11", "2025-12", "2026-01"]
    assert [(one.month, one.state) for one in months(session, TODAY)] == [
        ("2025-11", "closed"),
        ("2025-12", "closed"),
        ("2026-01", "closed"),
        ("2026-02", "open"),
        ("2026-03", "open"),
    ]
    assert first_open_month(session) == "2026-02"
    assert verify(session).problems == []


@pytest.mark.parametrize("month", ["2025-12", "1999-01"])
def test_before_anything_counts_there_is_nothing_to_close(
    session: Session, tmp_path: Path, month: str
) -> None:
    fill(session)
    with pytest.raises(Conflict, match="nothing counts before"):
        close(session, month, tmp_path)
    assert closed_months(session) == {}


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "January", "", "2026-Q1", "0000-01"])
def test_what_is_no_month_is_refused(session: Session, tmp_path: Path, month: str) -> None:
    add_programme(session)
    with pytest.raises(Invalid):
        close(session, month, tmp_path)


def test_months_run_without_a_gap_from_the_earliest_that_counts(session: Session) -> None:
    add_programme(session, first_day=date(2026, 2, 1))
    ada = add_person(session)
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    log(session, ada, tom, date(2025, 3, 3), today=TODAY)  # remembered only: no month of its own
    assert [one.month for one in months(session, TODAY)] == ["2026-02", "2026-03"]
    log(session, ada, sofia, date(2025, 10, 31), answered=False, today=TODAY, reported=True)
    assert [one.month for one in months(session, TODAY)] == [
        "2025-10",
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]


def test_what_an_import_brings_from_before_the_first_closed_month_counts_in_the_open_one(
    session: Session, tmp_path: Path
) -> None:
    ada = fill(session)
    close(session, "2026-01", tmp_path)
    (tom,) = add_contacts(session, ada, "Tom")
    log(session, ada, tom, date(2025, 6, 1), today=TODAY, reported=True)
    assert points_in(session, ada, "2026-02") == 4
    assert verify(session).problems == []


def test_who_waited_for_a_closing_has_looked_at_the_clock_before_it(
    session: Session, tmp_path: Path
) -> None:
    ada = fill(session)
    (sofia, *_) = ties_of(session, ada.id)
    late = noon(TODAY) + timedelta(seconds=1)
    close_months(session, "2026-01", closed_by=None, now=late, data=tmp_path)
    log(session, ada, sofia, date(2026, 1, 22), today=TODAY, reported=True)
    assert verify(session).problems == []


def test_two_at_once_one_wins_and_the_other_is_told(
    fresh_database: Database, tmp_path: Path
) -> None:
    with fresh_database.writing() as session:
        fill(session)
    gate = Barrier(2, timeout=60)

    def run(_: int) -> str:
        gate.wait()
        try:
            with fresh_database.writing() as session:
                return ", ".join(close(session, "2026-02", tmp_path))
        except Conflict as told:
            return told.message

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(run, range(2)))
    assert said == ["2026-01, 2026-02", "February 2026 is closed already."]
    with fresh_database.reading() as session:
        assert list(closed_months(session)) == ["2026-01", "2026-02"]
        assert verify(session).problems == []


def test_logging_while_a_month_closes_enters_into_no_closed_month(
    fresh_database: Database, tmp_path: Path
) -> None:
    with fresh_database.writing() as session:
        ada = fill(session).id
    gate = Barrier(5, timeout=60)

    def run(number: int) -> None:
        gate.wait()
        if number == 4:
            with fresh_database.writing() as session:
                close(session, "2026-01", tmp_path)
            return
        for turn in range(5):
            with fresh_database.writing() as session:
                hold(session, ada)
                person = session.get_one(Person, ada)
                (tie,) = add_contacts(session, person, f"Contact {number} {turn}")
                log(session, person, tie, date(2026, 1, 6 + turn), today=TODAY, reported=True)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(run, range(5)))
    with fresh_database.reading() as session:
        assert verify(session).problems == []
        assert points_in(session, session.get_one(Person, ada), "2026") == 25 + 20 * 4


# --- the files


def exported(session: Session, data: Path, format: str) -> bytes:
    return export_file(session, "2026-01", format, data)


def test_the_csv_is_the_contracts_and_harmless(session: Session, tmp_path: Path) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    text_ = exported(session, tmp_path, Format.CSV).decode()
    rows = list(csv.reader(io.StringIO(text_, newline="")))
    assert rows == [
        list(COLUMNS),
        [
            "2026-01",
            "1",
            "ada@example.com",
            f"'{FORMULA}",
            "'@Sales",
            "25",
            "1",
            "1",
            "2",
            "2",
            "1",
            "1",
            "",
            "",
            "",
        ],
        [
            "2026-01",
            "2",
            "bea@example.com",
            "'+Béa, “B”",
            "'-1",
            "24",
            "1",
            "1",
            "2",
            "2",
            "1",
            "0",
            "",
            "",
            "",
        ],
        ["2026-01", "3", "nobody@example.com", "Nobody", "", *["0"] * 7, "", "", ""],
    ]


def test_the_json_says_things_as_they_are(session: Session, tmp_path: Path) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    document = json.loads(exported(session, tmp_path, Format.JSON))
    assert (document["period"], document["left_ranking"]) == ("2026-01", 1)
    assert [list(row) for row in document["rows"]] == [list(COLUMNS)] * 3
    assert document["rows"][0] == {
        "period": "2026-01",
        "rank": 1,
        "email": "ada@example.com",
        "name": FORMULA,
        "team": "@Sales",
        "points": 25,
        "begun": 1,
        "alive": 1,
        "conversations": 2,
        "answered": 2,
        "in_person": 1,
        "shares": 1,
        "median_hours_to_answer": None,
        "award": None,
        "citation": None,
    }


def sheet_of(content: bytes) -> Worksheet:
    sheet = load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_the_spreadsheet_is_one_that_people_like_to_open(session: Session, tmp_path: Path) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    sheet = sheet_of(exported(session, tmp_path, Format.XLSX))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == list(COLUMNS)
    assert rows[1] == [
        *("2026-01", 1, "ada@example.com", f"'{FORMULA}", "'@Sales"),
        *(25, 1, 1, 2, 2, 1, 1, None, None, None),
    ]
    assert {cell.data_type for row in sheet["B2:B4"] for cell in row} == {"n"}
    assert {cell.data_type for row in sheet["F2:L4"] for cell in row} == {"n"}
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"n", "s"}
    assert str(sheet.freeze_panes)[1:] == "2"
    widths = [sheet.column_dimensions[letter].width for letter in "CDE"]
    assert min(widths) > 15
    assert rows[-1][0] == "One person has chosen not to be on the board."


def test_nobody_left_no_closing_line(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    add_person(session)
    close(session, "2026-01", tmp_path)
    lines = [row[0].value for row in sheet_of(exported(session, tmp_path, Format.XLSX)).iter_rows()]
    assert [str(line)[:7] for line in lines] == ["period", "2026-01", "None", "Sealed "]
    assert json.loads(exported(session, tmp_path, Format.JSON))["left_ranking"] == 0


def test_a_programme_without_anybody_can_be_closed(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    close(session, "2026-01", tmp_path)
    assert exported(session, tmp_path, Format.CSV).decode() == ",".join(COLUMNS) + "\r\n"
    assert verify(session).problems == []


def test_the_closing_line_counts() -> None:
    assert words_for_left(2) == "2 people have chosen not to be on the board."


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_what_looks_like_a_formula_is_made_harmless(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless(f"a{start}1") == f"a{start}1"


@pytest.mark.parametrize("format", list(Format))
def test_a_lost_or_altered_file_is_made_anew_the_same(
    session: Session, tmp_path: Path, format: str
) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    path = tmp_path / FOLDER / f"2026-01.{format}"
    first = path.read_bytes()
    assert hashlib.sha256(first).hexdigest() == get_hash(session, "2026-01", format)
    path.write_bytes(b"something else")
    assert exported(session, tmp_path, format) == first
    assert path.read_bytes() == first
    shutil.rmtree(tmp_path / FOLDER)
    assert exported(session, tmp_path, format) == first
    assert path.read_bytes() == first


@pytest.mark.parametrize("format", list(Format))
def test_what_happens_later_leaves_the_files_as_they_were(
    session: Session, tmp_path: Path, format: str
) -> None:
    ada = fill(session)
    close(session, "2026-01", tmp_path)
    first = exported(session, tmp_path, format)
    with recounted(session, ada):
        people.set_left_ranking(session, ada, True)
    people.change_person(session, ada, name="New", title="", preferred_name="", say_it="")
    people.move_to_team(session, ada, add_team(session, "Other"), TODAY)
    (sofia, *_) = ties_of(session, ada.id)
    log(session, ada, sofia, date(2026, 1, 26), today=TODAY, reported=True)
    shutil.rmtree(tmp_path / FOLDER)
    assert exported(session, tmp_path, format) == first
    assert verify(session).problems == []


def test_an_open_month_has_no_files(session: Session, tmp_path: Path) -> None:
    add_programme(session)
    with pytest.raises(NotFound):
        exported(session, tmp_path, Format.CSV)


def test_both_engines_make_the_same_bytes(
    databases_on: Callable[[str], Databases], tmp_path: Path
) -> None:
    made: dict[str, list[bytes]] = {}
    for engine in ("sqlite", "postgresql"):
        databases = databases_on(engine)
        url = databases.migrated()
        database = Database(url)
        data = tmp_path / engine
        with database.writing() as session:
            fill(session)
            for name in ("a-z", "a.z", "Az", "é", "a_z"):
                add_person(session, f"{name}@example.com")
            close(session, "2026-01", data)
        with database.reading() as session:
            made[engine] = [exported(session, data, format) for format in Format]
        database.engine.dispose()
        databases.remove(url)
    assert made["sqlite"] == made["postgresql"]


# --- proving


def without_guards(session: Session) -> None:
    """Open the ledger to somebody with the database in hand."""
    assert session.bind is not None
    if session.bind.dialect.name == "postgresql":
        for table in ("entry", "closed_month"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        found = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in found.all():
            session.execute(text(f"DROP TRIGGER {name}"))


TAMPERED = {
    "an entry worth more": "UPDATE entry SET points = points + 1 WHERE rule = 'beginning'",
    "a share worth more": "UPDATE entry SET points = 2 WHERE rule = 'share'",
    "an entry gone": "DELETE FROM entry WHERE rule = 'beginning'",
    "a share's entry gone": "DELETE FROM entry WHERE rule = 'share'",
    "an entry twice": (
        "INSERT INTO entry (person_id, month, day, tie_id, rule, evidence, points, kind, began,"
        " deed, recorded_at) SELECT person_id, month, day, tie_id, rule, evidence, points, kind,"
        " began, deed, recorded_at FROM entry WHERE rule = 'beginning'"
    ),
    "an entry on another day": "UPDATE entry SET day = '2026-01-06' WHERE rule = 'beginning'",
    "an entry in another month": "UPDATE entry SET month = '2026-03' WHERE rule = 'beginning'",
    "an entry before its month": "UPDATE entry SET month = '2025-12' WHERE rule = 'beginning'",
    "an entry of another person": (
        "UPDATE entry SET person_id = (SELECT max(id) FROM person) WHERE rule = 'beginning'"
    ),
    "seen instead of on word": "UPDATE entry SET evidence = 'seen' WHERE rule = 'beginning'",
    "another conversation named": (
        "UPDATE entry SET deed = (SELECT max(deed) + 1 FROM entry) WHERE rule = 'beginning'"
    ),
    "another share named": "UPDATE entry SET deed = deed + 1 WHERE rule = 'share'",
    "an answer forged": "UPDATE participant SET answered = NOT answered",
    "a conversation moved": "UPDATE conversation SET day = '2026-01-20' WHERE kind = 'called'",
    "a conversation gone": "DELETE FROM conversation WHERE kind = 'called'",
    "a share taken back aside": "UPDATE share SET taken_back_at = '2026-01-06'",
    "a share logged late": "UPDATE share SET logged_on = '2026-02-20'",
    "counted though it does not": "UPDATE participant SET counted = NOT counted",
    "a standing changed": "UPDATE standing SET points = points + 1 WHERE period = '2026'",
    "a standing's part changed": "UPDATE standing SET seen = seen + 1 WHERE period = 'all'",
    "a standing gone": "DELETE FROM standing WHERE period = '2026-Q1'",
    "a tally changed": "UPDATE tally SET people = people + 1 WHERE period = '2026-01'",
    "a tally gone": "DELETE FROM tally WHERE period = 'all'",
    "a tally too many": "INSERT INTO tally (period, points, people) VALUES ('2026-01', 7, 1)",
    "a life longer": "UPDATE life SET ends_on = '2027-01-01'",
    "a life gone": "DELETE FROM life",
    "a sealed row's points": "UPDATE closed_standing SET points = points + 1 WHERE rank = 1",
    "a sealed row's rank": "UPDATE closed_standing SET rank = 9 WHERE rank = 1",
    "a sealed row's figures": "UPDATE closed_standing SET begun = begun + 1 WHERE rank = 1",
    "a sealed row's name": "UPDATE closed_standing SET name = 'x' WHERE rank = 1",
    "a sealed row gone": "DELETE FROM closed_standing WHERE rank = 3",
    "who left, sealed otherwise": "UPDATE closed_standing SET points = 9 WHERE rank IS NULL",
    "a file's hash": "UPDATE export_file SET sha256 = 'x' WHERE format = 'csv'",
    "a file forgotten": "DELETE FROM export_file WHERE format = 'json'",
    "a month closed aside": (
        "INSERT INTO closed_month (month, closed_at) VALUES ('2026-03', '2026-04-01')"
    ),
    "a programme that forgot what is closed": "UPDATE programme SET closed_through = NULL",
}


def test_verify_finds_what_was_tampered_with(
    session: Session, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    assert verify(session).problems == []
    without_guards(session)
    for what, statement in TAMPERED.items():
        with subtests.test(what):
            tampering = session.begin_nested()
            session.execute(text(statement))
            session.expire_all()
            assert verify(session).problems != []
            tampering.rollback()
    session.expire_all()
    assert verify(session).problems == []


def test_a_report_counts_what_was_looked_at(session: Session, tmp_path: Path) -> None:
    fill(session)
    report = verify(session)
    assert (report.entries, report.people, report.months) == (len(entries(session)), 3, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM standing",
        "DELETE FROM tally",
        "DELETE FROM life",
        "UPDATE standing SET points = 7, word = 3, in_person = 2",
        "UPDATE tally SET people = 40",
        "UPDATE life SET ends_on = '2030-01-01', revived = true",
    ],
)
def test_rebuilding_makes_standings_tallies_and_lives_right_again(
    session: Session, tmp_path: Path, statement: str
) -> None:
    ada = fill(session)
    close(session, "2026-01", tmp_path)
    before, count = points_in(session, ada, "2026"), len(entries(session))
    session.execute(text(statement))
    session.expire_all()
    assert rebuild(session, noon(TODAY)).problems == []
    assert points_in(session, ada, "2026") == before
    assert len(entries(session)) == count


def test_settling_everything_again_enters_nothing(session: Session, tmp_path: Path) -> None:
    fill(session)
    close(session, "2026-01", tmp_path)
    count = len(entries(session))
    settle_ties(session, ties_of(session), noon(TODAY))
    assert len(entries(session)) == count


def test_many_people_are_rebuilt_to_the_same_standings(session: Session) -> None:
    """More person-months than are added up at once."""
    add_programme(session)
    item = add_item(session).id
    for n in range(30):
        person = add_person(session, f"person{n}@example.com")
        days = [JANUARY + timedelta(days=31 * month) for month in range(n % 3, 20)]
        shares = [NewShare(person.id, item, "linkedin", day, reported=True) for day in days]
        record(session, shares, noon(days[-1]))

    def kept() -> list[list[tuple[object, ...]]]:
        return [
            sorted(tuple(row) for row in session.execute(text(f"SELECT * FROM {table}")))
            for table in ("standing", "tally")
        ]

    before = kept()
    assert rebuild(session, noon(TODAY)).problems == []
    assert kept() == before
