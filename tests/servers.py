"""Our own server as people run it: `advocacy serve` in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import httpx
from bs4 import BeautifulSoup

from tests.command import environment, run_here

COMMAND = Path(sys.executable).parent / "advocacy"
START_SECONDS = 30


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Login:
    """Somebody who can sign in."""

    email: str
    password: str


@dataclass
class LiveServer:
    """An installation that is being served.

    ``people`` holds one login per role once `add_people` was called.
    """

    folder: Path
    """Where it is started from; its log is written here."""
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    command: Path = COMMAND
    port: int = field(default_factory=free_port)
    people: dict[str, Login] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return environment(self.data, **{"base_url": self.url, **self.settings})

    @property
    def log(self) -> str:
        path = self.folder / "serve.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def run(self, *arguments: str, typed: str = "") -> str:
        """Run the command on the same installation and return what it printed."""
        done = run_here(arguments, environ=self.environ, folder=self.folder, typed=typed)
        assert done.returncode == 0, f"advocacy {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def add_people(self) -> None:
        """Add an administrator, a manager and an advocate, who can sign in."""
        for role, name in (
            ("administrator", "Ada Administrator"),
            ("manager", "Mina Manager"),
            ("advocate", "Avi Advocate"),
        ):
            login = Login(f"{role}@example.com", f"the {role}'s own long phrase")
            who = ("person", "add", login.email, "--name", name, "--role", role)
            self.run(*who, "--password-stdin", typed=f"{login.password}\n")
            self.people[role] = login

    def signed_in(self, role: str) -> httpx.Client:
        """Return a browser without a screen in which somebody is signed in."""
        login = self.people[role]
        browser = httpx.Client(base_url=self.url, trust_env=False)
        sent = {**self.form(browser, "/sign-in"), "email": login.email, "password": login.password}
        assert browser.post("/sign-in", data=sent).status_code == 302
        return browser

    def form(self, browser: httpx.Client, path: str) -> dict[str, str]:
        """Return the hidden fields of the form on a page."""
        page = BeautifulSoup(browser.get(path).text, "html.parser")
        found = page.select("main input[type=hidden]")
        return {str(one["name"]): str(one.get("value", "")) for one in found}

    def start(self, *arguments: str) -> None:
        """Serve, and return when the server says that it is well."""
        with (self.folder / "serve.log").open("wb") as log:
            self._process = subprocess.Popen(
                [self.command, "serve", "--port", str(self.port), *arguments],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # One asker for all questions: each new one reads every certificate there is.
        with httpx.Client(base_url=self.url, trust_env=False) as asker:
            self._wait_until_well(asker)

    def _wait_until_well(self, asker: httpx.Client) -> None:
        assert self._process
        deadline = monotonic() + START_SECONDS
        while not _is_well(asker):
            try:
                # Between two questions we wait for the one thing that would make asking vain.
                self._process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                if monotonic() < deadline:
                    continue
                self.stop()
                raise AssertionError(f"not well in {START_SECONDS} s:\n{self.log}") from None
            raise AssertionError(f"advocacy serve ended:\n{self.log}")

    def stop(self) -> None:
        """End the server and all its workers."""
        if self._process is None:
            return
        self._process.terminate()  # it ends its workers in order
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        with suppress(ProcessLookupError):  # nobody of it is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _is_well(asker: httpx.Client) -> bool:
    try:
        return asker.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
