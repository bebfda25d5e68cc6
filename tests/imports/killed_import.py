"""Imports a file and kills itself, as with kill -9, after so many statements.

python -m tests.imports.killed_import URL FILE STATEMENTS
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.imports import actions
from advocacy.imports.rules import ImportKind
from tests.imports.files import Listener


def main(url: str, file: str, statements: str) -> None:
    actions.BATCH_ROWS = 40
    database = Database(url)
    left = int(statements)

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", count)
    actions.import_file(
        database, ImportKind.CONVERSATIONS, Path(file), now=now(), watcher=Listener()
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
