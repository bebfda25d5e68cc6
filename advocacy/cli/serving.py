"""Serving the pages."""

import errno
import os
import signal
import socket
from collections import deque
from pathlib import Path
from typing import Any

import click

from advocacy.config import SECRET_SHORTEST, Settings, demo_data

_TRIES = 20
_TRIES_SECONDS = 20
_host = click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
_port = click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="On which port."
)


@click.command("serve", short_help="Serve the pages.")
@_host
@_port
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes."
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages; an empty programme prints the address of its first set-up."""
    from advocacy.auth.actions import make_link
    from advocacy.cli.house import opened_house
    from advocacy.core.database import reason_a_folder_refuses
    from advocacy.core.errors import Unavailable
    from advocacy.core.time import now
    from advocacy.mail.folder import letters_folder
    from advocacy.people.queries import has_administrator

    address = check_port(host, port)
    os.environ.setdefault("ADVOCACY_BASE_URL", _address(host, port))
    with opened_house(upgrades=True) as house:
        if reason := reason_a_folder_refuses(house.settings.data):
            raise Unavailable(reason)
        lines = [f"Advocacy is at {house.settings.base_url}"]
        if folder := letters_folder(house.settings):
            lines.append(f"Letters go to the folder {folder}")
        if len(house.settings.secret_key) < SECRET_SHORTEST:
            lines.append(
                f"ADVOCACY_SECRET_KEY can be guessed: give it {SECRET_SHORTEST} random letters."
            )
        with house.database.writing() as session:
            if not has_administrator(session):
                code = make_link(session, None, now())
                lines.append(f"To set it up, once: {house.settings.base_url}/welcome/{code}")
    _listen(house.settings, address, port, workers, lines)


@click.command("demo", short_help="Serve a sample programme to look around in.")
@_host
@_port
def demo(host: str, port: int) -> None:
    """Serve a sample programme with people in it, in a folder of its own."""
    from advocacy.cli.house import opened_house
    from advocacy.core.database import reason_a_folder_refuses
    from advocacy.core.errors import Unavailable
    from advocacy.demo import sign_ins

    address = check_port(host, port)
    folder = demo_data()
    for name in ("DATABASE_URL", "SECRET_KEY", "MAIL_URL", "TRUSTED_PROXIES", "METRICS"):
        os.environ.pop(f"ADVOCACY_{name}", None)
    os.environ["ADVOCACY_DATA"] = str(folder)
    os.environ.setdefault("ADVOCACY_BASE_URL", _address(host, port))
    _fill_once()
    with opened_house(upgrades=True) as house:
        if reason := reason_a_folder_refuses(house.settings.data):
            raise Unavailable(reason)
        lines = [f"A sample programme is at {house.settings.base_url}", "Sign in as:"]
        lines += [
            f"  {sample.role:<14} {sample.email:<32} {sample.password}" for sample in sign_ins()
        ]
        lines.append(f"It is kept in {folder}; remove that folder to begin anew.")
    # The lines just said are what one wants to see: no line a request follows them.
    _listen(house.settings, address, port, 1, lines, tells_requests=False)


def _fill_once() -> None:
    """Fill the sample beside its place and put it there when it is whole."""
    from advocacy.cli.house import make_folders, make_private, refused_in_one_line
    from advocacy.core.database import Database
    from advocacy.core.errors import Unavailable
    from advocacy.core.migrate import upgrade
    from advocacy.core.time import now
    from advocacy.demo import fill
    from advocacy.programme.actions import start

    settings = Settings.from_environment()
    make_folders(settings)
    place = Path(settings.database_url.removeprefix("sqlite:///"))
    if place.exists():
        return
    fresh = place.with_name(f"{place.name}.new")
    try:
        for rest in ("", "-wal", "-shm"):
            fresh.with_name(f"{fresh.name}{rest}").unlink(missing_ok=True)
        click.echo("Filling the sample programme, once …", err=True)
        database = Database(f"sqlite:///{fresh}")
        make_private(database)
        try:
            with refused_in_one_line(database):
                upgrade(database)
                with database.writing() as session:
                    start(session, time_zone=settings.time_zone, now=now(), is_sample=True)
                fill(database, settings, now())
        finally:
            database.engine.dispose()
        fresh.replace(place)
    except OSError as error:
        raise Unavailable(f"The folder {place.parent} cannot be used: {error.strerror}.") from error


def check_port(host: str, port: int) -> str:
    """Refuse an address that cannot be listened on.

    :returns: the host as a number, which is what the server takes.
    :raises Unavailable: saying why.
    """
    from advocacy.core.errors import Unavailable

    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} is taken. Choose another one with --port, or PORT= before make."
        elif error.errno == errno.EACCES:
            reason = f"Port {port} is not allowed to you. Choose one above 1023 with --port."
        else:
            reason = f"Nothing can listen on {host}, port {port}: {error.strerror or error}."
        raise Unavailable(reason) from error
    return str(address[0])


def _address(host: str, port: int) -> str:
    """Return the address under which a browser on this machine gets here."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 (it is compared, not bound)
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class _BegunAnew(dict[int, float]):
    """When workers were begun anew, for granian, which gives up when one ends soon after.

    One may be killed twice in a row. That they cannot start shows in many within seconds.
    """

    def __init__(self) -> None:
        self._latest = deque[float](maxlen=_TRIES)

    def __setitem__(self, _worker: int, at: float) -> None:
        self._latest.append(at)

    def get(self, _worker: int, default: Any = 0) -> Any:
        """Return when a worker was begun anew, or the default when that says nothing."""
        if len(self._latest) == _TRIES and self._latest[-1] - self._latest[0] <= _TRIES_SECONDS:
            return self._latest[-1]
        return default


def _end_when_told() -> None:
    """Let a worker that is still starting end at once when it is told to.

    It is a copy of the server, whose handlers would only set a mark that nobody here looks at.
    """
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, signal.SIG_DFL)


def _listen(
    settings: Settings,
    address: str,
    port: int,
    workers: int,
    lines: list[str],
    *,
    tells_requests: bool = True,
) -> None:
    """Serve until told to stop, and say the lines when it begins."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from advocacy.cli.metrics import metrics_served
    from advocacy.core import logs

    server = Granian(
        "advocacy.app:serve_app",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=512,  # each slow sender of a form takes one until it is here
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,  # requests under way are let end
        log_level=LogLevels.error,
        log_dictconfig=logs.configuration(logs.lines(), tells_requests=tells_requests),
    )
    server.respawned_wrks = _BegunAnew()
    os.register_at_fork(after_in_child=_end_when_told)
    server.on_startup(lambda: click.echo("\n".join(lines)))
    with metrics_served(settings):
        server.serve()
