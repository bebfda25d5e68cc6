"""A manager: content, staff profiles, the leaderboard, and closing a month."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Complaints, Newcomer, OpenPage, SignIn
from tests.browser.portal import toast
from tests.servers import LiveServer, Login

At = Callable[..., Page]


@pytest.fixture
def at_sample(
    sample: LiveServer, complaints: Complaints, open_page: OpenPage, sign_in: SignIn
) -> At:
    """Open the sample programme as somebody of a role: `at_sample("manager", PHONE)`."""
    complaints.visit(sample.url)

    def open_one(role: str, size: tuple[int, int] = DESKTOP) -> Page:
        page = open_page(size, home=sample.url, accept_downloads=True)
        sign_in(page, sample.people[role])
        return page

    return open_one


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_item_is_published_and_shared(
    open_page: OpenPage,
    sign_in: SignIn,
    newcomer: Newcomer,
    live_server: LiveServer,
    size: tuple[int, int],
) -> None:
    title = f"How we halved our packaging, {size[0]}"
    manager = open_page(size)
    sign_in(manager, "manager")
    manager.goto("/library")
    manager.get_by_role("link", name="New item").first.click()
    manager.get_by_label("Link").fill(f"{live_server.url}/what-is-kept?packaging={size[0]}")
    manager.get_by_role("button", name="Keep as a draft").click()
    expect(manager.locator(".field", has=manager.get_by_label("Title"))).to_contain_text(
        "A title is needed."
    )
    expect(manager.get_by_label("Link")).to_have_value(re.compile("packaging="))
    manager.get_by_label("Title").fill(title)
    manager.get_by_label("Caption or text").fill("Half the paper, the same care.")
    manager.get_by_role("button", name="Keep as a draft").click()
    expect(manager.get_by_text("A draft: only managers see it.")).to_be_visible()

    advocate = open_page(size)
    sign_in(advocate, newcomer())
    advocate.goto("/library")
    expect(advocate.get_by_role("link", name=title)).to_have_count(0)
    manager.get_by_role("button", name="Publish").click()
    advocate.goto("/library")
    advocate.get_by_role("link", name=title).click()
    advocate.get_by_label("In your own words").fill("I work here, and I like this.")
    advocate.get_by_role("radio", name="Bluesky").check()
    advocate.get_by_role("button", name="Make my link").click()
    link = advocate.get_by_label("Your link", exact=True).input_value()
    assert link.startswith(f"{live_server.url}/s/")
    page_there = advocate.get_by_role("link", name="Open Bluesky")
    expect(page_there).to_have_attribute(
        "href", re.compile(r"^https://bsky\.app/intent/compose\?text=I%20work%20here")
    )
    expect(page_there).to_have_attribute("target", "_blank")

    # It leads on, and counts; whoever follows it is not signed in
    stranger = open_page(size)
    stranger.goto(link)
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next="))
    advocate.get_by_role("button", name="I posted it").click()
    expect(toast(advocate, "Your share is logged.")).to_be_visible()
    expect(advocate.get_by_text("Bluesky: 1 visit")).to_be_visible()
    advocate.get_by_role("button", name="Undo").click()
    expect(toast(advocate, "Taken back.")).to_be_visible()

    manager.get_by_role("button", name="Archive").click()
    advocate.goto("/library")
    expect(advocate.get_by_role("link", name=title)).to_have_count(0)


def test_a_profile_is_shown_as_agreed_and_gone_when_withdrawn(
    open_page: OpenPage, sign_in: SignIn, newcomer: Newcomer
) -> None:
    manager, advocate, colleague = open_page(), open_page(PHONE), open_page(PHONE)
    login = newcomer("Lena Novak")
    sign_in(manager, "manager")
    sign_in(advocate, login)
    sign_in(colleague, newcomer())
    manager.goto("/profiles?everybody=1")
    manager.get_by_label("Find somebody").fill(login.email)
    manager.get_by_label("Find somebody").press("Enter")
    manager.get_by_role("link", name="Propose the profile of Lena Novak").click()
    manager.get_by_label("Headline").fill("Teaches machines to listen")
    manager.get_by_label("Words").fill("Sings alto in a school choir.")
    manager.get_by_role("button", name="Propose it").click()
    manager.wait_for_url(lambda url: "/propose" not in url)

    def shown() -> int:
        colleague.goto("/profiles")
        return colleague.get_by_text("Teaches machines to listen").count()

    assert shown() == 0
    advocate.goto("/profile")
    advocate.get_by_role("button", name="Agree").click()
    expect(advocate.get_by_role("button", name="Take it down")).to_be_visible()
    assert shown() == 1
    colleague.get_by_role("link", name="Lena Novak").click()
    expect(colleague.get_by_text("Sings alto in a school choir.")).to_be_visible()
    advocate.get_by_role("button", name="Take it down").click()
    expect(advocate.get_by_text("Nothing of you is shown")).to_be_visible()
    assert shown() == 0
    gone = colleague.go_back()
    assert gone is None or colleague.get_by_text("Sings alto").count() == 0


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_board_and_the_way_down(at_sample: At, size: tuple[int, int]) -> None:
    page = at_sample("manager", size)
    page.goto("/leaderboard")
    rows = page.locator("tbody tr")
    whole = rows.count()
    for name in ("Quarter", "Year", "All time", "Month"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
        assert rows.count() == whole
        points = [int(one) for one in page.locator("td[data-label=Points]").all_inner_texts()]
        assert points == sorted(points, reverse=True)
    page.get_by_label("Team").select_option("Platform")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("team="))
    assert 0 < rows.count() < whole
    expect(rows.locator(".row-second").first).to_have_text("Platform")

    page.get_by_role("link", name="Asha Patel").click()
    expect(page.get_by_text("Asha will see that you looked at this,")).to_be_visible()
    total = page.locator(".card .figure-number").first.inner_text()
    expect(page.locator(".entry-total")).to_contain_text(f"add up to {total}")
    names = at_sample("advocate")
    names.goto("/contacts")
    known = names.locator(".row-title").all_inner_texts()
    shared = []
    for one, address in [
        (link.inner_text(), link.get_attribute("href") or "")
        for link in names.locator("a.row-title").all()
    ]:
        answer = names.request.get(address)
        if "Managers may see this name" in answer.text():
            shared.append(one)
    said = page.locator("main").inner_text()
    assert "rivate contact" in said
    assert [one for one in known if one in said and one not in shared] == []
    names.goto("/growth")
    expect(names.get_by_text("looked at your").first).to_contain_text("Clara Bergmann")


def test_a_month_is_closed_once_and_handed_on(
    at_sample: At, axe: Callable[[Page], list[str]]
) -> None:
    page, second = at_sample("manager"), at_sample("administrator", PHONE)
    page.goto("/recognition")
    month = page.locator(".row", has_text="over, not closed yet").last
    name = month.locator(".row-title").inner_text()
    month.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("heading", name=f"Close {name}")).to_be_visible()
    expect(page.get_by_text("points, each with its reason")).to_be_visible()
    second.goto(page.url)
    assert axe(page) + axe(second) == []
    page.get_by_role("button", name=f"Close {name}").click()
    expect(toast(page, f"Closed: {name}.")).to_be_visible()
    assert axe(page) == []
    second.get_by_role("button", name=f"Close {name}").click()
    expect(second.get_by_role("heading", name=f"{name} is closed already")).to_be_visible()
    expect(second.get_by_role("link", name=f"See {name}")).to_be_visible()
    assert axe(second) == []
    expect(second.get_by_role("button", name=f"Close {name}")).to_have_count(0)

    for words, ending in (("Spreadsheet", "xlsx"), ("Table (CSV)", "csv"), ("Data (JSON)", "json")):
        with page.expect_download() as started:
            page.get_by_role("link", name=words).click()
        assert started.value.suggested_filename.endswith(f".{ending}")
        content = started.value.path().read_bytes()
        if ending == "json":
            assert json.loads(content)
        assert content.startswith({"xlsx": b"PK", "csv": b"period,rank", "json": b"{"}[ending])


def test_the_months_that_cannot_be_closed(at_sample: At) -> None:
    page = at_sample("manager", PHONE)
    page.goto("/recognition")
    open_month = page.get_by_role("link", name=re.compile("^Leaderboard"), exact=False).last
    address = (open_month.get_attribute("href") or "").split("month=")[1]
    page.goto(f"/recognition/{address}/close")
    expect(page.get_by_role("alert")).to_contain_text("is not over")
    expect(page.get_by_role("button", name=re.compile("^Close"))).to_have_count(0)


def test_an_advocate_stays_outside(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    for address in ("/leaderboard", "/recognition", "/library/new", "/programme"):
        phone.goto(address)
        expect(phone.get_by_role("heading", name="Not for you")).to_be_visible()
    phone.goto("/")
    expect(phone.get_by_role("link", name="Leaderboard")).to_have_count(0)


def test_somebody_new_from_the_first_set_up_to_the_last_day(
    serve: Callable[..., LiveServer], complaints: Complaints, open_page: OpenPage, sign_in: SignIn
) -> None:
    server = serve()
    complaints.visit(server.url)
    admin = open_page(home=server.url)
    admin.goto("/")
    expect(admin.get_by_role("heading", name="Look at the console")).to_be_visible()
    code = re.search(r"/welcome/\S+", server.log)
    assert code is not None
    admin.goto(code[0])
    admin.get_by_role("button", name="Begin").click()
    expect(admin.locator(".field-wrong").first).to_be_visible()
    admin.get_by_label("Name of the programme").fill("Fernhill")
    admin.get_by_label("Your name").fill("Robin Okafor")
    admin.get_by_label("E-mail").fill("robin@example.com")
    admin.locator("[name=password]").fill("a long phrase of one's own")
    admin.locator("[name=repeated]").fill("a long phrase of one's own")
    admin.get_by_role("button", name="Begin").click()
    admin.wait_for_url(lambda url: "/welcome" not in url)
    assert admin.request.get(code[0]).status == 404

    admin.goto("/programme/people/new")
    admin.get_by_label("E-mail").fill("mei@example.com")
    admin.get_by_label("Name", exact=True).fill("Mei Lin")
    admin.get_by_role("button", name="Add, and make the link").click()
    link = admin.get_by_label("One-time link").input_value()
    person = admin.url

    mei = open_page(PHONE, home=server.url)
    mei.goto(link)
    expect(mei.get_by_role("heading", name="Welcome, Mei")).to_be_visible()
    for field in ("password", "repeated"):
        mei.locator(f"[name={field}]").fill("another long phrase of mine")
    mei.get_by_role("button", name="Keep it and go in").click()
    expect(mei.get_by_text("Who made you smile this week?")).to_be_visible()

    admin.goto(person.split("#")[0])
    admin.get_by_text("Deactivate Mei?").click()
    admin.get_by_role("button", name="Yes, deactivate Mei Lin").click()
    expect(admin.get_by_role("button", name="Activate")).to_be_visible()
    mei.goto("/contacts")
    expect(mei).to_have_url(re.compile("/sign-in"))
    mei.locator("[name=email]").fill("mei@example.com")
    mei.locator("[name=password]").fill("another long phrase of mine")
    mei.get_by_role("button", name="Sign in").click()
    expect(mei.locator(".field-wrong")).to_be_visible()
    admin.get_by_role("button", name="Activate").click()
    admin.wait_for_load_state()
    sign_in(mei, Login("mei@example.com", "another long phrase of mine"))
