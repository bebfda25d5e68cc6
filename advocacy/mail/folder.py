"""Letters in a folder, where there is no mail server."""

import os
import re
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from advocacy.config import Settings
from advocacy.mail.letters import Outgoing, message_of
from advocacy.mail.rules import KEPT, NotDelivered, Sender, State

_FILE = re.compile(r"(\d{8}-\d{6})-[0-9a-f]{32}\.eml")
_WRITTEN_AT = "%Y%m%d-%H%M%S"


def letters_folder(settings: Settings) -> Path | None:
    """Return the folder that letters go to, None when they go to a mail server."""
    return None if settings.mail_url else folder_of(settings)


def folder_of(settings: Settings) -> Path:
    """Return where letters lie that were written while there was no mail server."""
    return settings.data / "letters"


def forget_filed(folder: Path, now: datetime) -> int:
    """Remove letters from a folder that were written a month ago; return how many.

    What else lies there is not ours, and a folder that refuses keeps them until it does not.
    """
    oldest = f"{now.astimezone(UTC) - KEPT:{_WRITTEN_AT}}"
    gone = 0
    for path in folder.glob("*.eml"):
        named = _FILE.fullmatch(path.name)
        if named and named[1] <= oldest:
            with suppress(OSError):
                path.unlink()
                gone += 1
    return gone


class FolderOffice:
    """A folder that takes every letter as a file, whole or not at all."""

    outcome = State.FILED

    def __init__(self, folder: Path, sender: Sender) -> None:
        self._folder, self._sender = folder, sender

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def send(self, letter: Outgoing) -> None:
        """Write a letter down under a name of its own: a second time it replaces itself.

        :raises NotDelivered: when the folder refuses.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(
                self._folder / f"{letter.written_at:{_WRITTEN_AT}}-{letter.mark}.eml",
                message_of(letter, self._sender).as_bytes(),
            )
        except OSError as error:
            words = f"The folder {self._folder} cannot be written: {error.strerror}."
            raise NotDelivered(words, is_out_of_reach=True) from error


def _write_whole(path: Path, content: bytes) -> None:
    descriptor, fresh = tempfile.mkstemp(prefix=".", dir=path.parent)  # readable by us only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(fresh).unlink()
        raise
