"""What the command refuses: one clear line, the right exit code, and nothing is written."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from advocacy.cli import main
from advocacy.core.database import Database
from advocacy.core.tables import Base
from advocacy.core.time import month_of, shift_month
from advocacy.people.actions import deactivate
from advocacy.programme.actions import start
from advocacy.recognition.actions import close_months
from tests.builders import add_person, add_team
from tests.databases import Databases

NOW = datetime.now(UTC)
THIS_MONTH = month_of(NOW.date())
LAST_MONTH = shift_month(THIS_MONTH, -1)
CLOSED = shift_month(THIS_MONTH, -2)
MIA = "mia@example.com"
ADD = ("person", "add", "new@example.com", "--name", "New")


@dataclass
class House:
    """An installation with an administrator, two advocates, a team and a closed month."""

    folder: Path
    database: Database
    environ: dict[str, str]

    def rows(self) -> dict[str, int]:
        with self.database.reading() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
            }

    def files(self) -> set[Path]:
        return {path for path in self.folder.rglob("*") if not path.name.endswith(("-wal", "-shm"))}


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "empty.csv").touch()
    (folder / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "no.zip").write_bytes(b"no backup")
    url = databases.migrated()
    environ = {
        "ADVOCACY_DATA": str(folder / "data"),
        "ADVOCACY_DATABASE_URL": url,
        "ADVOCACY_SECRET_KEY": "only for tests",
    }
    database = Database(url)
    joined = date(int(CLOSED[:4]), int(CLOSED[5:]), 1)
    with database.writing() as session:
        start(session, time_zone="UTC", now=NOW).first_day = joined
        add_person(session, "ada@example.com", role="administrator", joined=joined)
        add_person(session, MIA, joined=joined)
        bea = add_person(session, "bea@example.com", joined=joined)
        add_team(session, "North")
        deactivate(session, bea, NOW)
        close_months(session, CLOSED, closed_by=None, now=NOW, data=folder / "data")
    yield House(folder, database, environ)
    database.engine.dispose()
    databases.remove(url)


# The arguments, separated by spaces (~ stands for one inside), and a part of the line.
WRONG_USAGE = """
serve --workers 0 | 1<=x<=64
serve --workers many | not a valid integer
serve --port 65536 | 1<=x<=65535
serve --colour red | No such option
demo --port x | not a valid integer
demo somewhere | unexpected extra argument
jobs now | unexpected extra argument
settings --format xml | 'xml' is not one of
settings all | unexpected extra argument
db nonsense | No such command
db upgrade 0001 | unexpected extra argument
db backup | Missing argument 'FILE'
db backup all.zip --keep 0 | 1<=x<=999
db restore | Missing argument 'FILE'
db check --format csv | 'csv' is not one of
person nonsense | No such command
person add --name New | Missing argument 'EMAIL'
person add new@example.com | Missing option '--name'
person add new@example.com --name New --role king | 'king' is not one of
person link | Missing argument 'EMAIL'
person deactivate | Missing argument 'EMAIL'
person activate mia@example.com now | unexpected extra argument
person forget-second-step | Missing argument 'EMAIL'
import birds file.csv | No such command
import people | Missing argument 'FILE'
import items --dry-run | Missing argument 'FILE'
import shares file.csv --format csv | 'csv' is not one of
import conversations file.csv more.csv | unexpected extra argument
leaderboard --month 1899-12 | is not a month
leaderboard --month 0001-01 | is not a month
leaderboard --month 9999-12 | is not a month
leaderboard --month ٢٠٢٥-01 | is not a month
leaderboard --quarter 2026-Q5 | is not a quarter
leaderboard --year 9999 | is not a year
leaderboard --year 26 | is not a year
leaderboard --year 2026 --all | Choose one of --year and --all.
leaderboard --top -1 | 1<=x<=1000000
explain mia@example.com --month 2026-13 | is not a month
explain mia@example.com --month 0001-01 | is not a month
balance --month 2026-Q4 | is not a month
month nonsense | No such command
month list 2026 | unexpected extra argument
month close | Missing argument 'MONTH'
month close soon | is not a month
month hints 2026-13 | is not a month
month close 9999-12 | is not a month
export recognition | Missing argument 'MONTH'
export recognition 1899-12 | is not a month
export recognition 2026-10 --format pdf | 'pdf' is not one of
ledger nonsense | No such command
ledger verify all | unexpected extra argument
ledger rebuild --format csv | 'csv' is not one of
"""
REFUSED = f"""
serve --host 203.0.113.7 | Nothing can listen on 203.0.113.7
demo --host 203.0.113.7 | Nothing can listen on 203.0.113.7
db backup {{folder}}/none/all.zip | cannot be written: No such file or directory
db backup {{folder}}/no.zip --keep 1 | cannot be written: Not a directory
db backup {{folder}} | is a folder: name a file
db restore {{folder}}/none.zip | cannot be read: No such file or directory
db restore {{folder}}/no.zip | is no backup of Advocacy
person add {MIA} --name Mia | is here already
person add MIA@EXAMPLE.COM --name Mia | is here already
person add nobody --name New | looks like
person add {"x" * 250}@example.com --name New | up to 254
person add new@example.com --name ~ | A name is needed
person add new@example.com --name {"x" * 121} | up to 120
person add new@example.com --name So\x1bfia | A control character
person add new@example.com --name New --team {"x" * 81} | There is no team {"x" * 80}.
person add new@example.com --name New --team So\x07uth | There is no team So uth
person add new@example.com --name New --team Nope | There is no team Nope.
person link nobody@example.com | Nobody here
person link bea@example.com | is deactivated
person deactivate nobody@example.com | Nobody here
person deactivate ada@example.com | only administrator
person activate nobody@example.com | Nobody here
person forget-second-step nobody@example.com | Nobody here
import people {{folder}}/none.csv | No such file
import items {{folder}} | Is a directory
import shares {{folder}}/empty.csv | is empty
import conversations {{folder}}/other.csv | lacks the columns
leaderboard --team Nowhere | There is no team Nowhere
leaderboard --all --team So\x1buth | There is no team So uth
balance --team Nowhere | There is no team Nowhere
leaderboard --team= | There is no team
balance --team= | There is no team
explain {MIA} --as-of= | Say which day
balance --month {shift_month(THIS_MONTH, 1)} | is still to come
month hints {shift_month(THIS_MONTH, 1)} | is still to come
explain nobody@example.com --month {CLOSED} | Nobody here
month close {CLOSED} | is closed
month close {THIS_MONTH} | is not over
month close {shift_month(THIS_MONTH, 1)} | is not over
month close 1900-01 | There is nothing in January 1900 to close
export recognition {LAST_MONTH} | is not closed
export recognition {shift_month(THIS_MONTH, 1)} | is not closed
"""


def listed(table: str) -> list[tuple[str, str]]:
    rows = [line.rsplit(" | ", 1) for line in table.strip().split("\n")]
    return [(arguments, words) for arguments, words in rows]


def refusal(
    house: House,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> tuple[int, str]:
    """Run the command and return its exit code and the one line that it said."""
    for name, value in house.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(house.folder)
    before, files = house.rows(), house.files()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, line = capfd.readouterr()
    assert out == ""
    assert line.count("\n") == 1, line
    assert "Traceback" not in line
    assert line[:-1].isprintable(), line
    assert (house.rows(), house.files()) == (before, files)
    assert isinstance(ended.value.code, int)
    return ended.value.code, line


@pytest.mark.parametrize(("arguments", "words"), listed(WRONG_USAGE))
def test_wrong_usage(
    house: House,
    arguments: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    code, line = refusal(house, arguments.split(" "), monkeypatch, capfd)
    assert code == 2, line
    assert words in line
    assert line.endswith("--help\n")


@pytest.mark.parametrize(("arguments", "words"), listed(REFUSED))
def test_what_cannot_be(
    house: House,
    arguments: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    given = [word.replace("~", " ").format(folder=house.folder) for word in arguments.split(" ")]
    code, line = refusal(house, given, monkeypatch, capfd)
    assert code == 1, line
    assert words in line


@pytest.mark.parametrize(
    ("typed", "words"),
    [(b"", "at least"), (b"short\n", "at least"), (b"x" * 129, "at most"), (b"\xff\n", "UTF-8")],
)
def test_a_password_that_cannot_be(
    house: House,
    typed: bytes,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
    code, line = refusal(house, [*ADD, "--password-stdin"], monkeypatch, capfd)
    assert code == 1, line
    assert words in line


def test_a_second_step_that_nobody_has_is_no_fault(
    house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in house.environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(["person", "forget-second-step", MIA])
    assert ended.value.code in (0, None)
    assert capfd.readouterr().out.endswith(f"({MIA}) has no second step.\n")
