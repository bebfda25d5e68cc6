"""Processes that kill themselves, as with kill -9, at a moment of their work.

A moment is what the outside sees of the work: a statement of the database, a commit, before and
after; a file that is opened, written to or put in its place.
"""

import contextlib
import itertools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from advocacy.app import create_app
from advocacy.cli import main
from advocacy.config import Settings
from tests.portal import Caller

CALLED = {"kind": "called", "began": "advocate", "answered": "true"}
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.killed"])  # what it imports, its children have
_FILES = ("open", "os.rename", "os.remove")
_WRITING = ("write", "flush")


def _is_ours(file: object) -> bool:
    return str(file).startswith(os.environ["ADVOCACY_DATA"])


def killed_at(moment: int) -> None:
    """Let this process kill itself at its so-manieth moment from now on."""
    left = moment

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def of_files(what: str, about: tuple[Any, ...]) -> None:
        writes = what != "open" or about[2] & (os.O_WRONLY | os.O_RDWR)
        if what in _FILES and writes and _is_ours(about[0]):
            count()

    def of_writing(_frame: FrameType, what: str, function: Any) -> None:
        if what == "c_return" and function.__name__ in _WRITING:
            file = getattr(function.__self__, "name", None)  # what lies in memory has none
            if isinstance(file, int) or _is_ours(file):
                count()

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)  # just before it
    event.listen(Session, "after_commit", count)
    sys.addaudithook(of_files)
    sys.setprofile(of_writing)


def _command(moment: int, environ: Mapping[str, str], arguments: tuple[str, ...]) -> None:
    os.environ.update(environ)
    out = os.open(Path(environ["ADVOCACY_DATA"]) / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    killed_at(moment)
    main(arguments)


def moments(seed: int | str, step: int) -> Iterator[int]:
    """Yield ever later moments, 1 first, at most ``step`` apart."""
    random, moment = Random(seed), 1
    while True:
        yield moment
        moment += random.randint(1, step)


def kill_again_and_again(
    environ: Mapping[str, str], *arguments: str, seed: int, step: int, is_done: Callable[[], bool]
) -> int:
    """Run a command that is killed at ever later moments, until its work is done.

    On the other engine the moments are other ones.
    :param is_done: checks what holds after each run, and tells whether the work is done.
    :returns: how often it was killed before.
    """
    engine, _, _ = environ["ADVOCACY_DATABASE_URL"].partition(":")
    for times, moment in enumerate(moments(f"{engine} {seed}", step)):
        process = _context.Process(target=_command, args=(moment, environ, arguments))
        process.start()
        process.join()
        if is_done():
            return times
        if process.exitcode != -signal.SIGKILL:
            said = (Path(environ["ADVOCACY_DATA"]) / "said").read_text(encoding="utf-8")
            raise AssertionError(f"it ended with {process.exitcode} and is not done: {said}")
    raise AssertionError


def _log(moment: int, tell: Connection, environ: Mapping[str, str], first: int) -> None:
    """Send one form after the other, and tell which were acknowledged."""
    os.environ.update(environ)
    app = create_app(Settings.from_environment())
    avi = Caller(app, "avi")
    token = avi.form("/log")
    killed_at(moment)
    for number in itertools.count(first):
        sent = {**token, "form_key": f"form {number}", "contact": f"Friend {number}", **CALLED}
        assert avi.post("/log", sent).status_code == 302
        tell.send(f"Friend {number}")


def acknowledged(moment: int, environ: Mapping[str, str], first: int) -> list[str]:
    """Return whom a process has logged a call with before it was killed, as it was told.

    :param first: the number of the first form; one of before that was on its way is sent again.
    """
    ours, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=_log, args=(moment, theirs, environ, first))
    process.start()
    theirs.close()
    told: list[str] = []
    with contextlib.suppress(EOFError):
        while True:
            told.append(ours.recv())
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return told
