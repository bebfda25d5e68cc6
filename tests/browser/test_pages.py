"""Every page of every face, filled: whole on a phone and a desktop, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from advocacy.core.time import month_of, now, quarter_of
from tests.browser.conftest import DESKTOP, PHONE, Complaints, Newcomer, OpenPage, SignIn
from tests.browser.portal import choose, open_sheet, pick, sheet, toast
from tests.servers import LiveServer

SLIM: ViewportSize = {"width": 320, "height": 640}
# A promise of the page's own: what Playwright waits for by text, the page's policy refuses.
UNTIL_SLIM = """() => new Promise(done => {
    const look = () => innerWidth === 320 ? done() : requestAnimationFrame(look);
    look();
})"""
# The names of places and the letters of faces that are wider than what they stand in.
CUT_WORDS = """() => [...document.querySelectorAll(".places-place, .face-fill")]
    .filter(one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
    .map(one => one.textContent.trim())"""
THIS_MONTH = month_of(now().date())
OWN = (
    "/",
    "/contacts",
    "/contacts/new",
    "/contacts?q=nobody+of+that+name",
    "/log",
    "/library",
    "/library/1",
    "/growth",
    "/what-is-kept",
    "/profile",
    "/profiles",
    "/password",
    "/account",
    "/account/authenticator",
    "/terms",
    "/no-such-page",
)
PAGES = {
    "advocate": OWN,
    "manager": (
        "/leaderboard",
        f"/leaderboard?quarter={quarter_of(THIS_MONTH)}",
        "/leaderboard?all=1",
        "/leaderboard/balance?team=1",
        "/leaderboard/1",
        f"/leaderboard/1?month={THIS_MONTH}&of=all",
        "/recognition",
        "/library/new",
        "/library/1/edit",
        "/library?state=draft",
        "/profiles?everybody=1",
        "/profiles/1/propose",
    ),
    "administrator": (
        "/programme",
        "/programme/people",
        "/programme/people/new",
        "/programme/people/1",
        "/programme/teams",
        "/programme/settings",
        "/programme/terms",
        "/programme/audit",
        "/programme/work",
        "/programme/work?letters=gone",
    ),
}
LINKS = {
    "advocate": ("/contacts", "a.row-title", "a.entry-change", "a[href$='/edit']"),
    "manager": ("/recognition", ".rows a.row-title"),
}

Axe = Callable[[Page], list[str]]


def pages_of(page: Page, role: str) -> list[str]:
    """Return the role's pages, those too whose addresses only a link knows."""
    found = list(PAGES[role])
    start, *links = LINKS.get(role, ("",))
    if start:
        page.goto(start)
        for link in links:
            address = page.locator(link).first.get_attribute("href") or ""
            found.append(address)
            if role == "advocate" and link == "a.row-title":
                page.goto(address)
    return found


def wrong_with(page: Page, axe: Axe) -> list[str]:
    """List what is wrong with the page as it stands, in light and in dark."""
    found = axe(page)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(
        "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"
    )
    found += [
        f"dark: {node['target']} {node['failureSummary']}"
        for one in dark["violations"]
        for node in one["nodes"]
    ]
    page.emulate_media(color_scheme="light")
    return found


def overflow(page: Page) -> int:
    pixels: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return pixels


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_whole(
    *,
    sample: LiveServer,
    complaints: Complaints,
    open_page: OpenPage,
    sign_in: SignIn,
    axe: Axe,
    role: str,
    size: tuple[int, int],
) -> None:
    complaints.visit(sample.url)
    page = open_page(size, home=sample.url)
    sign_in(page, sample.people[role])
    wrong: list[str] = []
    for address in pages_of(page, role):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if "no-such" in address else 200), address
        wrong += [f"{address}: {one}" for one in wrong_with(page, axe)]
        if size == PHONE:
            page.set_viewport_size(SLIM)
            page.evaluate(UNTIL_SLIM)
            if pixels := overflow(page):
                wrong.append(f"{address}: {pixels} px wider than 320 px")
            page.set_viewport_size({"width": size[0], "height": size[1]})
    assert wrong == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_opens_over_a_page_is_whole(
    *,
    sample: LiveServer,
    complaints: Complaints,
    open_page: OpenPage,
    sign_in: SignIn,
    axe: Axe,
    size: tuple[int, int],
) -> None:
    complaints.visit(sample.url)
    page = open_page(size, home=sample.url)
    sign_in(page, sample.people["advocate"])
    frame = open_sheet(page)
    expect(frame.get_by_role("button", name="Log it")).to_be_in_viewport(ratio=1)
    expect(frame.get_by_label("When", exact=True)).to_be_in_viewport()
    assert wrong_with(page, axe) == []
    frame.get_by_role("combobox", name="With whom").fill("a")
    page.get_by_role("option").first.wait_for()
    assert wrong_with(page, axe) == []
    frame.get_by_role("combobox", name="With whom").press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    frame.get_by_role("button", name="Log it").click()
    frame.locator(".field-wrong").first.wait_for()
    assert wrong_with(page, axe) == []
    frame.get_by_role("link", name="Close").click()
    if size == PHONE:
        page.locator("details.mine > summary").click()
        page.get_by_role("link", name="Asha Patel").wait_for()
        assert wrong_with(page, axe) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_letters_of_twice_the_size_have_room(
    *,
    sample: LiveServer,
    complaints: Complaints,
    open_page: OpenPage,
    sign_in: SignIn,
    size: tuple[int, int],
) -> None:
    complaints.visit(sample.url)
    page = open_page(size, home=sample.url)
    page.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    sign_in(page, sample.people["manager"])
    wrong = []
    for address in ("/", "/contacts", "/log", "/library", "/growth", "/account", "/leaderboard"):
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        wrong += [f"{address}: {one}" for one in page.evaluate(CUT_WORDS)]
        if pixels := overflow(page):
            wrong.append(f"{address}: {pixels} px too wide")
    assert wrong == []


def test_the_bar_covers_no_button(
    sample: LiveServer, complaints: Complaints, open_page: OpenPage, sign_in: SignIn
) -> None:
    complaints.visit(sample.url)
    page = open_page(PHONE, home=sample.url)
    sign_in(page, sample.people["advocate"])
    for address in ("/log", "/contacts/new", "/profile", "/growth"):
        page.goto(address)
        page.locator("main :is(button, .switch-box):visible").last.focus()
        bottom = page.locator("main :is(button, .switch-box):visible").last.evaluate(
            "button => { button.scrollIntoView({block: 'nearest'});"
            "const box = button.getBoundingClientRect();"
            "return button.contains(document.elementFromPoint("
            "box.left + box.width / 2, box.bottom - 3)) }"
        )
        assert bottom, address


def test_the_sheet_by_keyboard_alone(desktop: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(desktop, newcomer())
    desktop.goto("/contacts")
    link = desktop.locator("a.places-log")
    link.focus()
    desktop.keyboard.press("Enter")
    desktop.locator("dialog[open]").wait_for()
    expect(desktop.get_by_role("combobox", name="With whom")).to_be_focused()
    desktop.keyboard.press("Escape")
    expect(desktop.locator("dialog[open]")).to_have_count(0)
    expect(link).to_be_focused()

    desktop.keyboard.press("Enter")
    desktop.locator("dialog[open]").wait_for()
    desktop.keyboard.type("Maria")
    desktop.get_by_role("option").first.wait_for()
    desktop.keyboard.press("Enter")
    sheet(desktop).get_by_role("button", name="Remove Maria").wait_for()
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Space")  # the first kind
    expect(sheet(desktop).get_by_role("radio", name="Comment")).to_be_checked()
    desktop.keyboard.press("ArrowRight")
    expect(sheet(desktop).get_by_role("radio", name="Message")).to_be_checked()
    for _ in range(3):
        desktop.keyboard.press("Tab")
    expect(sheet(desktop).get_by_label("What was said")).to_be_focused()
    desktop.keyboard.type("Tablets")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Tab")
    expect(sheet(desktop).get_by_role("button", name="Log it")).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(toast(desktop, "Logged with Maria.")).to_be_visible()


def test_closed_half_way_the_words_are_still_there(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    frame.get_by_role("link", name="Close").click()
    open_sheet(phone)
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()


def test_a_text_marked_beyond_the_sheet_does_not_close_it(
    desktop: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(desktop, newcomer())
    frame = open_sheet(desktop)
    note = frame.get_by_label("What was said")
    note.fill("Tablets for a class")
    box = note.bounding_box()
    assert box is not None
    desktop.mouse.move(box["x"] + 60, box["y"] + 15)
    desktop.mouse.down()
    desktop.mouse.move(5, 300, steps=5)
    desktop.mouse.up()
    expect(frame).to_be_visible()
    desktop.mouse.click(5, 300)
    expect(frame).to_be_hidden()
