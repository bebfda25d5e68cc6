"""What cannot be so is said beside its field, and what was typed is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Newcomer, OpenPage, SignIn
from tests.browser.portal import (
    add_people,
    choose,
    log_it,
    open_card,
    open_sheet,
    pick,
    sheet,
    story,
    toast,
)

LONG = ("Maria Francisca Xavier de Paula Micaela Gabriela Rafaela Gonzaga de Braganca Luz " * 2)[
    :80
]
RIGHT_TO_LEFT = "ليلى الخطيب"


@pytest.fixture
def plain(open_page: OpenPage, sign_in: SignIn, newcomer: Newcomer) -> Page:
    """Open the sheet as a page, without JavaScript."""
    page = open_page(PHONE, javascript=False)
    sign_in(page, newcomer())
    page.goto("/log")
    return page


def send(page: Page) -> None:
    sheet(page).get_by_role("button", name="Log it").click()


def test_an_error_is_shown_inside_the_sheet(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "In person", "Not yet")
    frame.get_by_label("What was said").fill("Tablets for a class")
    send(phone)
    wrong = frame.get_by_role("group", name="Did they answer?").locator(".field-wrong")
    expect(wrong).to_have_text("You met, so choose Yes.")
    expect(frame.get_by_role("group", name="Did they answer?").locator(":focus")).to_have_count(1)
    expect(frame.get_by_label("What was said")).to_have_value("Tablets for a class")
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()
    expect(frame.get_by_role("radio", name="In person")).to_be_checked()
    choose(phone, "Yes")
    log_it(phone)
    open_card(phone, "Maria")
    expect(story(phone)).to_have_count(1)


def test_nobody_and_no_kind(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    send(phone)
    expect(frame.locator(".people .field-wrong")).to_have_text("Say with whom: a name is enough.")
    expect(frame.get_by_role("combobox", name="With whom")).to_be_focused()
    pick(phone, "Maria")
    expect(frame.locator(".people .field-wrong")).to_have_count(0)  # put right, so no longer said
    expect(frame.locator(".kinds .field-wrong")).to_have_count(1)
    send(phone)
    expect(frame.locator(".kinds .field-wrong")).to_have_text(
        "Say how you spoke: one of the five kinds."
    )
    expect(frame.locator(".kinds :focus")).to_have_count(1)
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()
    # Nothing was half-written
    phone.goto("/contacts")
    expect(phone.get_by_text("Who made you smile this week?")).to_be_visible()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-02-30", "February 2026 has 28 days. Did you mean the 28th?"),
        ("soon", "That is not a day."),
        (f"{datetime.now(UTC).date() + timedelta(days=1)}", "That day is still to come."),
    ],
)
def test_a_day_that_cannot_be(
    phone: Page, sign_in: SignIn, newcomer: Newcomer, day: str, words: str
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    when = frame.get_by_label("When", exact=True)
    when.evaluate("(field, day) => { field.type = 'text'; field.value = day }", day)
    send(phone)
    expect(
        frame.locator(".field", has=phone.get_by_label("When", exact=True)).locator(".field-wrong")
    ).to_contain_text(words)
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()
    when.fill(f"{datetime.now(UTC).date()}")
    log_it(phone)


def test_a_day_long_ago_says_in_the_head_that_it_brings_no_points(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    phone.set_viewport_size({"width": 375, "height": 760})
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    said = frame.get_by_text("remembered, but brings no points")
    expect(said).to_be_hidden()
    when = frame.get_by_label("When", exact=True)
    head = frame.locator(".sheet-head")
    height = head.evaluate("head => head.offsetHeight")
    when.focus()
    assert head.evaluate("head => head.offsetHeight") == height
    day = datetime.now(UTC).date() - timedelta(days=24)
    when.fill(day.isoformat())
    expect(said).to_be_in_viewport()
    under = (
        "said => said.contains(document.elementFromPoint(...(box => [box.left + 9, box.top + 9])"
    )
    assert said.evaluate(f"{under}(said.getBoundingClientRect())))")
    assert frame.locator("[data-day-word]").inner_text().startswith(f"{day.day} {day:%b}")
    when.fill(f"{datetime.now(UTC).date()}")
    expect(said).to_be_hidden()


def test_crafted_values(plain: Page) -> None:
    plain.get_by_label("With whom, 1").fill("Maria")
    choose(plain, "Call")
    plain.get_by_label("What was said").fill("Tablets")
    plain.locator("[name=kind]:checked").evaluate("radio => { radio.value = 'telepathy' }")
    send(plain)
    expect(plain.locator(".kinds .field-wrong")).to_be_visible()
    expect(plain.get_by_label("With whom, 1")).to_have_value("Maria")
    expect(plain.get_by_label("What was said")).to_have_value("Tablets")

    choose(plain, "Call")
    plain.get_by_label("With whom, 1").fill("id:1")
    send(plain)
    expect(plain.locator(".people .field-wrong")).to_have_text("There is nobody of yours here.")

    plain.locator("#contact-0").fill("x" * 300)
    send(plain)
    expect(plain.locator(".people .field-wrong")).to_be_visible()
    expect(plain.get_by_label("With whom, 1")).to_have_value("x" * 300)
    expect(plain.get_by_label("What was said")).to_have_value("Tablets")


def test_a_name_that_fits_two_is_asked_back(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Maria", "maria@school.example")
    open_card(phone, "maria@school.example")
    phone.get_by_role("link", name="Change").click()
    phone.get_by_label("Name", exact=True).fill("Maria")
    phone.get_by_role("button", name="Keep it").click()
    toast(phone, "Kept.").wait_for()

    phone.goto("/")
    frame = open_sheet(phone)
    # Sent as it was typed: nothing was found to choose from
    phone.route("**/contacts.json*", lambda route: route.fulfill(json=[]))
    frame.get_by_role("combobox", name="With whom").fill("Maria")
    choose(phone, "Call")
    frame.get_by_role("button", name="Remove Maria").wait_for()
    frame.get_by_label("What was said").fill("Tablets")
    send(phone)
    expect(frame.locator(".people .field-wrong")).to_be_visible()
    expect(frame.get_by_label("What was said")).to_have_value("Tablets")
    frame.get_by_role("button", name="Maria (maria@school.example)").click()
    log_it(phone)
    phone.goto("/contacts")
    phone.locator(".row-title").first.click()
    expect(phone.get_by_text("maria@school.example")).to_be_visible()
    expect(story(phone)).to_have_count(1)


def test_a_first_name_typed_and_left_is_who_is_known_by_it(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Elena Petrova", "Kwame Mensah", "Kwame Boateng")
    frame = open_sheet(phone)
    field = frame.get_by_role("combobox", name="With whom")
    field.fill("elena")
    field.blur()  # the list of who is known may lie over what is tapped next
    frame.get_by_role("button", name="Remove Elena Petrova").wait_for()
    choose(phone, "Call")

    field.fill("Kwame")
    frame.get_by_label("What was said").click()
    expect(frame.get_by_text("You know 2 people called Kwame. Say which one.")).to_be_visible()
    send(phone)
    expect(field).to_have_value("Kwame")
    frame.get_by_role("option", name="Kwame Boateng").click()

    field.fill("Yuki")
    send(phone)  # at once, from the words that stand there
    toast(phone, "Logged with Elena Petrova, Kwame Boateng and Yuki.").wait_for()
    phone.goto("/contacts")
    expect(phone.locator(".row-title")).to_have_text(
        ["Elena Petrova", "Kwame Boateng", "Yuki", "Kwame Mensah"]
    )


def test_somebody_new_is_called_new(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Elena Petrova")
    frame = open_sheet(phone)
    pick(phone, "Yuki")
    frame.get_by_role("button", name="Elena Petrova").click()
    expect(frame.locator(".people-name", has_text="Yuki")).to_contain_text("new")
    expect(frame.locator(".people-name", has_text="Elena")).not_to_contain_text("new")


def test_names_of_every_length_and_direction(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    phone.set_viewport_size({"width": 320, "height": 640})
    frame = open_sheet(phone)
    pick(phone, LONG, "Ö", RIGHT_TO_LEFT, "lena@novak.example")
    choose(phone, "In person")
    assert not too_wide(phone)
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    log_it(phone)
    assert not too_wide(phone)
    for name in (LONG, "Ö", RIGHT_TO_LEFT, "lena@novak.example"):
        open_card(phone, name)
        assert not too_wide(phone)
        expect(story(phone)).to_have_count(1)
    phone.goto("/growth")
    assert not too_wide(phone)


def too_wide(page: Page) -> int:
    pixels: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return pixels


def test_a_form_that_expired_keeps_the_words(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    frame.get_by_label("What was said").fill("Tablets for a class")
    frame.locator("[name=csrf_token]").evaluate("field => { field.value = 'of last week' }")
    send(phone)
    expect(phone.get_by_role("heading", name="This page had been open too long")).to_be_visible()
    expect(phone.get_by_text("Tablets for a class")).to_be_visible()
    phone.get_by_role("button", name="Send it now").click()
    toast(phone, "Logged with Maria.").wait_for()


def test_signed_out_meanwhile_keeps_the_words(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    login = newcomer()
    sign_in(phone, login)
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    frame.get_by_label("What was said").fill("Tablets for a class")
    phone.context.clear_cookies()
    send(phone)
    expect(frame.get_by_role("alert")).to_contain_text("You were signed out.")
    expect(frame.get_by_label("What was said")).to_have_value("Tablets for a class")
    send(phone)  # still signed out: still here
    with phone.context.expect_page() as opened:
        frame.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, login)
    log_it(phone)
    open_card(phone, "Maria")
    expect(story(phone)).to_contain_text("Tablets for a class")


def test_signed_out_meanwhile_on_a_page_sends_at_once_after_a_sign_in(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    login = newcomer()
    sign_in(phone, login)
    phone.goto("/contacts/new")
    phone.get_by_label("First person").fill("Maria")
    phone.context.clear_cookies()
    phone.get_by_role("button", name="Add them").click()
    expect(phone.get_by_role("heading", name="You were signed out")).to_be_visible()
    with phone.context.expect_page() as opened:
        phone.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, login)
    phone.get_by_role("button", name="Send it now").click()
    phone.wait_for_url("**/contacts")
    expect(phone.locator(".row-title")).to_have_text(["Maria"])


def test_empty_and_long_names_on_the_page_for_them(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    phone.goto("/contacts/new")
    phone.get_by_role("button", name="Add them").click()
    expect(phone.locator(".field-wrong")).to_have_text("One name is enough to begin.")
    phone.get_by_label("First person").fill("Maria")
    second = phone.get_by_label("Second person")
    second.fill("x" * 300)
    phone.get_by_role("button", name="Add them").click()
    expect(phone.locator(".field", has=second).locator(".field-wrong")).to_be_visible()
    expect(phone.get_by_label("First person")).to_have_value("Maria")
    expect(second).to_have_value("x" * 300)
