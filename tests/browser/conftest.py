"""A real browser in front of a real server. A page that complains fails its test."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.servers import LiveServer, Login

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update")
PHONE = (375, 812)
DESKTOP = (1360, 900)
PICTURES = Path(__file__).resolve().parents[2] / "test-results"

# A policy that refuses something says so in the page only; here it reaches the console.
TELL_REFUSALS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy ${event.effectiveDirective} refused ${event.blockedURI}`));
"""

Scheme = Literal["light", "dark"]
OpenPage = Callable[..., Page]
SignIn = Callable[[Page, str | Login], None]
Newcomer = Callable[..., Login]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    named = (os.environ.get("CHROMIUM", ""), *NAMES)
    path = next(filter(None, map(shutil.which, named)), None)
    if path is None:
        pytest.exit("The browser tests need Chromium: run scripts/browser.", returncode=1)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=[*QUIET, "--no-first-run", "--no-sandbox"]
        )
        yield chromium
        chromium.close()


class Complaints:
    """What the pages of one test complained of."""

    def __init__(self, home: str) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []
        self._homes: tuple[str, ...] = (home,)

    def expect(self, pattern: str) -> None:
        """Let complaints pass in which this regular expression is found."""
        self.expected.append(pattern)

    def visit(self, home: str) -> None:
        """Let pages ask another server of ours too."""
        self._homes = (*self._homes, home)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def unexpected(self) -> list[str]:
        return [
            said
            for said in self.heard
            if not any(re.search(pattern, said) for pattern in self.expected)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium also writes down each answer over 399; those are judged in _response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.heard.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((*self._homes, "data:", "blob:")):
            self.heard.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        # A form that is refused (422) or a page that is not there (404) can be meant.
        asked = response.request.resource_type in {"document", "fetch", "xhr"}
        if response.status >= 500 or (response.status >= 400 and not asked):
            self.heard.append(f"{response.status}: {response.url}")


@pytest.fixture
def complaints(live_server: LiveServer) -> Complaints:
    """Collect what pages complain of: `complaints.expect(...)` lets some pass."""
    return Complaints(live_server.url)


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: LiveServer,
    complaints: Complaints,
) -> Iterator[OpenPage]:
    """Open blank pages, each with cookies of its own; `page.goto("/path")` goes to the server."""
    pages: list[Page] = []

    def open_one(
        size: tuple[int, int] = DESKTOP,
        *,
        scheme: Scheme = "light",
        javascript: bool = True,
        home: str = live_server.url,
        **more: Any,
    ) -> Page:
        width, height = size
        context = browser.new_context(
            base_url=home,
            viewport={"width": width, "height": height},
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
            **more,
        )
        context.set_default_timeout(10_000)
        complaints.listen(context)
        if javascript:
            context.add_init_script(TELL_REFUSALS)
        page = context.new_page()
        pages.append(page)
        return page

    yield open_one

    failed = request.node.stash.get(FAILED, False) or bool(complaints.unexpected())
    for number, page in enumerate(pages):
        if failed and not page.is_closed():
            PICTURES.mkdir(exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
            page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert not complaints.unexpected(), "\n".join(complaints.unexpected())


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(PHONE)


@pytest.fixture
def phone_dark(open_page: OpenPage) -> Page:
    return open_page(PHONE, scheme="dark")


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    return open_page(DESKTOP)


@pytest.fixture
def desktop_dark(open_page: OpenPage) -> Page:
    return open_page(DESKTOP, scheme="dark")


@pytest.fixture
def without_javascript(open_page: OpenPage) -> Page:
    return open_page(DESKTOP, javascript=False)


@pytest.fixture(params=["phone", "phone_dark", "desktop", "desktop_dark"])
def every_page(request: pytest.FixtureRequest) -> Page:
    """Run the test on a phone and on a desktop, light and dark."""
    page: Page = request.getfixturevalue(request.param)
    return page


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    """Sign a role or a login in as people do: `sign_in(phone, "manager")`."""

    def sign(page: Page, who: str | Login) -> None:
        login = live_server.people[who] if isinstance(who, str) else who
        page.goto("/sign-in")
        page.locator("[name=email]").fill(login.email)
        page.locator("[name=password]").fill(login.password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return sign


@pytest.fixture(scope="session")
def newcomer(live_server: LiveServer) -> Iterator[Newcomer]:
    """Add somebody whose first day it is: `newcomer()`, `newcomer("Lena Novak")`."""
    from advocacy.auth.models import Credential
    from advocacy.core.database import Database
    from advocacy.core.time import now
    from advocacy.people.actions import add_person
    from advocacy.people.queries import people_by_email

    database = Database(live_server.settings["database_url"])
    known = live_server.people["advocate"]

    def add(name: str = "Noa New") -> Login:
        login = Login(f"{uuid4().hex[:12]}@example.com", known.password)
        at = now()
        with database.writing() as session:
            by_email = people_by_email(session, [known.email])
            hashed = session.get_one(Credential, by_email[known.email].id).password_hash
            person = add_person(
                session, email=login.email, name=name, role="advocate", joined=at.date(), now=at
            )
            credential = Credential(person_id=person.id, password_hash=hashed, changed_at=at)
            session.add(credential)  # the same phrase: to hash one takes its time
        return login

    yield add
    database.engine.dispose()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Serve the sample programme, whose `.people` are its sign-ins by role."""
    from advocacy.config import Settings
    from advocacy.core.database import Database
    from advocacy.core.migrate import upgrade
    from advocacy.core.time import now
    from advocacy.demo import fill, sign_ins

    folder = tmp_path_factory.mktemp("sample")
    server = LiveServer(folder=folder, data=folder / "data")
    server.data.mkdir()
    settings = Settings.from_environment(server.environ)
    database = Database(settings.database_url)
    upgrade(database)
    fill(database, settings, now())
    database.engine.dispose()
    server.people = {one.role: Login(one.email, one.password) for one in sign_ins()}
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """List what axe-core finds wrong with a page; `assert axe(phone) == []`."""
    from axe_playwright_python.base import AXE_SCRIPT

    def violations(page: Page) -> list[str]:
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return violations
