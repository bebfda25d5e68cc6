"""A manager asks about an entry, the person answers, and reads that it was set aside, and why."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Newcomer, OpenPage, SignIn
from tests.browser.portal import choose, log_it, open_card, open_sheet, pick, story


def test_asked_answered_and_set_aside(
    phone: Page,
    open_page: OpenPage,
    sign_in: SignIn,
    newcomer: Newcomer,
    axe: Callable[[Page], list[str]],
) -> None:
    sign_in(phone, newcomer("Quentin Quill"))
    open_sheet(phone)
    pick(phone, "Maria Oliveira")
    choose(phone, "In person")
    log_it(phone)

    manager = open_page(DESKTOP)
    sign_in(manager, "manager")
    manager.goto("/leaderboard")
    manager.get_by_role("link", name="Quentin Quill").click()
    manager.get_by_role("link", name="Put it right").click()
    expect(manager.get_by_label("Why", exact=True)).to_be_visible()
    assert axe(manager) == []
    manager.go_back()
    manager.get_by_role("link", name="Ask about this").click()
    assert axe(manager) == []
    manager.get_by_label("Your question").fill("Where did you meet?")
    manager.get_by_role("button", name="Ask", exact=True).click()
    expect(manager.get_by_text("a question is open")).to_be_visible()

    phone.goto("/")
    expect(phone.get_by_text("Where did you meet?")).to_be_visible()
    phone.get_by_role("link", name="Answer").click()
    phone.get_by_role("button", name="Answer").click()
    expect(phone.get_by_role("link", name="Write your answer.")).to_be_visible()
    phone.get_by_label("Your answer").fill("At the school fair.")
    phone.get_by_role("button", name="Answer").click()
    expect(phone.get_by_text("question answered")).to_be_visible()
    assert axe(phone) == []

    manager.goto("/leaderboard/questions")
    manager.get_by_role("link", name="Quentin Quill").click()
    expect(manager.get_by_text("At the school fair.")).to_be_visible()
    expect(manager.get_by_text("Maria")).to_have_count(0)
    assert axe(manager) == []

    plain = open_page(DESKTOP, javascript=False)
    sign_in(plain, "manager")
    plain.goto(manager.url)
    plain.get_by_label("Set it aside").check()
    plain.get_by_label("Why", exact=True).fill("The fair counts for the team.")
    plain.get_by_role("button", name="Decide").click()
    expect(plain.get_by_role("button", name="Let it count again")).to_be_visible()

    phone.goto("/growth")
    expect(phone.locator(".figure-number").last).to_have_text("0")
    expect(phone.get_by_text("The fair counts for the team.").first).to_be_visible()
    assert axe(phone) == []
    open_card(phone, "Maria Oliveira")
    expect(story(phone)).to_contain_text("Set aside by")
    expect(story(phone)).to_contain_text("The fair counts for the team.")
