"""The command, run in this process: starting Python each time is slow."""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


def environment(data: Path, **settings: str) -> dict[str, str]:
    """Return this process's environment with an installation's settings and no other ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADVOCACY_")}
    given = {f"ADVOCACY_{name.upper()}": value for name, value in settings.items()}
    return {**kept, "ADVOCACY_DATA": str(data), **given}


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def run_here(
    arguments: Sequence[str], *, environ: Mapping[str, str], folder: Path, typed: str = ""
) -> Done:
    """Run the command as if in a process of its own, started in a folder."""
    from advocacy.cli import main

    streams = [io.TextIOWrapper(io.BytesIO(text), "utf-8") for text in (typed.encode(), b"", b"")]
    with pytest.MonkeyPatch.context() as patch, chdir(folder):
        for name in {*os.environ, *environ}:
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    code = ended.value.code
    assert isinstance(code, int)
    _, out, err = ["".join(_written(stream)) for stream in streams]
    return Done(code, out, err)


def _written(stream: io.TextIOWrapper) -> list[str]:
    stream.seek(0)
    return stream.readlines()


class Command:
    """The command on an installation of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.environ = environment(folder / "data", **settings)

    def __call__(self, *arguments: str | Path, typed: str = "") -> Done:
        words = [str(argument) for argument in arguments]
        return run_here(words, environ=self.environ, folder=self.folder, typed=typed)

    def json(self, *arguments: str | Path, typed: str = "") -> Any:
        done = self(*arguments, "--format", "json", typed=typed)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    def refusal(self, *arguments: str | Path, code: int = 1, typed: str = "") -> str:
        done = self(*arguments, typed=typed)
        assert done.returncode == code, done.stdout + done.stderr
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr.strip()
