"""What a page has confirmed is kept, also when the server is killed at that moment."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.databases import Databases
from tests.servers import LiveServer


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
    with closing(server.signed_in("advocate")) as browser:
        for number in range(5):
            sent = {
                **server.form(browser, "/log"),
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
    with closing(server.signed_in("advocate")) as browser:
        page = browser.get("/contacts").text
    assert all(f"Friend {number}" in page for number in range(5))
    server.stop()
    makers.remove(url)
