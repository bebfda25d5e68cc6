"""The command: what it prints, on which stream, and how it ends."""

import csv
import io
import json
import os
import pty
import re
import socket
import subprocess
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from advocacy.audit.models import Event
from advocacy.audit.rules import Action
from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.migrate import newest
from advocacy.core.time import now
from advocacy.people.queries import get_person_by_email
from advocacy.points.models import Entry
from advocacy.recognition.rules import words_for_movement
from advocacy.recognition.verify import verify
from advocacy.relationships import explained
from tests.command import Command
from tests.databases import Databases
from tests.imports.files import HEADER, STUDY
from tests.servers import COMMAND, LiveServer


@pytest.fixture
def empty_url(databases: Databases) -> Any:
    url = databases.empty()
    yield url
    databases.remove(url)


@pytest.fixture
def run(empty_url: str, tmp_path: Path) -> Command:
    """Run the command on an installation that nothing was done to yet."""
    return Command(tmp_path, database_url=empty_url)


@pytest.fixture
def study(run: Command) -> Command:
    """Run the command where the slice of the study was imported."""
    run.json("import", "people", STUDY / "people.csv")
    run.json("import", "conversations", STUDY / "conversations.csv")
    return run


def test_help_reads_well() -> None:
    done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    for command in ("serve", "demo", "jobs", "person", "import", "leaderboard", "month", "ledger"):
        assert f"\n  {command} " in done.stdout
    assert "..." not in done.stdout.split("Commands:")[1]
    assert done.stderr == ""
    bare = subprocess.run([COMMAND], capture_output=True, text=True, check=False)
    assert (bare.returncode, bare.stdout) == (2, "")
    version = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert re.match(r"advocacy, version \d", version.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["leaderboard", "--month", "2026-13"],
        ["leaderboard", "--month", "2026-Q1"],
        ["leaderboard", "--year", "2026-10"],
        ["leaderboard", "--quarter", "2026"],
        ["leaderboard", "--month", "2026-10", "--all"],
        ["leaderboard", "--top", "0"],
        ["leaderboard", "--format", "xml"],
        ["explain", "mia@example.com", "--month", "2026-1"],
        ["month", "close", "2026-13"],
        ["month", "close", "٢٠٢٥-01"],
        ["export", "recognition", "foo"],
        ["explain", "mia@example.com", "--month", "July"],
        ["explain", "mia@example.com", "--month", "2026-Q3"],
        ["month", "close", "2026"],
        ["export", "recognition", "2026-1"],
        ["person", "add", "mia@example.com"],
        ["person", "add", "mia@example.com", "--name", "Mia", "--role", "king"],
        ["import", "birds", "file.csv"],
        ["serve", "--port", "0"],
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    line = Command(tmp_path).refusal(*arguments, code=2)
    assert line.endswith("--help")
    assert not (tmp_path / "data" / "advocacy.sqlite3").exists()


PRINTING = [
    ["--help"],
    ["settings"],
    ["leaderboard", "--format", "json"],
    ["leaderboard", "--format", "csv"],
    ["export", "recognition", "2004-09", "--format", "xlsx"],
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Run the command where a month is closed; what takes its output minds no engine."""
    run = Command(tmp_path_factory.mktemp("closed"))
    run.json("import", "people", STUDY / "people.csv")
    run.json("import", "conversations", STUDY / "conversations.csv")
    run.json("month", "close", "2004-09")
    return run


@pytest.mark.parametrize(
    ("output", "reason"), [("/dev/full", "No space left on device"), ("&-", "it is closed")]
)
def test_an_output_that_takes_nothing_is_one_line(
    closed: Command, output: str, reason: str
) -> None:
    for arguments in PRINTING:
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" "$@" >{output}', COMMAND, *arguments],
            env=closed.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        line = f"Standard output cannot be written: {reason}.\n"
        assert (done.returncode, done.stderr) == (1, line), arguments


def test_who_reads_no_more_hears_no_more(closed: Command) -> None:
    for arguments in PRINTING:
        with subprocess.Popen(
            [COMMAND, *arguments],
            env=closed.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b"", arguments
        assert process.returncode == 1


def test_settings_say_where_they_come_from(tmp_path: Path) -> None:
    secret = "postgresql://mia:hidden-word@db.example.com/advocacy"
    command = Command(tmp_path, database_url=secret, time_zone="Europe/Lisbon")
    rows = {row["name"]: row for row in command.json("settings")}
    assert rows["ADVOCACY_TIME_ZONE"] == {
        "name": "ADVOCACY_TIME_ZONE",
        "value": "Europe/Lisbon",
        "origin": "environment",
    }
    assert rows["ADVOCACY_BASE_URL"]["origin"] == "default"
    shown = command("settings").stdout
    assert "hidden-word" not in shown
    assert "Europe/Lisbon" in shown


def test_the_first_command_makes_the_database(run: Command, empty_url: str) -> None:
    assert run.json("leaderboard", "--all") == {"period": "all", "left_ranking": 0, "rows": []}
    assert run.json("db", "upgrade") == {"before": newest(), "after": newest()}
    assert run("db", "upgrade").stdout == f"The database is at {newest()} already.\n"
    database = Database(empty_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    database.engine.dispose()
    assert run.refusal("leaderboard").endswith("Install that one, or restore a backup.")


def test_an_empty_database_is_upgraded(run: Command) -> None:
    assert run.json("db", "upgrade") == {"before": None, "after": newest()}
    assert run.json("month", "list")[0]["state"] == "open"


def test_people_come_and_go(run: Command, tmp_path: Path, empty_url: str) -> None:
    mia = ("person", "add", "Mia@Example.com", "--name", "Mia", "--team", "North")
    assert "There is no team North." in run.refusal(*mia)
    (tmp_path / "people.csv").write_text("email,name,team\neli@example.com,Eli,North\n")
    run("import", "people", str(tmp_path / "people.csv"))
    added = run.json(*mia)
    assert added["email"] == "mia@example.com"
    assert (added["role"], added["team"], added["active"]) == ("advocate", "North", True)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/welcome/[\w-]{20,}", added["link"])
    bea = run.json("person", "add", "bea@example.com", "--name", "Bea", "--team", "  NORTH ")
    assert bea["team"] == "North"
    nowhere = run.json("person", "add", "eve@example.com", "--name", "Eve", "--team", " ")
    assert nowhere["team"] is None
    link = run.json("person", "link", "mia@example.com")["link"]
    assert link != added["link"]
    boss = ("person", "add", "ada@example.com", "--name", "Ada", "--role", "administrator")
    with_password = run.json(*boss, "--password-stdin", typed="a long enough phrase\n")
    assert with_password["link"] is None
    assert run.json("person", "deactivate", "mia@example.com")["active"] is False
    assert "is deactivated" in run.refusal("person", "link", "mia@example.com")
    assert run.json("person", "activate", "MIA@example.com")["active"] is True
    database = Database(empty_url)
    with database.reading() as session:
        noted = [tuple(row) for row in session.execute(select(Event.action, Event.detail))]
    database.engine.dispose()
    assert noted.count(("person added", "advocate")) == 4  # Eli by the import
    assert ("person added", "administrator") in noted
    assert noted.count(("one-time link made", "")) == 4
    assert noted.count(("password set", "")) == 1

    assert "is here already" in run.refusal("person", "add", "mia@example.com", "--name", "M")
    assert "looks like" in run.refusal("person", "add", "mia", "--name", "M")
    assert "up to 120" in run.refusal("person", "add", "x@example.com", "--name", "x" * 300)
    assert "A name is needed" in run.refusal("person", "add", "x@example.com", "--name", " ")
    assert "only administrator" in run.refusal("person", "deactivate", "ada@example.com")
    assert "Nobody here" in run.refusal("person", "link", "nobody@example.com")
    short = ("person", "add", "x@example.com", "--name", "X", "--password-stdin")
    assert "at least" in run.refusal(*short, typed="no\n")
    assert "Nobody here" in run.refusal("person", "link", "x@example.com")


def test_who_is_spoken_with_while_being_added_counts_no_more(run: Command, empty_url: str) -> None:
    run.json("person", "add", "mia@example.com", "--name", "Mia")
    database = Database(empty_url)
    with database.writing() as session:
        mia = get_person_by_email(session, "mia@example.com").id
        hold(session, mia)
        eve = find_or_add(session, mia, ["eve@example.com"], now())
        said = Said(now().date(), "met", "advocate", [True])
        record(session, [NewConversation(mia, eve, said)], now())
        adding = subprocess.Popen(
            [COMMAND, "person", "add", "eve@example.com", "--name", "Eve"],
            env=run.environ,
            stdout=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            adding.wait(timeout=3)
    assert adding.wait() == 0
    with database.reading() as session:
        assert session.scalar(select(func.sum(Entry.points))) == 0
        assert verify(session).problems == []
    database.engine.dispose()


def test_import_says_what_it_did(run: Command, tmp_path: Path) -> None:
    run.json("import", "people", STUDY / "people.csv")
    path = tmp_path / "talks.csv"
    row = "p095@example.org,c1,2004-08-02T10:00:00Z,wrote,advocate,true"
    path.write_text(
        HEADER.replace("channel", "mood") + f"{row},,,1\n{row},,,2\nbroken\n", encoding="utf-8"
    )
    done = run("import", "conversations", path, "--format", "json")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr == "The column mood is unknown and ignored.\n"
    assert isinstance(result.pop("seconds"), float)
    assert result == {
        "rows": 3,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "rejected": 1,
        "rejected_file": f"{path}.rejected.csv",
    }
    in_words = run("import", "conversations", path, "--dry-run")
    assert in_words.returncode == 0
    assert in_words.stdout.startswith("A dry run: nothing was written.\n3 rows in ")
    assert "2 unchanged, 1 rejected." in in_words.stdout


def test_import_of_what_is_no_file(run: Command, tmp_path: Path) -> None:
    assert "No such file" in run.refusal("import", "people", tmp_path / "none.csv")
    (tmp_path / "empty.csv").touch()
    assert "is empty" in run.refusal("import", "people", tmp_path / "empty.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "lacks the columns email, name" in run.refusal(
        "import", "people", tmp_path / "other.csv"
    )


def test_progress_goes_to_a_terminal_only(run: Command) -> None:
    run.json("import", "people", STUDY / "people.csv")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    done = subprocess.run(
        [COMMAND, "import", "conversations", STUDY / "conversations.csv", "--format", "json"],
        env=run.environ,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    seen = os.read(ours, 65536).decode()
    os.close(theirs)
    os.close(ours)
    assert json.loads(done.stdout)["added"] == 345
    assert "Writing" in seen
    assert "rows/s" in seen


def test_the_leaderboard(study: Command) -> None:
    board = study.json("leaderboard", "--all", "--top", "3")
    assert board["period"] == "all"
    assert board["left_ranking"] == 0
    assert sum(row["points"] for row in study.json("leaderboard", "--all")["rows"]) == 688
    assert [row["rank"] for row in board["rows"]] == [1, 2, 3]
    first = board["rows"][0]
    assert list(first) == [
        "rank",
        "email",
        "name",
        "team",
        "points",
        "movement",
        "begun",
        "alive",
        "conversations",
        "answered",
        "in_person",
        "shares",
    ]
    assert first["movement"] is None
    for period in (["--month", "2004-09"], ["--quarter", "2004-Q3"], ["--year", "2004"]):
        assert study.json("leaderboard", *period)["period"] == period[1]
    of_team = study.json("leaderboard", "--all", "--team", first["team"])["rows"]
    assert {row["team"] for row in of_team} == {first["team"]}
    printed = study("leaderboard", "--all", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert rows[0]["email"] == first["email"]
    assert rows[0]["points"] == str(first["points"])
    assert first["name"] in study("leaderboard", "--all").stdout
    words = study("leaderboard", "--quarter", "2004-Q4", "--team", first["team"]).stdout
    assert words.startswith(f"October to December 2004, team {first['team']}\n")
    assert [words_for_movement(by) for by in (3, -1, 0, None)] == ["+3", "−1", "0", None]
    assert "There is no team" in study.refusal("leaderboard", "--team", "Nowhere")


def test_the_hints_of_a_month(run: Command, tmp_path: Path) -> None:
    run.json("person", "add", "mia@example.com", "--name", "Mia")
    row = "mia@example.com,Guest {0},2026-03-{0:02}T12:00:00Z,called,advocate,true"
    lines = ["advocate,contact,occurred_at,kind,began,answered", *map(row.format, range(1, 11))]
    (tmp_path / "guests.csv").write_text("\n".join(lines))
    run.json("import", "conversations", tmp_path / "guests.csv")
    [hint] = run.json("month", "hints", "2026-03")
    assert hint == {
        "rank": 1,
        "email": "mia@example.com",
        "name": "Mia",
        "hint": "nobody spoken with twice",
        "words": "10 people were spoken with, none of them on two days; all of them seen.",
        "figures": {"people": 10, "seen": 10},
    }
    assert hint["words"] in run("month", "hints", "2026-03").stdout
    assert run("month", "hints", "2026-04").stdout == (
        "Nothing of what is looked for in April 2026.\n"
    )


def test_the_balance_of_a_month(study: Command) -> None:
    found = study.json("balance", "--month", "2004-11")
    assert {"month", "team", "balance", "conversations", "they_began"} == set(found)
    rows = study.json("leaderboard", "--month", "2004-11")["rows"]
    assert found["balance"]["begun"] == sum(row["begun"] for row in rows) > 0
    assert found["balance"]["closing"] == sum(row["alive"] for row in rows)
    assert found["conversations"] == sum(row["conversations"] for row in rows)
    words = study("balance", "--month", "2004-11").stdout
    assert words.startswith("November 2004\nopening")
    share = round(100 * found["they_began"] / found["conversations"])
    assert f"{share} % of {found['conversations']} conversations" in words
    team = rows[0]["team"]
    assert study.json("balance", "--month", "2004-11", "--team", team)["team"] == team
    assert study("balance", "--month", "2004-11", "--team", team).stdout.startswith(
        f"November 2004, team {team}\n"
    )


def test_explaining_a_month(study: Command) -> None:
    quarter = study.json("leaderboard", "--quarter", "2004-Q3")
    person = next(row for row in quarter["rows"] if row["points"])
    months = ("2004-07", "2004-08", "2004-09")
    explained = [study.json("explain", person["email"], "--month", month) for month in months]
    assert sum(one["points"] for one in explained) == person["points"]
    told = next(one for one in explained if one["entries"])
    assert {"email", "month", "points", "seen", "word", "shares", "entries"} == set(told)
    entry = told["entries"][0]
    assert list(entry) == [
        "id",
        "rule",
        "evidence",
        "points",
        "day",
        "recorded_at",
        "contact",
        "source",
        "reason",
    ]
    assert entry["contact"].startswith("private contact")
    assert entry["source"].startswith("conversation:")
    this_month = f"{now():%Y-%m}"
    assert study.json("explain", person["email"])["month"] == this_month
    in_words = study("explain", person["email"], "--month", told["month"]).stdout
    assert entry["reason"] in in_words
    assert "Nobody here" in study.refusal("explain", "x@example.com", "--month", "2004-07")
    assert "not a month" in study.refusal("explain", person["email"], "--month", "July", code=2)


def test_closing_and_exporting(study: Command, tmp_path: Path) -> None:
    months = [row["month"] for row in study.json("month", "list")]
    assert months == sorted(months)
    first, second = months[:2]
    closed = study.json("month", "close", second)
    assert (closed["month"], closed["state"], closed["closed"]) == (
        second,
        "closed",
        [first, second],
    )
    assert set(closed["sha256"]) == {"csv", "xlsx", "json"}
    assert study.json("month", "list")[1] == {
        name: closed[name] for name in ("month", "state", "closed_at", "sha256", "seal")
    }
    assert set(closed["seal"]) == {"entries", "root", "chain"}
    assert "closed" in study.refusal("month", "close", second)
    assert study.refusal("month", "close", months[-1])
    assert "not a month" in study.refusal("month", "close", "2004-13", code=2)
    assert study.refusal("export", "recognition", months[2])

    printed = study("export", "recognition", second)
    assert printed.stdout.startswith("period,rank,email,name,team,points,begun,alive,")
    path = tmp_path / "out.xlsx"
    assert study("export", "recognition", second, "--format", "xlsx", "--output", path).stdout == ""
    assert path.read_bytes()[:2] == b"PK"
    as_json = study("export", "recognition", second, "--format", "json")
    assert json.loads(as_json.stdout)
    nowhere = tmp_path / "none" / "out.csv"
    assert "cannot be written" in study.refusal(
        "export", "recognition", second, "--output", nowhere
    )


def test_the_ledger_is_verified(study: Command, empty_url: str) -> None:
    report = study.json("ledger", "verify")
    assert report["problems"] == []
    assert report["people"] == 3
    database = Database(empty_url)
    with database.writing() as session:
        session.execute(text("UPDATE standing SET points = points + 1 WHERE period = 'all'"))
    database.engine.dispose()
    broken = study("ledger", "verify", "--format", "json")
    assert broken.returncode == 1
    assert len(json.loads(broken.stdout)["problems"]) >= 3
    assert study.json("ledger", "rebuild") == report
    assert study("ledger", "verify").stdout.endswith("all as it should be.\n")


def test_a_backup_restores_into_an_empty_place(
    study: Command, databases: Databases, tmp_path: Path
) -> None:
    before = study.json("leaderboard", "--all")
    file = tmp_path / "all.zip"
    taken = study.json("db", "backup", file)
    assert taken["file"] == str(file)
    url = databases.empty()
    other = Command(tmp_path / "other", database_url=url)
    brought = other("db", "restore", file)
    assert re.fullmatch(
        rf"{taken['rows']} rows are back, as of [0-9-]+ [0-9:]+ UTC\. The ledger verifies\.\n",
        brought.stdout,
    )
    assert other.json("leaderboard", "--all") == before
    assert other.json("ledger", "verify")["problems"] == []
    assert "not empty" in other.refusal("db", "restore", file)
    file.write_bytes(b"no backup")
    assert "no backup" in other.refusal("db", "restore", file)
    nowhere = Command(tmp_path / "nowhere")
    assert "no backup" in nowhere.refusal("db", "restore", file)
    assert list(nowhere.folder.iterdir()) == []
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "advocacy-20200101-000000.zip").touch()
    removed = study.json("db", "backup", kept, "--keep", "1")["removed"]
    assert removed == [str(kept / "advocacy-20200101-000000.zip")]
    assert len(list(kept.iterdir())) == 1
    databases.remove(url)


def test_checking_says_what_an_upgrade_would_do(run: Command) -> None:
    steps = run.json("db", "check")["steps"]
    assert steps[0]["revision"] == "0001"
    assert run.json("db", "check")["at"] is None  # it did nothing
    unmade = Command(run.folder / "unmade")
    assert unmade.json("db", "check")["steps"] == steps
    assert list(unmade.folder.rglob("*.sqlite3*")) == []
    run("db", "upgrade")
    assert run.json("db", "check") == {"at": newest(), "newest": newest(), "steps": []}


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    command = Command(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    assert "does not answer" in command.refusal("leaderboard")
    assert "must begin with" in Command(tmp_path, database_url="mysql://x").refusal("leaderboard")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "advocacy.sqlite3").write_bytes(b"no database at all" * 1000)
    assert "not a database" in Command(tmp_path).refusal("leaderboard")


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    for command in (["leaderboard"], ["serve"], ["demo"], ["settings"]):
        line = Command(tmp_path).refusal(*command)
        assert str(tmp_path / "data") in line


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            line = Command(tmp_path).refusal(command, "--port", port)
            assert (
                line
                == f"Port {port} is taken. Choose another one with --port, or PORT= before make."
            )


def test_serving_begins_with_the_set_up_and_ends_cleanly(
    serve: Callable[..., LiveServer], fresh_url: str
) -> None:
    server = serve(database_url=fresh_url)
    assert f"Advocacy is at {server.url}\n" in server.log
    assert re.search(rf"{server.url}/welcome/[\w-]+", server.log)
    server.add_people()
    server.stop()
    assert "Traceback" not in server.log
    assert "can be guessed" not in server.log
    server.settings = {**server.settings, "secret_key": "short"}
    server.start("--workers", "2")
    assert "/welcome/" not in server.log
    assert "ADVOCACY_SECRET_KEY can be guessed: give it 32 random letters." in server.log


def test_the_demo_keeps_what_was_entered(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "demo"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    visit_demo(tmp_path, port)
    assert not (folder / "advocacy.sqlite3.new").exists()
    entered = Command(tmp_path)
    entered.environ["ADVOCACY_DATA"] = str(folder)
    entered.json("person", "add", "visitor@example.org", "--name", "Visitor")
    visit_demo(tmp_path, port)
    assert entered.json("person", "link", "visitor@example.org")["name"] == "Visitor"


def visit_demo(tmp_path: Path, port: str) -> None:
    """Start the demo, read where it is and who may sign in, and end it."""
    process = subprocess.Popen(
        [COMMAND, "demo", "--port", port],
        env=Command(tmp_path).environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(3)]
    process.terminate()
    process.communicate()
    assert process.returncode == 0
    assert lines[:2] == [f"A sample programme is at http://127.0.0.1:{port}\n", "Sign in as:\n"]
    assert "@" in lines[2]


def test_a_board_of_a_month_in_which_nothing_counts_is_refused(run: Command) -> None:
    to_come = run.refusal("leaderboard", "--month", "2199-01")
    assert to_come == "January 2199 is still to come."
    before = run.refusal("leaderboard", "--month", "1999-01")
    assert before == "The programme had not begun in January 1999."


def test_nobody_who_writes_waits_for_who_explains(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.json("person", "add", "mia@example.com", "--name", "Mia")
    explain = explained.explain
    database = Database(run.environ["ADVOCACY_DATABASE_URL"])

    def while_somebody_writes(*asked: Any, **more: Any) -> explained.Explained:
        with database.writing() as session:
            session.execute(text("UPDATE programme SET name = 'Meanwhile'"))
        return explain(*asked, **more)

    monkeypatch.setattr(explained, "explain", while_somebody_writes)
    assert run.json("explain", "mia@example.com")["points"] == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.action == Action.LOOKED)) == 1
    database.engine.dispose()
