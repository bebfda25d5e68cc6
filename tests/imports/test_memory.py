"""How much memory an import takes does not follow from how long the file is."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.command import environment
from tests.imports.files import HEADER
from tests.servers import COMMAND

GROWTH_MEGABYTES = 8
PEOPLE = 50


def write_file(path: Path, rows: int) -> None:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(rows):
            when = (first + timedelta(minutes=n * 7 % 500_000)).isoformat()
            file.write(
                f"p{n % PEOPLE}@example.com,contact {n // PEOPLE % 200},{when},wrote,advocate,"
                f"{'false' if n % 3 else 'true'},mail,a note {n},x{n}\n"
            )


def peak_megabytes(folder: Path, rows: int) -> float:
    """Import so many rows with the command and return the most memory that it held."""
    folder.mkdir()
    people = folder / "people.csv"
    people.write_text(
        "email,name\n" + "".join(f"p{n}@example.com,P {n}\n" for n in range(PEOPLE)), "utf-8"
    )
    write_file(folder / "conversations.csv", rows)
    environ = environment(folder / "data")
    subprocess.run([COMMAND, "import", "people", people], env=environ, check=True)
    process = subprocess.Popen(
        [COMMAND, "import", "conversations", folder / "conversations.csv"],
        env=environ,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    short = peak_megabytes(tmp_path / "short", 4_000)
    long = peak_megabytes(tmp_path / "long", 40_000)
    assert long - short < GROWTH_MEGABYTES
