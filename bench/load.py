"""Sixteen people at once, one write in ten, against the same server's empty page.

    python -m bench.load [--seconds N] [--engine sqlite|postgresql]

Each client is signed in as somebody of its own and goes round Today, People, Growth, the Library
and the profiles, a manager the leaderboard; every tenth request logs a conversation. Goals: at
least 50 requests a second on SQLite, 95 in 100 reads within 250 ms and writes within 500 ms, no
error, and neither memory nor open files nor SQLite's log grow from a third of the time to its end.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Barrier, Thread
from time import perf_counter
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from bs4 import BeautifulSoup
from flask import Flask

from advocacy.auth.actions import begin_sign_in
from advocacy.core.database import Database
from advocacy.core.time import now
from bench.crowd import engines, load
from bench.server import served, signed_cookie

CLIENTS = 16
PEOPLE = 1_000
WORKERS = 2
PAGES = ("/", "/contacts", "/growth", "/library", "/profiles")
MANAGERS_PAGES = (*PAGES[:-1], "/leaderboard?month=2026-10")
SECRET = "only for measuring"
LIMITS = {"read": 250, "write": 500}
LEAST = 50


@dataclass(slots=True)
class Taken:
    """What a client took, in milliseconds, and how often it failed."""

    read: list[float] = field(default_factory=list)
    write: list[float] = field(default_factory=list)
    failed: int = 0


def empty_app() -> Flask:
    """Return an app whose one page is empty."""
    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every figure, each with its limit."""
    parser = argparse.ArgumentParser(description="Load the server as sixteen people do.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args(arguments)
    with engines() as urls, TemporaryDirectory() as data:
        for engine in given.engine or urls:
            database = Database(urls[engine])
            load(database, PEOPLE)
            with database.writing() as session:
                tokens = [begin_sign_in(session, who, now()) for who in range(1, CLIENTS + 1)]
            database.engine.dispose()
            log = Path(f"{database.url.database}-wal")
            environ = {
                "ADVOCACY_DATA": str(Path(data) / engine),
                "ADVOCACY_DATABASE_URL": urls[engine],
                "ADVOCACY_SECRET_KEY": SECRET,
            }
            with served("bench.load:empty_app", environ, WORKERS) as base:
                nothing, _ = _run(base, min(given.seconds, 20), [_empty] * CLIENTS, log)
            with served("advocacy.app:serve_app", environ, WORKERS) as base:
                cookies = [f"advocacy={signed_cookie(token, SECRET)}" for token in tokens]
                walks = [_walk(base, cookies[0], MANAGERS_PAGES)]
                walks += [_walk(base, cookie, PAGES) for cookie in cookies[1:]]
                taken, grown = _run(base, given.seconds, walks, log)
            _tell(engine, taken, nothing, grown)


Request = tuple[str, str, str, dict[str, str]]
"""Read or write, the path, the body, the headers."""


def _empty(_number: int) -> Request:
    return "read", "/", "", {}


def _walk(base: str, cookie: str, pages: Sequence[str]) -> Callable[[int], Request]:
    connection = HTTPConnection(urlsplit(base).netloc)
    connection.request("GET", "/log", headers={"Cookie": cookie})
    answer = connection.getresponse()
    page = BeautifulSoup(answer.read(), "html.parser")
    set_cookie = answer.getheader("Set-Cookie")
    headers = {"Cookie": set_cookie.partition(";")[0] if set_cookie else cookie}
    token = str(page.select("[name=csrf_token]")[0]["value"])
    today = str(page.select("[name=occurred_on]")[0]["value"])
    connection.close()

    def request(number: int) -> Request:
        if number % 10 != 9:
            return "read", pages[number % len(pages)], "", headers
        body = {
            "csrf_token": token,
            "form_key": uuid4().hex,
            "contact": f"Somebody {number % 40}",
            "kind": "called",
            "began": "advocate",
            "answered": "true",
            "occurred_on": today,
        }
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return "write", "/log", urlencode(body), {**headers, **form}

    return request


def _run(
    base: str, seconds: float, walks: Sequence[Callable[[int], Request]], log: Path
) -> tuple[list[Taken], str]:
    """Let every client go on for some seconds; return what each took, and what the server grew."""
    gate = Barrier(len(walks) + 1)
    found = [Taken() for _ in walks]

    def client(walk: Callable[[int], Request], taken: Taken) -> None:
        connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
        gate.wait()
        until, number = perf_counter() + seconds, 0
        while perf_counter() < until:
            what, path, body, headers = walk(number)
            began = perf_counter()
            connection.request("POST" if body else "GET", path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
            getattr(taken, what).append((perf_counter() - began) * 1000)
            taken.failed += answer.status not in (200, 302, 303)
            number += 1
        connection.close()

    threads = [Thread(target=client, args=pair) for pair in zip(walks, found, strict=True)]
    for thread in threads:
        thread.start()
    gate.wait()
    threads[0].join(seconds / 3)
    before = _weight(log)
    for thread in threads:
        thread.join()
    after = _weight(log)
    grown = ", ".join(
        f"{what} {old:,} to {new:,} {unit}"
        for what, unit, old, new in zip(
            ("memory", "open files", "log"), ("KiB", "in all", "KiB"), before, after, strict=True
        )
    )
    return found, grown


def _weight(log: Path) -> tuple[int, int, int]:
    """Return our processes' memory in KiB and open files, and the length of SQLite's log in KiB."""
    memory = files = 0
    for process in _offspring(os.getpid()):
        status = Path(f"/proc/{process}/status").read_text()
        memory += int(status.partition("VmRSS:")[2].split()[0])
        files += len(list(Path(f"/proc/{process}/fd").iterdir()))
    return memory, files, log.stat().st_size // 1024 if log.exists() else 0


def _offspring(parent: int) -> Iterator[int]:
    for task in Path(f"/proc/{parent}/task").iterdir():
        children = ""
        with suppress(FileNotFoundError):  # a thread that ends meanwhile
            children = (task / "children").read_text()
        for child in children.split():
            if "granian" in Path(f"/proc/{child}/cmdline").read_text():
                yield int(child)
                yield from _offspring(int(child))


def _tell(engine: str, taken: list[Taken], nothing: list[Taken], grown: str) -> None:
    reads = [each for one in taken for each in one.read]
    writes = [each for one in taken for each in one.write]
    empty = [each for one in nothing for each in one.read]
    pace, bare = _pace(reads + writes), _pace(empty)
    print(
        f"{engine}: {pace:.0f} requests a second (at least {LEAST} on SQLite), {pace / bare:.2f} "
        f"of the empty page's {bare:.0f}; {sum(one.failed for one in taken)} errors; {grown}"
    )
    for what, times in (("read", reads), ("write", writes)):
        cut = quantiles(times, n=100)
        print(
            f"{engine}, {what}s: {len(times)}, half within {cut[49]:.0f} ms, 95 in 100 within "
            f"{cut[94]:.0f} ms (limit {LIMITS[what]}), 99 in 100 within {cut[98]:.0f} ms"
        )


def _pace(times: list[float]) -> float:
    """Return requests a second: that many clients, each waiting for its answer."""
    return CLIENTS * 1000 * len(times) / sum(times)


if __name__ == "__main__":
    main()
