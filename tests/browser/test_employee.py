"""An employee at lunch: people, conversations and growth, on a phone."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route, expect

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


def days_ago(days: int) -> str:
    return f"{datetime.now(UTC).date() - timedelta(days=days)}"


def test_the_first_day(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer("Noa New"))
    expect(phone.get_by_role("heading", name="Welcome, Noa")).to_be_visible()
    phone.get_by_role("link", name="Add three people").click()
    for place, name in zip(("First", "Second", "Third"), ("Maria", "Kwame", "Lena"), strict=True):
        phone.get_by_label(f"{place} person").fill(name)
    phone.get_by_role("button", name="Add them").click()
    expect(phone.locator(".row-title")).to_have_text(["Kwame", "Lena", "Maria"])

    # One tap from People: somebody known, and somebody new
    frame = open_sheet(phone)
    frame.get_by_role("button", name="Maria").click()
    pick(phone, "Yuki Tanaka")
    choose(phone, "Introduction", "I did", "Yes")
    frame.get_by_label("What was said").fill("Tablets for a class")
    log_it(phone)
    expect(phone).to_have_url(f"{phone.url.split('/contacts')[0]}/contacts")
    expect(toast(phone, "Logged with Maria and Yuki Tanaka.")).to_be_focused()
    toast(phone, "Logged").get_by_role("button", name="Undo").click()
    expect(toast(phone, "Taken back.")).to_be_visible()
    open_card(phone, "Maria")
    expect(phone.get_by_text("not yet spoken")).to_be_visible()

    # Logged again, from the card this time
    phone.get_by_role("link", name="Log a conversation").click()
    sheet(phone).get_by_role("button", name="Remove Maria").wait_for()
    choose(phone, "Call")
    log_it(phone)
    expect(phone.locator(".person-head .chip")).to_have_text("growing")
    expect(phone.get_by_role("img", name="growing")).to_be_visible()
    expect(story(phone)).to_have_count(1)
    expect(story(phone)).to_contain_text("You called")


def test_answers_that_come_later(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Message", "They did", "Not yet")
    log_it(phone)
    expect(phone.get_by_text("1 person", exact=True)).to_be_visible()
    phone.get_by_role("link", name="I answered Maria").click()
    expect(phone.get_by_role("heading", name="You answered Maria")).to_be_visible()
    phone.get_by_label("When did you answer?").fill(days_ago(-1))
    phone.get_by_role("button", name="Mark it answered").click()
    expect(phone.locator(".field-wrong")).to_be_visible()
    phone.get_by_label("When did you answer?").fill(days_ago(0))
    phone.get_by_role("button", name="Mark it answered").click()
    expect(toast(phone, "Noted: you answered Maria.")).to_be_visible()
    expect(phone.get_by_text("nobody", exact=True)).to_be_visible()

    open_sheet(phone)
    pick(phone, "Kwame")
    choose(phone, "Call", "I did", "Not yet")
    log_it(phone)
    phone.goto("/growth")
    expect(phone.locator(".entry", has_text="Called Kwame")).to_contain_text("8 once Kwame answers")
    open_card(phone, "Kwame")
    phone.get_by_role("button", name="They answered").click()
    expect(toast(phone, "Noted")).to_be_visible()
    expect(phone.get_by_role("button", name="They answered")).to_have_count(0)
    toast(phone, "Noted").get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("button", name="They answered")).to_be_visible()


def test_who_answered_is_asked_by_who_began(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria", "Kwame")
    expect(frame.get_by_role("group", name="Did they answer?")).to_be_visible()
    choose(phone, "They did")
    expect(frame.get_by_role("group", name="Did you answer?")).to_be_visible()
    expect(frame.get_by_text("Did you answer one and not another?")).to_be_visible()
    choose(phone, "I did")
    expect(frame.get_by_role("group", name="Did they answer?")).to_be_visible()
    # what may surprise is said while it is chosen
    for chosen, said in (
        ("They did", "They began, so the day is that of your answer."),
        ("Not yet", "It waits on Today until you have answered."),
        ("In person", "You met, so choose Yes."),
        ("Introduction", "An introduction is of two people: name both."),
    ):
        choose(phone, chosen)
        expect(sheet(phone).get_by_text(said)).to_be_visible()
    expect(sheet(phone).get_by_text("You met, so choose Yes.")).to_be_hidden()


def test_an_answer_stays_with_whom_it_is_of(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Maria", "Lena")
    frame = open_sheet(phone)
    pick(phone, "Yuki", "Maria", "Kwame")
    choose(phone, "Call", "I did")
    frame.get_by_text("Did one answer and another not?").click()
    for name, answer in (("Yuki", "Not yet"), ("Maria", "Yes"), ("Kwame", "Not yet")):
        frame.get_by_label(name, exact=True).select_option(answer)

    def given() -> list[tuple[str, str]]:
        each = sheet(phone).locator(".answers-one")
        return [
            (one.locator("label").inner_text(), one.locator("select").input_value())
            for one in each.all()
        ]

    frame.get_by_label("What was said").fill("x" * 2001)
    frame.get_by_role("button", name="Log it").click()
    expect(sheet(phone).locator(".field-summary")).to_be_visible()
    pick(phone, "Lena")
    sheet(phone).get_by_role("button", name="Remove Kwame").click()
    sheet(phone).get_by_label("Lena", exact=True).select_option("Not yet")
    assert sorted(given()) == [("Lena", "false"), ("Maria", "true"), ("Yuki", "false")]
    sheet(phone).get_by_role("button", name="Remove Lena").click()
    assert sorted(given()) == [("Maria", "true"), ("Yuki", "false")]
    sheet(phone).get_by_label("What was said").fill("A choir")
    log_it(phone)
    open_card(phone, "Yuki")
    expect(phone.get_by_role("button", name="They answered")).to_be_visible()
    open_card(phone, "Maria")
    expect(phone.get_by_role("button", name="They answered")).to_have_count(0)


def test_putting_right_and_taking_back(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Message")
    log_it(phone)
    open_card(phone, "Maria")
    phone.get_by_role("link", name="Correct: You wrote").click()
    phone.get_by_role("radio", name="Call", exact=True).check()
    phone.get_by_label("When", exact=True).fill(days_ago(2))
    phone.get_by_role("button", name="Keep it like this").click()
    expect(toast(phone, "Corrected.")).to_be_visible()
    expect(story(phone)).to_contain_text("You called")

    phone.goto("/growth")
    expect(phone.locator(".entry").first.locator(".entry-reason")).not_to_be_empty()
    open_card(phone, "Maria")
    phone.get_by_role("link", name="Correct: You called").click()
    phone.get_by_text("Take it back", exact=True).click()
    phone.get_by_role("button", name="Yes, take it back").click()
    expect(toast(phone, "Taken back.")).to_be_visible()
    # Maria was known by this conversation alone
    expect(phone).to_have_url(re.compile("/contacts$"))
    expect(phone.locator(".row-title")).to_have_count(0)


def test_growth_adds_up_and_the_ranking_is_a_choice(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    open_sheet(phone)
    pick(phone, "Maria", "Kwame")
    choose(phone, "In person")
    log_it(phone)
    open_sheet(phone)
    pick(phone, "Lena")
    choose(phone, "Call")
    log_it(phone)

    phone.goto("/growth")
    entries = phone.locator(".entry")
    points = [int(one.inner_text().split()[0]) for one in entries.locator(".entry-points").all()]
    assert all(one.inner_text().strip() for one in entries.locator(".entry-reason").all())
    assert entries.locator(".entry-reason").count() == entries.count()
    numbers = phone.locator(".bar-numbers dd").all_inner_texts()
    if any(points):  # what lies before the programme's first day is remembered, without points
        assert phone.locator(".figure-number").first.inner_text() == f"{sum(points)}"
        assert sum(map(int, numbers)) == sum(points)

    place = phone.get_by_text("It starts anew each month.")
    expect(place).to_be_visible()
    phone.get_by_role("switch", name="Show me on the board").uncheck()
    expect(phone.get_by_text("You are not on the board, by your own wish.")).to_be_visible()
    assert phone.locator(".entry").count() == len(points)
    phone.get_by_role("switch", name="Show me on the board").check()
    expect(place).to_be_visible()


def test_the_same_without_javascript(
    open_page: OpenPage, sign_in: SignIn, newcomer: Newcomer
) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in(page, newcomer())
    add_people(page, "Maria", "Kwame", "Lena")
    page.locator("a[href='/log']:visible").first.click()
    page.wait_for_url("**/log")
    button = page.get_by_role("button", name="Log it")
    expect(button).to_be_in_viewport()
    page.get_by_role("checkbox", name="Maria").check()
    page.get_by_label("With whom, 1").fill("Yuki Tanaka")
    choose(page, "Message", "They did", "Not yet")
    page.get_by_label("What was said").fill("Tablets")
    button.click()
    page.get_by_role("button", name="Undo").click()
    expect(toast(page, "Taken back.")).to_be_visible()

    page.goto("/log")
    page.get_by_role("checkbox", name="Maria").check()
    choose(page, "Message", "They did", "Not yet")
    button.click()
    page.goto("/")
    page.get_by_role("link", name="I answered Maria").click()
    page.get_by_role("button", name="Mark it answered").click()
    expect(toast(page, "Noted")).to_be_visible()

    open_card(page, "Maria")
    page.get_by_role("link", name="Correct: Maria wrote").click()
    choose_kind = page.get_by_role("radio", name="Call", exact=True)
    choose_kind.check()
    page.get_by_role("button", name="Keep it like this").click()
    expect(story(page)).to_contain_text("Maria called")
    page.get_by_role("link", name="Correct: Maria called").click()
    page.get_by_text("Take it back", exact=True).click()
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_text("Nothing said yet")).to_be_visible()
    page.goto("/growth")
    page.get_by_role("switch", name="Show me on the board").uncheck()
    page.get_by_role("button", name="Keep this choice").click()
    expect(page.get_by_text("by your own wish")).to_be_visible()


def test_a_double_tap_logs_once(phone: Page, sign_in: SignIn, newcomer: Newcomer) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    frame.get_by_role("button", name="Log it").dblclick()
    toast(phone, "Logged").wait_for()
    open_card(phone, "Maria")
    expect(story(phone)).to_have_count(1)


def test_going_back_and_sending_again_logs_once(
    open_page: OpenPage, sign_in: SignIn, newcomer: Newcomer
) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in(page, newcomer())
    page.goto("/log")
    page.get_by_label("With whom, 1").fill("Maria")
    choose(page, "Call")
    page.get_by_role("button", name="Log it").click()
    toast(page, "Logged").wait_for()
    page.go_back()
    page.get_by_role("button", name="Log it").click()
    expect(page.locator(".field-wrong")).to_have_text("Say with whom: a name is enough.")
    open_card(page, "Maria")
    expect(story(page)).to_have_count(1)


def test_an_answer_that_is_lost_on_its_way_logs_once(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    phone.route("**/log", lose, times=1)
    frame.get_by_role("button", name="Log it").click()
    frame.get_by_role("button", name="Try again").click()
    phone.locator("dialog#sheet[open]").wait_for(state="detached")
    open_card(phone, "Maria")
    expect(story(phone)).to_have_count(1)


def test_no_signal_keeps_the_words_and_sends_them_later(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    frame.get_by_label("What was said").fill("Tablets for a class")
    phone.context.set_offline(True)
    frame.get_by_role("button", name="Log it").click()
    expect(frame.get_by_role("alert")).to_contain_text("No signal. Your words are kept here.")
    frame.get_by_role("link", name="Close").click()
    phone.locator("a[href='/log']:visible").first.click()
    expect(frame.get_by_label("What was said")).to_have_value("Tablets for a class")
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()
    phone.context.set_offline(False)
    toast(phone, "Logged with Maria.").wait_for()
    open_card(phone, "Maria")
    expect(story(phone)).to_have_count(1)
    expect(story(phone)).to_contain_text("Tablets for a class")


def test_two_tabs_do_not_disturb_one_another(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    other = phone.context.new_page()
    other.goto("/contacts")
    for page, name in ((phone, "Maria"), (other, "Kwame")):
        open_sheet(page)
        pick(page, name)
        choose(page, "Call")
    log_it(phone)
    log_it(other)
    phone.goto("/contacts")
    expect(phone.locator(".row-title")).to_have_text(["Kwame", "Maria"])

    # What one tab took back, the other cannot change any more
    open_card(phone, "Maria")
    phone.get_by_role("link", name="Correct: You called").click()
    open_card(other, "Maria")
    other.get_by_role("link", name="Correct: You called").click()
    other.get_by_text("Take it back", exact=True).click()
    other.get_by_role("button", name="Yes, take it back").click()
    toast(other, "Taken back.").wait_for()
    phone.get_by_role("button", name="Keep it like this").click()
    expect(phone.get_by_role("heading", name="No longer here")).to_be_visible()


def test_one_person_known_twice_is_found_by_both_names(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Maria Oliveira", "Mia")
    open_card(phone, "Maria Oliveira")
    phone.get_by_role("link", name="Same person as somebody else?").click()
    phone.get_by_role("link", name="Mia").click()
    phone.get_by_role("button", name="Make them one").click()
    expect(toast(phone, "Mia and Maria Oliveira are one person now.")).to_be_visible()
    frame = open_sheet(phone)
    field = frame.get_by_role("combobox")
    field.press_sequentially("Mia")
    option = frame.get_by_role("option")
    expect(option).to_have_count(1)  # nobody new is called so
    expect(option).to_contain_text("also Mia")
    option.click()
    expect(frame.get_by_role("button", name="Remove Maria Oliveira")).to_be_visible()

    # What is refused says so where the reader is
    phone.goto("/contacts")
    open_card(phone, "Maria Oliveira")
    phone.get_by_role("link", name="Change").click()
    phone.get_by_role("textbox", name="Name").fill("")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.locator(".field-summary")).to_be_focused()


def test_of_two_sheets_that_are_asked_for_the_last_one_keeps_its_words(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    add_people(phone, "Maria", "Kwame")
    slow: list[Route] = []

    def keep(route: Route) -> None:
        slow.append(route)

    phone.route("**/log?contact=*", keep, times=1)
    phone.get_by_role("link", name="Log a conversation with Kwame").click()
    phone.get_by_role("link", name="Log a conversation with Maria").click()
    frame = sheet(phone)
    frame.get_by_role("button", name="Remove Maria").wait_for()
    frame.get_by_label("What was said").fill("Tablets for a class")
    [late] = slow
    with phone.expect_response("**/log?contact=*"):
        late.continue_()
    phone.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    expect(frame.get_by_label("What was said")).to_have_value("Tablets for a class")
    expect(frame.get_by_role("button", name="Remove Maria")).to_be_visible()


def test_a_sheet_that_is_closed_is_not_sent_when_there_is_signal_again(
    phone: Page, sign_in: SignIn, newcomer: Newcomer
) -> None:
    sign_in(phone, newcomer())
    phone.goto("/contacts/new")
    frame = open_sheet(phone)
    pick(phone, "Maria")
    choose(phone, "Call")
    phone.context.set_offline(True)
    frame.get_by_role("button", name="Log it").click()
    expect(frame.get_by_role("alert")).to_contain_text("No signal. Your words are kept here.")
    frame.get_by_role("link", name="Close").click()
    phone.get_by_label("First person").fill("Kwame")
    phone.context.set_offline(False)
    phone.evaluate("() => new Promise((done) => setTimeout(done, 1000))")
    expect(phone.get_by_label("First person")).to_have_value("Kwame")
    open_sheet(phone)
    frame.get_by_role("button", name="Try again").click()
    toast(phone, "Logged with Maria.").wait_for()
