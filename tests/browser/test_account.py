"""Passkeys on a virtual security key, and the authenticator app, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Complaints, Newcomer, OpenPage, SignIn
from tests.browser.portal import toast
from tests.databases import Databases
from tests.servers import LiveServer, free_port


@pytest.fixture
def at_localhost(
    databases_on: Callable[[str], Databases], tmp_path: Path, complaints: Complaints
) -> Iterator[LiveServer]:
    """Serve where browsers allow passkeys without https: at localhost, not at its number."""
    makers, port = databases_on("sqlite"), free_port()
    url = makers.migrated()
    settings = {"database_url": url, "base_url": f"http://localhost:{port}"}
    server = LiveServer(folder=tmp_path, data=tmp_path / "data", settings=settings, port=port)
    complaints.visit(settings["base_url"])
    try:
        server.add_people()
        server.start()
        yield server
    finally:
        server.stop()
        makers.remove(url)


def put_in_a_key(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_by_itself(at_localhost: LiveServer, open_page: OpenPage) -> None:
    page = open_page(PHONE, home=at_localhost.settings["base_url"])
    put_in_a_key(page)
    login = at_localhost.people["manager"]
    page.goto("/sign-in")
    page.locator("[name=email]").fill(login.email)
    page.locator("[name=password]").fill(login.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)

    page.goto("/account")
    page.get_by_role("link", name="Add passkey").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Password now").fill(login.password)
    page.get_by_role("button", name="Make the passkey").click()
    expect(toast(page, "signing in takes two steps")).to_be_visible()
    expect(page.locator("#codes li")).to_have_count(10)
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()

    page.goto("/profile")
    page.get_by_role("main").get_by_role("button", name="Sign out").or_(
        page.get_by_role("complementary").get_by_role("button", name="Sign out")
    ).first.click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/leaderboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is building relationships")

    # As the second step after the password, too
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.locator("[name=email]").fill(login.email)
    page.locator("[name=password]").fill(login.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sign-in/second")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_an_authenticator_app_without_javascript(
    open_page: OpenPage, sign_in: SignIn, newcomer: Newcomer
) -> None:
    page, login = open_page(PHONE, javascript=False), newcomer()
    sign_in(page, login)
    page.goto("/account")
    page.get_by_role("link", name="Add authenticator app").click()
    page.get_by_text("Type it by hand").click()
    secret = page.locator(".codes").inner_text().replace(" ", "")
    assert page.locator("img.qr").evaluate("picture => picture.naturalWidth") > 100
    page.get_by_label("Code").fill("000000")
    page.get_by_label("Password now").fill(login.password)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#code-error")).to_contain_text("not right")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_label("Password now").fill(login.password)
    page.get_by_role("button", name="Add it").click()
    code = page.locator("#codes li").first.inner_text()
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.locator("[name=email]").fill(login.email)
    page.locator("[name=password]").fill(login.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go in").click()
    expect(page.get_by_text("A recovery code is used up; 9 are left.")).to_be_visible()
