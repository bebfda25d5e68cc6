"""What people do again and again in the portal, in words."""

from playwright.sync_api import Locator, Page


def sheet(page: Page) -> Locator:
    """Return the log sheet: over a page, or as a page of its own."""
    return page.locator("[data-sheet-frame]")


def open_sheet(page: Page) -> Locator:
    """Open the sheet over the page that is shown, by the place called Log."""
    page.locator("a[href='/log']:visible").first.click()
    page.locator("dialog#sheet[open]").wait_for()
    return sheet(page)


def pick(page: Page, *people: str) -> None:
    """Type names into the field, each taken with Enter as it stands or as it is known."""
    field = page.get_by_role("combobox", name="With whom")
    for name in people:
        field.fill(name)
        page.get_by_role("option").first.wait_for()
        field.press("Enter")
        page.get_by_role("button", name=f"Remove {name}").wait_for()


def choose(page: Page, *words: str) -> None:
    """Choose among the radios of the sheet, by their words."""
    for word in words:
        sheet(page).get_by_role("radio", name=word, exact=True).check()


def log_it(page: Page) -> None:
    """Log, and wait for the word that it is kept: this one, not what an earlier page said."""
    sheet(page).get_by_role("button", name="Log it").click()
    page.locator("dialog#sheet[open]").wait_for(state="detached")
    toast(page, "Logged with").wait_for()


def toast(page: Page, words: str) -> Locator:
    """Return the toast that holds these words."""
    return page.locator("#toasts .toast", has_text=words)


def story(page: Page) -> Locator:
    """Return the entries of a contact's story."""
    return page.locator(".story > .entry")


def add_people(page: Page, *names: str) -> None:
    """Add people on the page for it, three at a time."""
    page.goto("/contacts/new")
    for line, name in zip(page.locator("[name^=name-]").all(), names, strict=False):
        line.fill(name)
    page.get_by_role("button", name="Add them").click()
    page.wait_for_url("**/contacts")


def open_card(page: Page, name: str) -> None:
    """Open somebody's card from the people known."""
    page.goto("/contacts")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
