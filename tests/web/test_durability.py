"""What a page has confirmed is kept, also when the server is killed at that moment."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from bs4 import BeautifulSoup

from tests.databases import Databases
from tests.servers import LiveServer


def _signed_in(server: LiveServer) -> httpx.Client:
    login = server.people["advocate"]
    browser = httpx.Client(base_url=server.url, trust_env=False)
    sent = {**_form(browser, "/sign-in"), "email": login.email, "password": login.password}
    assert browser.post("/sign-in", data=sent).status_code == 302
    return browser


def _form(browser: httpx.Client, path: str) -> dict[str, str]:
    page = BeautifulSoup(browser.get(path).text, "html.parser")
    found = page.select("main input[type=hidden]")
    return {str(one["name"]): str(one.get("value", "")) for one in found}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_confirmed_survives_kill_9(
    engine: str,
    serve: Callable[..., LiveServer],
    databases_on: Callable[[str], Databases],
    request: pytest.FixtureRequest,
) -> None:
    makers = databases_on(request.config.getoption("--database") or engine)
    url = makers.migrated()
    server = serve(database_url=url)
    server.add_people()
    today = datetime.now(UTC).date().isoformat()
    with closing(_signed_in(server)) as browser:
        for number in range(5):
            sent = {
                **_form(browser, "/log"),
                "contact": f"Friend {number}",
                "kind": "called",
                "began": "advocate",
                "answered": "true",
                "occurred_on": today,
            }
            assert browser.post("/log", data=sent).status_code == 302
    assert server._process is not None
    os.killpg(server._process.pid, signal.SIGKILL)
    server._process.wait()
    report = json.loads(server.run("ledger", "verify", "--format", "json"))
    assert report["problems"] == []
    assert report["entries"] == 5
    server.start()
    with closing(_signed_in(server)) as browser:
        page = browser.get("/contacts").text
    assert all(f"Friend {number}" in page for number in range(5))
    server.stop()
    makers.remove(url)
