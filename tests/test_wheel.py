"""The wheel is whole: installed in a fresh environment, it serves."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.servers import LiveServer, free_port

CHECKOUT = Path(__file__).resolve().parent.parent
CARRIED = ("templates", "static", "migrations")


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_what_the_checkout_holds(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "advocacy", *CARRIED],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert tracked
    for path in tracked:
        assert (path if path.startswith("advocacy/") else f"advocacy/{path}") in names
    for folder in CARRIED:
        assert any(name.startswith(f"advocacy/{folder}/") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"advocacy"}


def test_it_serves_where_nothing_else_is(wheel: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "environment"
    _run(sys.executable, "-m", "venv", "--without-pip", fresh)
    pip = (sys.executable, "-m", "pip", "--python", fresh, "install", "--quiet", "--no-compile")
    _run(*pip, "--require-hashes", "-r", "requirements/run.txt")
    _run(*pip, "--no-deps", "--no-index", wheel)

    empty = tmp_path / "empty"
    empty.mkdir()
    metrics = f"127.0.0.1:{free_port()}"
    server = LiveServer(
        folder=empty,
        data=tmp_path / "data",
        settings={"metrics": metrics},
        command=fresh / "bin" / "advocacy",
    )
    try:
        server.start()
        with httpx.Client(base_url=server.url, trust_env=False, follow_redirects=True) as visitor:
            assert visitor.get("/healthz").json() == {"status": "ok"}
            assert "advocacy_http_requests_total{" in visitor.get(f"http://{metrics}").text
            page = visitor.get("/sign-in")
            assert page.status_code == 200
            styles = re.findall(r'<link[^>]+href="(/[^"]+\.css[^"]*)"', page.text)
            assert styles
            for style in styles:
                answer = visitor.get(style)
                assert answer.status_code == 200
                assert answer.headers["Content-Type"].startswith("text/css")
    finally:
        server.stop()
