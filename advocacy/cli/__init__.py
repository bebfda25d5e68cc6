"""The ``advocacy`` command."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

import advocacy
from advocacy.cli.balance import balance
from advocacy.cli.boards import explain, leaderboard
from advocacy.cli.database import database, show_settings
from advocacy.cli.imports import import_
from advocacy.cli.jobs import jobs
from advocacy.cli.months import export, ledger, month
from advocacy.cli.output import one_line
from advocacy.cli.people import person
from advocacy.cli.rulebook import rules
from advocacy.cli.serving import demo, serve
from advocacy.config import SettingsError
from advocacy.core.errors import DomainError

COULD_NOT = 1
WRONG_USAGE = 2
INTERRUPTED = 130


class _InOrder(click.Group):
    """A group that lists its commands in the order in which one comes to need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands as they were added."""
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(advocacy.__version__, prog_name="advocacy")
def root() -> None:
    """Advocacy: who keeps relationships with people outside, and what that is worth.

    Settings come from the environment; `advocacy settings` shows them. The first command that
    needs the database makes it.
    """


for command in (
    serve,
    demo,
    jobs,
    show_settings,
    database,
    person,
    import_,
    leaderboard,
    explain,
    balance,
    rules,
    month,
    export,
    ledger,
):
    root.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 could not, 2 wrong usage."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    _open_output()
    for word in sys.argv[1:] if arguments is None else arguments:
        if not _is_text(word):
            _complain(f"{word!r} is not UTF-8 text. See: advocacy --help")
            return WRONG_USAGE
    try:
        code = root.main(args=arguments, prog_name="advocacy", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as nothing:
        click.echo(nothing.format_message(), err=True)
        return WRONG_USAGE
    except click.UsageError as wrong:
        path = wrong.ctx.command_path if wrong.ctx else "advocacy"
        _complain(f"{wrong.format_message()} See: {path} --help")
        return WRONG_USAGE
    except click.Abort:
        _complain("Stopped.")
        return INTERRUPTED
    except (DomainError, SettingsError) as refused:
        _complain(str(refused))
        return COULD_NOT
    except OSError as refused:
        if refused.filename is not None:
            raise  # a file, not the output
        _close_output()
        if not isinstance(refused, BrokenPipeError):  # who reads no more wants to hear no more
            _complain(f"Standard output cannot be written: {refused.strerror or 'it is closed'}.")
        return COULD_NOT
    return code if isinstance(code, int) else 0


def _open_output() -> None:
    """Where standard output is closed, Python has none: put something that refuses every word."""
    if not sys.stdout:
        sys.stdout = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 (until the end)


def _close_output() -> None:
    """Let what could not be printed go, so that Python does not try again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _is_text(word: str) -> bool:
    """Tell whether a word can be printed and kept: bytes that are no UTF-8 come as half letters."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _complain(message: str) -> None:
    click.echo(one_line(message), err=True)
