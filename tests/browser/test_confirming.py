"""The advocate asks, and somebody outside says yes with one tap on a phone."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Newcomer, OpenPage, SignIn
from tests.browser.portal import choose, log_it, open_card, open_sheet, pick, story


def test_yes_we_spoke(
    phone: Page,
    open_page: OpenPage,
    sign_in: SignIn,
    newcomer: Newcomer,
    axe: Callable[[Page], list[str]],
) -> None:
    sign_in(phone, newcomer("Avi Advocate"))
    open_sheet(phone)
    pick(phone, "Maria Oliveira")
    choose(phone, "In person")
    log_it(phone)
    open_card(phone, "Maria Oliveira")
    phone.get_by_role("link", name="Ask Maria to confirm").click()
    expect(phone.get_by_text("12 instead of 8")).to_be_visible()
    phone.get_by_role("button", name="Make the link").click()
    link = phone.get_by_label("The link alone")
    expect(link).to_be_visible()
    assert axe(phone) == []
    phone.get_by_role("button", name="Copy", exact=True).click()
    copied = phone.get_by_role("button", name="Copied", exact=True)
    copied.click()
    expect(copied).to_be_hidden()
    path = urlsplit(link.input_value()).path

    maria = open_page(PHONE, javascript=False)
    maria.goto(path)
    expect(maria.get_by_role("heading", name="Did you speak with Avi")).to_be_visible()
    maria.get_by_role("link", name="Please forget me").click()
    maria.get_by_role("link", name="No, go back").click()
    maria.get_by_role("button", name="Yes, we spoke").click()
    expect(maria.get_by_role("heading", name="Thank you, Maria")).to_be_visible()
    assert maria.context.cookies() == []

    open_card(phone, "Maria Oliveira")
    expect(story(phone)).to_contain_text("Maria confirmed it")
    phone.goto("/growth")
    expect(phone.locator(".figure-number").last).to_have_text("12")
    expect(phone.get_by_text("Seen: Maria Oliveira confirmed it by the link.")).to_be_visible()
