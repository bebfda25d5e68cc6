"""Letters in a folder, where there is no mail server."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from advocacy.config import Settings
from advocacy.mail.letters import Outgoing, message_of
from advocacy.mail.rules import NotDelivered, Sender, State


def letters_folder(settings: Settings) -> Path | None:
    """Return the folder that letters go to, None when they go to a mail server."""
    return None if settings.mail_url else settings.data / "letters"


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
                self._folder / f"{letter.written_at:%Y%m%d-%H%M%S}-{letter.mark}.eml",
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
