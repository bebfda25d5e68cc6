"""Importing conversations: real ones to the known points, and every way to say it again."""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from advocacy.audit.models import Event
from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations.actions import correct, hold
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.imports import actions
from advocacy.imports.rules import ImportKind
from advocacy.people.models import Person
from advocacy.people.queries import get_person_by_email
from advocacy.points.actions import open_ties
from advocacy.points.models import Entry
from advocacy.programme.actions import start
from advocacy.programme.queries import get_programme
from advocacy.questions.actions import decide, restore
from advocacy.recognition.verify import verify
from advocacy.relationships.actions import merge
from tests.builders import add_person, noon, put_question
from tests.databases import Databases
from tests.imports.conftest import Import
from tests.imports.files import (
    HEADER,
    STUDY,
    Listener,
    counts,
    reasons,
    record_of,
    rejected,
)

KNOWN_POINTS = {"week": 584, "beginning": 96, "lasting": 8}
KNOWN_ROWS = 345
HELLO = "mia@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH_ROWS", 40)


def points_by_rule(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(select(Entry.rule, func.sum(Entry.points)).group_by(Entry.rule))
        return {rule: int(points) for rule, points in rows}


def assert_sound(database: Database) -> None:
    with database.reading() as session:
        assert verify(session).problems == []


def test_real_conversations_are_worth_what_is_known(bring_in: Import, programme: Database) -> None:
    assert counts(bring_in("people", STUDY / "people.csv")) == (4, 0, 0, 0)
    listener = Listener()
    result = bring_in("conversations", STUDY / "conversations.csv", listener=listener)
    assert counts(result) == (KNOWN_ROWS, 0, 0, 0)
    assert result.rejected_file is None
    assert points_by_rule(programme) == KNOWN_POINTS
    assert_sound(programme)
    assert listener.parts["Writing"] == (KNOWN_ROWS, KNOWN_ROWS)
    size = (STUDY / "conversations.csv").stat().st_size
    assert listener.parts["Reading"] == (size, size)


def test_twice_adds_nothing(bring_in: Import, programme: Database) -> None:
    bring_in("people", STUDY / "people.csv")
    bring_in("conversations", STUDY / "conversations.csv")
    before = record_of(programme)
    assert counts(bring_in("people", STUDY / "people.csv")) == (0, 0, 4, 0)
    again = bring_in("conversations", STUDY / "conversations.csv")
    assert counts(again) == (0, 0, KNOWN_ROWS, 0)
    assert record_of(programme) == before
    with programme.reading() as session:
        details = session.scalars(
            select(Event.detail).where(Event.action == "imported").order_by(Event.id)
        ).all()
    assert details[-1] == "conversations: 0 added, 0 changed, 345 unchanged, 0 rejected"


def test_the_order_of_rows_makes_no_difference(
    bring_in: Import, programme: Database, databases: Databases, tmp_path: Path
) -> None:
    bring_in("people", STUDY / "people.csv")
    bring_in("conversations", STUDY / "conversations.csv")
    header, *rows = (STUDY / "conversations.csv").read_text(encoding="utf-8").splitlines()
    random.Random(7).shuffle(rows)
    columns = header.split(",")
    order = random.Random(8).sample(range(len(columns)), len(columns))
    shuffled = [";".join(row.split(",")[at] for at in order) for row in [header, *rows]]
    path = tmp_path / "shuffled.csv"
    path.write_text("\ufeff" + "\r\n".join(shuffled) + "\r\n", encoding="utf-8", newline="")
    url = databases.migrated()
    other = Database(url)
    try:
        with other.writing() as session:
            start(session, time_zone="UTC", now=now())
        for kind, file in (("people", STUDY / "people.csv"), ("conversations", path)):
            result = actions.import_file(
                other, ImportKind(kind), file, now=now(), watcher=Listener()
            )
            assert result.rejected == 0
        assert record_of(other) == record_of(programme)
    finally:
        other.engine.dispose()
        databases.remove(url)


@pytest.fixture
def quiet_record(bring_in: Import, programme: Database, databases: Databases) -> Iterator[Database]:
    """Give a second programme with the people of the study and no conversation yet."""
    bring_in("people", STUDY / "people.csv")
    bring_in("conversations", STUDY / "conversations.csv")
    url = databases.migrated()
    other = Database(url)
    with other.writing() as session:
        start(session, time_zone="UTC", now=now())
    people = ImportKind.PEOPLE
    actions.import_file(other, people, STUDY / "people.csv", now=now(), watcher=Listener())
    yield other
    other.engine.dispose()
    databases.remove(url)


def test_killed_at_any_moment_a_second_run_completes_it(
    quiet_record: Database, programme: Database
) -> None:
    url = quiet_record.url.render_as_string(hide_password=False)
    file = STUDY / "conversations.csv"
    had = []
    for statements in (10, 33, 60, 85, 140):
        killed = subprocess.run(
            [sys.executable, "-m", "tests.imports.killed_import", url, str(file), str(statements)],
            check=False,
            capture_output=True,
            cwd=STUDY.parents[2],
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        with quiet_record.reading() as session:
            had.append(session.scalar(select(func.count()).select_from(Conversation)) or 0)
        assert_sound(quiet_record)
    assert had == sorted(had)
    assert 0 < had[-1] < KNOWN_ROWS
    kind = ImportKind.CONVERSATIONS
    result = actions.import_file(quiet_record, kind, file, now=now(), watcher=Listener())
    assert counts(result) == (KNOWN_ROWS - had[-1], 0, had[-1], 0)
    assert record_of(quiet_record) == record_of(programme)
    assert_sound(quiet_record)


def test_a_dry_run_judges_everything_and_writes_nothing(
    with_people: Import, programme: Database
) -> None:
    before = record_of(programme)
    rows = HEADER + HELLO + "true,,,1\n" + HELLO + "perhaps,,,2\n"
    result = with_people("conversations", rows, dry_run=True)
    assert counts(result) == (1, 0, 0, 1)
    assert "answered is unknown" in reasons(result)[3]
    assert record_of(programme) == before
    assert counts(with_people("conversations", rows)) == (1, 0, 0, 1)
    assert record_of(programme) != before


def answers(database: Database) -> list[tuple[str | None, bool]]:
    with database.reading() as session:
        rows = session.execute(
            select(Conversation.external_id, Participant.answered)
            .join(Participant)
            .order_by(Conversation.external_id)
        )
        return [(external_id, answered) for external_id, answered in rows]


@pytest.mark.parametrize("external_id", ["", "w1"])
def test_an_answer_that_came_is_a_change(
    with_people: Import, programme: Database, external_id: str
) -> None:
    with_people("conversations", HEADER + HELLO + f"false,,,{external_id}\n")
    assert points_by_rule(programme) == {}
    result = with_people("conversations", HEADER + HELLO + f"true,,,{external_id}\n")
    assert counts(result) == (0, 1, 0, 0)
    assert answers(programme) == [(external_id or None, True)]
    assert points_by_rule(programme) == {"week": 4}
    assert counts(with_people("conversations", HEADER + HELLO + f"true,,,{external_id}\n")) == (
        0,
        0,
        1,
        0,
    )
    assert_sound(programme)


def test_what_is_set_aside_stays_so_whatever_is_brought_again(
    with_people: Import, programme: Database
) -> None:
    with_people("conversations", HEADER + HELLO + "false,,,w1\n")
    with programme.writing() as session:
        talk, other = session.scalars(select(Conversation)).one(), add_person(session, "mona@x.org")
        question = put_question(session, talk.id, other)
        decide(session, question, "set aside", "So.", decided_by=other.id, now=now())
    assert counts(with_people("conversations", HEADER + HELLO + "false,,,w1\n")) == (0, 0, 1, 0)
    assert counts(with_people("conversations", HEADER + HELLO + "true,,,w1\n")) == (0, 1, 0, 0)
    assert points_by_rule(programme) == {}
    assert_sound(programme)
    with programme.writing() as session:
        restore(session, question, "So.", restored_by=other.id, now=now())
    assert points_by_rule(programme) == {"week": 4}
    assert_sound(programme)


def test_an_answer_keeps_the_day_whoever_began(with_people: Import, programme: Database) -> None:
    row = HELLO.replace("advocate", "contact")
    with_people("conversations", HEADER + row + "false,,,w1\n")
    with_people("conversations", HEADER + row + "true,,,w1\n")
    with programme.reading() as session:
        assert [f"{day}" for day in session.scalars(select(Entry.day))] == ["2026-03-02"]


def test_an_answer_does_not_go_away(with_people: Import, programme: Database) -> None:
    with_people("conversations", HEADER + HELLO + "true,,,w1\n" + HELLO + "true,,,\n")
    result = with_people("conversations", HEADER + HELLO + "false,,,w1\n" + HELLO + "false,,,\n")
    # Without an id, content is all but the answer: it is the same row.
    assert counts(result) == (0, 0, 1, 1)
    assert reasons(result) == {2: "external_id w1 is here already, with another answered"}
    assert answers(programme) in ([("w1", True), (None, True)], [(None, True), ("w1", True)])


@pytest.mark.parametrize("external_id", ["", "w1"])
def test_both_states_in_one_file_end_answered(
    with_people: Import, programme: Database, external_id: str
) -> None:
    rows = HEADER + HELLO + f"false,,,{external_id}\n" + HELLO + f"true,,,{external_id}\n"
    assert counts(with_people("conversations", rows)) == (1, 1, 0, 0)
    assert answers(programme) == [(external_id or None, True)]
    assert counts(with_people("conversations", rows)) == (0, 0, 2, 0)


def test_what_was_corrected_here_since_stays(with_people: Import, programme: Database) -> None:
    rows = HEADER + HELLO + "true,,hello,w1\n"
    with_people("conversations", rows)
    with programme.writing() as session:
        session.execute(update(Conversation).values(kind="called", note="rang"))
    assert counts(with_people("conversations", rows)) == (0, 0, 1, 0)


def put_right(database: Database, answered: dict[str, bool]) -> None:
    """Correct the only conversation, three days later: with whom, and who answered."""
    with database.writing() as session:
        (row,) = session.scalars(select(Conversation))
        hold(session, row.person_id)
        contacts = find_or_add(session, row.person_id, list(answered), now())
        said = Said(row.day, row.kind, row.began, list(answered.values()))
        correct(session, row, said, contacts, noon(row.day + timedelta(days=3)))


@pytest.mark.parametrize("external_id", ["", "w1"])
@pytest.mark.parametrize("first", ["false", "true"])
def test_an_answer_corrected_here_since_stays_away(
    with_people: Import, programme: Database, first: str, external_id: str
) -> None:
    with_people("conversations", HEADER + HELLO + f"{first},,,{external_id}\n")
    rows = HEADER + HELLO + f"true,,,{external_id}\n"
    with_people("conversations", rows)
    put_right(programme, {"Ada": False})
    assert counts(with_people("conversations", rows)) == (0, 0, 1, 0)
    assert answers(programme) == [(external_id or None, False)]
    assert sum(points_by_rule(programme).values()) == 0
    assert_sound(programme)


def test_an_answer_known_here_already_is_no_change(
    with_people: Import, programme: Database
) -> None:
    with_people("conversations", HEADER + HELLO + "false,,,w1\n")
    put_right(programme, {"Ada": True})
    for _ in range(2):
        assert counts(with_people("conversations", HEADER + HELLO + "true,,,w1\n")) == (0, 0, 1, 0)
        put_right(programme, {"Ada": False})
    assert answers(programme) == [("w1", False)]


@pytest.mark.parametrize("external_id", ["", "w1"])
def test_an_answer_is_of_whom_the_row_names(
    with_people: Import, programme: Database, external_id: str
) -> None:
    with_people("conversations", HEADER + HELLO + f"false,,,{external_id}\n")
    put_right(programme, {"Eve": False, "Ada": False})
    result = with_people("conversations", HEADER + HELLO + f"true,,,{external_id}\n")
    assert counts(result) == (0, 1, 0, 0)
    with programme.reading() as session:
        rows = session.execute(select(Contact.name, Participant.answered).join(Participant))
        assert {name: answered for name, answered in rows} == {"Ada": True, "Eve": False}
    assert points_by_rule(programme) == {"week": 4}
    assert_sound(programme)


@pytest.mark.parametrize("external_id", ["", "w1"])
def test_an_answer_of_whom_is_no_longer_part_changes_nothing(
    with_people: Import, programme: Database, external_id: str
) -> None:
    with_people("conversations", HEADER + HELLO + f"false,,,{external_id}\n")
    put_right(programme, {"Eve": False})
    result = with_people("conversations", HEADER + HELLO + f"true,,,{external_id}\n")
    assert counts(result) == (0, 0, 1, 0)
    assert answers(programme) == [(external_id or None, False)]


def test_rows_without_an_id_are_named_by_their_content(
    with_people: Import, programme: Database
) -> None:
    rows = [
        "mia@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,true,,",
        " MIA@example.com , ada ,2026-03-02T09:00:00Z,Wrote,Advocate,TRUE,,",
        "mia@example.com,Ada,2026-03-02T10:00:01+01:00,wrote,advocate,true,,",
        "mia@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,true,,a note",
        "ben@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,true,,",
    ]
    header = HEADER.replace(",external_id", "")
    result = with_people("conversations", header + "\n".join(rows) + "\n")
    assert counts(result) == (4, 0, 1, 0)
    with programme.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2
    assert counts(with_people("conversations", header + "\n".join(rows[::-1]))) == (0, 0, 5, 0)


def test_the_same_content_under_two_ids_is_two_conversations(with_people: Import) -> None:
    rows = HEADER + HELLO + "true,,,1\n" + HELLO + "true,,,2\n" + HELLO + "true,,,\n"
    assert counts(with_people("conversations", rows)) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ("ben@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,true,x,y,1", "advocate"),
        ("mia@example.com,Eve,2026-03-02T10:00:00+01:00,wrote,advocate,true,x,y,1", "contact"),
        ("mia@example.com,Ada,2026-03-02T10:00:00Z,wrote,advocate,true,x,y,1", "occurred_at"),
        ("mia@example.com,Ada,2026-03-02T10:00:00+01:00,called,contact,true,x,y,1", "kind, began"),
        ("mia@example.com,Ada,2026-03-02T10:00:00+01:00,wrote,advocate,true,z,,1", "channel, note"),
    ],
)
def test_the_same_id_with_other_content_is_rejected(
    with_people: Import, programme: Database, changed: str, differs: str
) -> None:
    first = HELLO + "true,x,y,1\n"
    with_people("conversations", HEADER + first)
    before = record_of(programme)
    later = with_people("conversations", HEADER + changed + "\n")
    assert reasons(later) == {2: f"external_id 1 is here already, with another {differs}"}
    assert record_of(programme) == before
    one_file = with_people("conversations", HEADER + first + changed + "\n")
    assert counts(one_file) == (0, 0, 1, 1)
    reason = reasons(one_file)[3]
    assert reason.startswith("the same external_id as line 2, with another")
    assert all(column in reason for column in differs.split(", "))


def test_a_good_row_has_its_turn_after_bad_ones_of_its_id(
    with_people: Import, programme: Database
) -> None:
    rows = [
        HELLO.replace("mia@", "nobody@") + "true,,,1",
        HELLO.replace("mia@", "nobody@") + "true,,,1",
        HELLO.replace("mia@", "no-one@") + "true,,,1",
        HELLO + "false,,,1",
        HELLO + "true,,,1",
        HELLO.replace("wrote", "called") + "true,,,1",
        HELLO.replace("mia@", "nobody@") + "true,,,2",
        HELLO + "true,,,3",
    ]
    told = {
        2: "advocate nobody@example.com is nobody here",
        3: "advocate nobody@example.com is nobody here",
        4: "advocate no-one@example.com is nobody here",
        7: "the same external_id as line 5, with another kind",
        8: "advocate nobody@example.com is nobody here",
    }
    text = HEADER + "\n".join(rows)
    listener = Listener()
    dry = with_people("conversations", text, dry_run=True)
    result = with_people("conversations", text, listener=listener)
    assert counts(dry) == counts(result) == (2, 1, 0, 5)
    assert reasons(result) == told
    total, done = listener.parts["Writing"]
    assert total == done
    assert answers(programme) == [("1", True), ("3", True)]
    again = with_people("conversations", text)
    assert counts(again) == (0, 0, 3, 5)
    assert_sound(programme)


def test_what_is_here_is_unchanged_also_after_a_row_that_differs(
    with_people: Import, programme: Database
) -> None:
    with_people("conversations", HEADER + HELLO + "true,,,1\n")
    rows = [
        HELLO.replace("wrote", "called") + "true,,,1",
        HELLO + "true,,,1",
        HELLO.replace("wrote", "commented") + "true,,,1",
    ]
    result = with_people("conversations", HEADER + "\n".join(rows))
    assert counts(result) == (0, 0, 1, 2)
    assert reasons(result) == {
        2: "external_id 1 is here already, with another kind",
        4: "the same external_id as line 3, with another kind",
    }
    assert answers(programme) == [("1", True)]


def test_many_rows_of_one_id_have_their_turns(with_people: Import, programme: Database) -> None:
    nobody = [HELLO.replace("mia@", f"nobody{n}@") + f"true,,,{n % 3}" for n in range(300)]
    result = with_people("conversations", HEADER + "\n".join([*nobody, HELLO + "true,,,0"]))
    assert counts(result) == (1, 0, 0, 300)
    assert answers(programme) == [("0", True)]


def test_a_name_that_fits_several_is_rejected(with_people: Import, programme: Database) -> None:
    with programme.writing() as session:
        mia = get_person_by_email(session, "mia@example.com").id
        for number in open_ties(session, mia, 2):
            session.add(
                Contact(id=number, person_id=mia, name="Ada", name_key="ada", created_at=now())
            )
    rows = [
        HELLO + "true,,,1",
        HELLO + "true,,,1",
        HELLO.replace("Ada", "ada@example.org") + "true,,,2",
        HELLO.replace("mia@", "ben@") + "true,,,3",
    ]
    result = with_people("conversations", HEADER + "\n".join(rows))
    assert counts(result) == (2, 0, 0, 2)
    reason = "contact “Ada” fits 2 people whom mia@example.com knows; give the e-mail address"
    assert reasons(result) == {2: reason, 3: reason}


def test_a_colleague_is_remembered_only(with_people: Import, programme: Database) -> None:
    row = HELLO.replace("Ada", "BEN@example.com") + "true,,,1\n"
    assert counts(with_people("conversations", HEADER + row)) == (1, 0, 0, 0)
    assert points_by_rule(programme) == {}
    assert_sound(programme)


def test_days_are_those_of_the_programme(with_people: Import, programme: Database) -> None:
    with programme.writing() as session:
        get_programme(session).time_zone = "Europe/Berlin"
    row = HELLO.replace("2026-03-02T10:00:00+01:00", "2026-03-01T23:30:00Z") + "true,,,1\n"
    with_people("conversations", HEADER + row)
    with programme.reading() as session:
        assert [f"{day}" for day in session.scalars(select(Conversation.day))] == ["2026-03-02"]


def test_what_cannot_be_so_is_rejected_and_the_rest_goes_in(
    with_people: Import, programme: Database
) -> None:
    when = "2026-03-02T10:00:00+01:00"
    cases = {
        f"nobody@example.com,Ada,{when},wrote,advocate,true,,,": "nobody here",
        f"mia,Ada,{when},wrote,advocate,true,,,": "advocate is not an e-mail address",
        f",Ada,{when},wrote,advocate,true,,,": "advocate is empty",
        f"mia@example.com,,{when},wrote,advocate,true,,,": "contact is empty",
        f"mia@example.com,{'x' * 300},{when},wrote,advocate,true,,,": "contact cannot be so",
        f"mia@example.com,A\x07da,{when},wrote,advocate,true,,,": "contact cannot be so",
        "mia@example.com,Ada,2999-01-01T10:00:00Z,wrote,advocate,true,,,": "after today",
        "mia@example.com,Ada,2026-02-30T10:00:00Z,wrote,advocate,true,,,": "is not a time",
        "mia@example.com,Ada,2026-03-02T10:00:00,wrote,advocate,true,,,": "no offset",
        "mia@example.com,Ada,2026-03-02,wrote,advocate,true,,,": "no offset",
        "mia@example.com,Ada,0001-01-01T00:00:00+14:00,wrote,advocate,true,,,": "is not a time",
        "mia@example.com,Ada,0204-01-01T00:00:00Z,wrote,advocate,true,,,": "before 1900",
        "mia@example.com,Ada,,wrote,advocate,true,,,": "is not a time",
        f"mia@example.com,Ada,{when},sang,advocate,true,,,": "kind is unknown: “sang”",
        f"mia@example.com,Ada,{when},wrote,nobody,true,,,": "began is unknown",
        f"mia@example.com,Ada,{when},wrote,advocate,yes,,,": "answered is unknown",
        f"mia@example.com,Ada,{when},met,advocate,false,,,": "met",
        f"mia@example.com,Ada,{when},introduced,contact,true,,,": "introduction",
        f"mia@example.com,Ada,{when},wrote,advocate,true,{'c' * 41},,": "channel has 41 letters",
        f"mia@example.com,Ada,{when},wrote,advocate,true,,{'n' * 2001},": "note has 2001",
        f"mia@example.com,Ada,{when},wrote,advocate,true,,,{'e' * 201}": "external_id has 201",
    }
    text = HEADER + "\n".join([HELLO + "true,,,good", *cases, HELLO + "true,,,fine"]) + "\n"
    result = with_people("conversations", text)
    assert counts(result) == (2, 0, 0, len(cases))
    told = rejected(result)
    assert [int(line) for line, *_ in told] == list(range(3, 3 + len(cases)))
    for (_, reason, *cells), (row, expected) in zip(told, cases.items(), strict=True):
        assert expected in reason, row
        assert ",".join(cells) == row
    with programme.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 2


def test_one_of_two_introduced_people_is_a_row(with_people: Import, programme: Database) -> None:
    row = HELLO.replace("wrote", "introduced") + "true,,,1\n"
    assert counts(with_people("conversations", HEADER + row)) == (1, 0, 0, 0)
    assert points_by_rule(programme) == {"week": 6}


def test_a_tie_longer_than_a_batch_is_written_in_parts(
    with_people: Import, programme: Database
) -> None:
    rows = [
        HELLO.replace("2026-03-02", f"2026-0{1 + n // 28}-{1 + n % 28:02d}") + f"true,,,{n}"
        for n in range(110)
    ]
    assert counts(with_people("conversations", HEADER + "\n".join(rows))) == (110, 0, 0, 0)
    assert_sound(programme)
    with programme.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        rules = Counter(session.scalars(select(Entry.rule).where(Entry.points > 0)))
    assert rules["beginning"] == rules["lasting"] == 1


def test_nobody_elses_contacts_are_touched(with_people: Import, programme: Database) -> None:
    rows = [HELLO.replace("mia@", who) + "true,,," + who for who in ("mia@", "ben@")]
    with_people("conversations", HEADER + "\n".join(rows))
    with programme.reading() as session:
        owners = session.scalars(
            select(Person.email)
            .join(Contact, Contact.person_id == Person.id)
            .order_by(Person.email)
        )
        assert list(owners) == ["ben@example.com", "mia@example.com"]


def test_an_import_that_comes_again_brings_nobody_back(
    programme: Database, with_people: Import
) -> None:
    rows = f"{HEADER}{HELLO}true,mail,a note,\n{HELLO}true,mail,a note,x1\n"
    with_people("conversations", rows)
    with programme.writing() as session:
        hold(session, session.scalars(select(Contact.person_id)).one())
        erase_contact(session, session.scalars(select(Contact)).one(), now())
    assert counts(with_people("conversations", rows)) == (0, 0, 2, 0)
    with programme.reading() as session:
        assert session.scalars(select(Contact)).all() == []
        assert set(session.scalars(select(Conversation.note))) == {""}
        assert session.scalar(select(func.sum(Entry.points))) == 4
    assert_sound(programme)


def test_an_import_that_comes_again_brings_nobody_anew_who_was_merged(
    programme: Database, with_people: Import
) -> None:
    known = HELLO.replace("Ada", "ada@elsewhere.example")
    rows = f"{HEADER}{HELLO}true,,,\n{known}true,,,x1\n"
    with_people("conversations", rows)
    with programme.writing() as session:
        ada, again = session.scalars(select(Contact).order_by(Contact.id)).all()
        describe(session, ada, name="Ada", email="a@own.example", shared=False)
        merge(session, ada.person_id, ada.id, again.id, now())
        count = session.scalar(select(func.count(Entry.id)))
    assert counts(with_people("conversations", rows)) == (0, 0, 2, 0)
    other = rows.replace("wrote", "called")
    result = with_people("conversations", other)
    assert reasons(result) == {3: "external_id x1 is here already, with another kind"}
    with programme.reading() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
        assert count == 3  # each earned the week; one is taken off again
    later = known.replace("03-02", "03-03")
    assert counts(with_people("conversations", f"{HEADER}{later}true,,,\n"))[0] == 1
    with programme.reading() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
    assert_sound(programme)
