"""Backups: whole, readable by either engine, and refused when anything is wrong with them."""

import os
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from advocacy.auth.actions import set_password
from advocacy.backups import actions, rules
from advocacy.backups.actions import back_up, keep_newest, opened
from advocacy.backups.archive import reading, writing
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import ties_of
from advocacy.conversations.putting_right import put_right
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, Unavailable
from advocacy.people.models import ProfileVersion
from advocacy.points.models import Entry, Standing
from advocacy.points.totals import STANDINGS
from advocacy.programme.queries import get_programme
from advocacy.questions.actions import answer, ask, decide
from advocacy.recognition.actions import close_months, export_file
from advocacy.recognition.verify import verify
from advocacy.relationships.actions import merge
from advocacy.relationships.days import DAYS
from advocacy.schema import metadata
from tests.builders import (
    add_contacts,
    add_item,
    add_person,
    add_programme,
    add_team,
    log,
    noon,
    share,
)
from tests.databases import Databases

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def fill(database: Database, data: Path) -> None:
    """Write a bit of everything: a closed month, a picture, letters of other scripts."""
    with database.writing() as session:
        add_programme(session, time_zone="Europe/Lisbon")
        ada = add_person(session, name="Ada “Süß” 愛", team=add_team(session, "Vertrieb"))
        bo = add_person(session, "bo@example.com", role="administrator")
        set_password(session, bo.id, "a long phrase", NOW)
        talks = []
        for number, name in enumerate(("Sofia", "محمد", "søren@example.org"), start=1):
            [tie] = add_contacts(session, ada, name)
            for week in range(number + 1):
                day = date(2026, 1, 5 + 7 * week)
                talks.append(log(session, ada, tie, day, reported=week % 2 == 0))
        share(session, ada, add_item(session), date(2026, 1, 6))
        version = ProfileVersion(person_id=ada.id, headline="Hello", proposed_at=NOW)
        version.photo, version.has_photo = b"\xff\xd8\x00picture", True
        session.add(version)
        month = noon(date(2026, 2, 9))
        close_months(session, "2026-01", closed_by=bo.id, now=month, data=data)
        question = ask(session, ada.id, talks[-1].id, "Why?", asked_by=bo.id, now=month).id
        answer(session, question, "Süß, 愛", person_id=ada.id, now=month)
        decide(session, question, "set aside", "So.", decided_by=bo.id, now=month)
        said = Said(talks[0].day, "called", "advocate", [True])
        put_right(session, ada.id, talks[0].id, said, "愛", corrected_by=bo.id, now=month)
        first, last, _ = sorted(ties_of(session, ada.id))
        merge(session, ada.id, last, first, month)  # it refers to a row that comes after it


def restore(database: Database, path: Path) -> None:
    with opened(path) as backup:
        actions.restore(database, backup)


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every table's rows; of counts, of which a key may have many, what they add up to."""
    found = {}
    counts = {one.table.__tablename__: one for one in (DAYS, STANDINGS)}
    with database.reading() as session:
        for table in metadata.sorted_tables:
            ordered: Any = select(table).order_by(*table.primary_key.columns)
            if table.name in counts:
                ordered = counts[table.name].kept().order_by(*counts[table.name].key)
            found[table.name] = [tuple(row) for row in session.execute(ordered)]
    return found


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_backup_comes_back_on_either_engine(
    fresh_database: Database,
    databases_on: Callable[[str], Databases],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    to: str,
) -> None:
    fill(fresh_database, tmp_path)
    path = tmp_path / "all.zip"
    back_up(fresh_database, path, NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    makers = databases_on(request.config.getoption("--database") or to)
    url = makers.empty()
    other = Database(url)
    restore(other, path)
    assert rows_of(other) == rows_of(fresh_database)
    with other.writing() as session:
        assert verify(session).problems == []
        kept = export_file(session, "2026-01", "csv", tmp_path)
        assert export_file(session, "2026-01", "csv", tmp_path / "elsewhere") == kept
        cleo = add_person(session, "cleo@example.com")  # numbering goes on
        [tie] = add_contacts(session, cleo, "Kwame")
        log(session, cleo, tie, date(2026, 2, 10))
    with other.reading() as session:
        assert verify(session).problems == []
    other.engine.dispose()
    makers.remove(url)


def test_what_was_acknowledged_before_it_is_in_it_while_people_write(
    fresh_database: Database, databases: Databases, tmp_path: Path
) -> None:
    fill(fresh_database, tmp_path)
    done, stop = [0], threading.Event()

    def write() -> None:
        while not stop.is_set():
            with fresh_database.writing() as session:
                ada = add_person(session, f"p{done[0]}@example.com")
                [tie] = add_contacts(session, ada, "Sofia")
                log(session, ada, tie, date(2026, 2, 10))
            done[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    while done[0] < 3:
        stop.wait(0.01)
    before = []
    for number in range(3):
        before.append(done[0])
        back_up(fresh_database, tmp_path / f"{number}.zip", NOW)
    stop.set()
    writer.join()
    for number, count in enumerate(before):
        url = databases.empty()
        other = Database(url)
        restore(other, tmp_path / f"{number}.zip")
        with other.reading() as session:
            assert verify(session).problems == []
            assert (session.scalar(select(func.count()).select_from(Contact)) or 0) >= count + 2
        other.engine.dispose()
        databases.remove(url)


def altered(path: Path, name: str, change: Callable[[bytes], bytes | None]) -> None:
    """Write an archive anew with one part changed, or left out."""
    with zipfile.ZipFile(path) as old:
        parts = {one: old.read(one) for one in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for one, content in parts.items():
            kept = change(content) if one == name else content
            if kept is not None:
                new.writestr(one, kept)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("manifest.json", "{}")


def one_more_point(path: Path) -> None:
    altered(path, "tables/entry.jsonl", lambda content: content.replace(b"4", b"5", 1))


def a_part_less(path: Path) -> None:
    altered(path, "tables/share.jsonl", lambda _content: None)


def another_manifest(path: Path) -> None:
    altered(path, rules.MANIFEST, lambda content: content.replace(b"2026", b"2025", 1))


def gone(path: Path) -> None:
    path.unlink()


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def a_flipped_bit(path: Path) -> None:
    flipped(path, path.stat().st_size // 3)


def a_flipped_bit_that_nobody_reads(path: Path) -> None:
    flipped(path, 10)  # when the first part was written


def a_flipped_bit_that_says_it_is_encrypted(path: Path) -> None:
    flipped(path, path.read_bytes().rindex(b"PK\1\2") + 8)


def without_its_seal(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b""


HARMS = (
    cut,
    emptied,
    foreign,
    one_more_point,
    a_part_less,
    another_manifest,
    gone,
    a_flipped_bit,
    a_flipped_bit_that_nobody_reads,
    a_flipped_bit_that_says_it_is_encrypted,
    without_its_seal,
)


@pytest.fixture
def backup(fresh_database: Database, tmp_path: Path) -> bytes:
    """Give a whole backup of a bit of everything."""
    fill(fresh_database, tmp_path)
    path = tmp_path / "whole.zip"
    back_up(fresh_database, path, NOW)
    return path.read_bytes()


@pytest.fixture
def place(databases: Databases) -> Iterator[Database]:
    """Give an empty place to restore a backup into."""
    url = databases.empty()
    other = Database(url)
    yield other
    other.engine.dispose()
    databases.remove(url)


def is_empty(place: Database) -> bool:
    with place.reading() as session:
        return inspect(session.connection()).get_table_names() == []


def test_what_is_no_whole_backup_touches_nothing(
    backup: bytes, place: Database, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    path = tmp_path / "all.zip"
    for harm in HARMS:
        with subtests.test(harm.__name__):
            path.write_bytes(backup)
            harm(path)
            with pytest.raises((Invalid, Unavailable)) as refused:
                restore(place, path)
            assert "\n" not in refused.value.message
            assert is_empty(place)
    path.write_bytes(backup)
    restore(place, path)
    assert not is_empty(place)


def forged(
    path: Path, change: Callable[[dict[str, Any]], Any], taken_at: str = "", *, more: int = 0
) -> None:
    """Write an archive anew, with everybody's row changed and every mark as it should be.

    :param more: how many more people it says that it has.
    """
    with reading(path) as old:
        manifest = old.manifest
        tables = {name: list(old.rows(name)) for name in manifest.tables}
    columns = {name: list(part.columns) for name, part in manifest.tables.items()}
    tables["person"] = [
        list(change(dict(zip(columns["person"], row, strict=True))).values())
        for row in tables["person"]
    ]
    with writing(path) as new:
        for name, rows in tables.items():
            new.add(name, columns[name], rows)
        known = new._parts["person"]
        new._parts["person"] = replace(known, rows=known.rows + more)
        new.finish(manifest.revision, taken_at or manifest.taken_at)


ROWS: tuple[Callable[[dict[str, Any]], Any], ...] = (
    lambda person: {**person, "id": 10**30},
    lambda person: {**person, "joined": 7},
    lambda person: {**person, "joined": "soon"},
    lambda person: {**person, "name": {"first": "Ada"}},
    lambda person: {**person, "name": None},
    lambda _person: {"id": 1},
)


def test_a_row_that_cannot_be_is_refused_in_one_line_and_nothing_is_left(
    backup: bytes, place: Database, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    path = tmp_path / "all.zip"
    for number, change in enumerate(ROWS):
        with subtests.test(number=number):
            path.write_bytes(backup)
            forged(path, change)
            with pytest.raises(Invalid, match="person has a row that cannot be"):
                restore(place, path)
            assert is_empty(place)


@pytest.mark.parametrize(
    ("says", "refused"),
    [
        ({"more": 9_999}, "the table person was altered"),
        ({"taken_at": "\x1b]0;owned\x07"}, "no backup"),
    ],
)
def test_what_an_archive_says_of_itself_is_not_taken_on_trust(
    backup: bytes, tmp_path: Path, says: dict[str, Any], refused: str
) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(backup)
    forged(path, dict, **says)
    with pytest.raises(Invalid, match=refused), reading(path):
        raise AssertionError("it was taken for one")


@pytest.mark.parametrize("part", [rules.MANIFEST, rules.SEAL])
def test_what_unpacks_to_more_than_it_can_say_is_not_read(tmp_path: Path, part: str) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in (rules.MANIFEST, rules.SEAL):
            file.writestr(name, b" " * (50_000_000 if name == part else 64))
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="no backup"), reading(path):
            raise AssertionError("it was taken for one")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_newer_backup_and_a_place_that_is_not_empty(
    fresh_database: Database,
    backup: bytes,
    place: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(backup)
    before = rows_of(fresh_database)
    with pytest.raises(Conflict, match="not empty"):
        restore(fresh_database, path)
    assert rows_of(fresh_database) == before
    monkeypatch.setattr("advocacy.backups.actions.current", lambda _connection: "9999")
    back_up(fresh_database, path, NOW)
    monkeypatch.undo()
    with pytest.raises(Invalid, match="newer"):
        restore(place, path)


def test_a_place_that_refuses_leaves_nothing_behind(
    fresh_database: Database, tmp_path: Path
) -> None:
    fill(fresh_database, tmp_path)
    with pytest.raises(DomainError, match="cannot be written"):
        back_up(fresh_database, tmp_path / "nowhere" / "all.zip", NOW)
    full = Path("/dev/full")
    if full.exists():
        with pytest.raises(DomainError):
            back_up(fresh_database, full / "all.zip", NOW)
    assert not list(tmp_path.glob(".all.zip*"))


def test_the_newest_are_kept(tmp_path: Path) -> None:
    names = [f"advocacy-2026030{day}-033000.zip" for day in range(1, 6)]
    cut_off, at_work = f".{names[0]}-0a1b2c3d", f".{names[4]}-0a1b2c3d"
    own = ["mine.zip", "advocacy-before-the-upgrade.zip"]
    for name in [*names, *own, cut_off, at_work]:
        (tmp_path / name).touch()
    os.utime(tmp_path / cut_off, (0, 0))
    newest = tmp_path / names[4]
    assert [path.name for path in keep_newest(tmp_path, 2, taken=newest)] == names[2::-1]
    assert {path.name for path in tmp_path.iterdir()} == {*names[3:], *own, at_work}


def test_what_a_clock_that_was_ahead_has_dated_goes_first(tmp_path: Path) -> None:
    names = [f"advocacy-2026{month}01-033000.zip" for month in ("02", "03", "04", "05")]
    for name in names:
        (tmp_path / name).touch()
    taken = tmp_path / names[1]
    assert [path.name for path in keep_newest(tmp_path, 2, taken=taken)] == names[:1:-1]
    assert {path.name for path in tmp_path.iterdir()} == set(names[:2])


def test_points_are_the_same_to_the_letter(
    fresh_database: Database, backup: bytes, place: Database, tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(backup)
    restore(place, path)
    with fresh_database.reading() as ours, place.reading() as theirs:
        for points in (
            select(Entry.points).order_by(Entry.id),
            select(Standing.points).order_by(Standing.person_id, Standing.period),
        ):
            assert list(ours.scalars(points)) == list(theirs.scalars(points))
        assert get_programme(theirs).closed_through == "2026-01"
