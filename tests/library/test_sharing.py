"""Sharing an item: the tracked link, the channel's own page, and that it is out."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from advocacy.core.time import day_of, month_of, now, shift_month
from advocacy.points.models import Entry
from advocacy.points.rule_sets import FIRST_RULES
from advocacy.points.rules import LATE_DAYS
from advocacy.rulebook.actions import set_rules
from advocacy.shares.models import Share, TrackedLink
from advocacy.shares.rules import CHANNEL_NAMES
from tests.library.browsing import Page, Visitor, database_of
from tests.library.conftest import CAPTION, World

WORDS = "The box fell apart – on “my” stairs & more 🙂"


def today() -> date:
    return day_of(now(), "UTC")


def make_link(visitor: Visitor, item: int, channel: str = "linkedin", **filled: str) -> Page:
    page = visitor.get(f"/library/{item}")
    return visitor.send(page, f"/library/{item}/link", channel=channel, **filled)


def log_share(visitor: Visitor, item: int, **filled: str) -> Page:
    page = visitor.follow(make_link(visitor, item))
    return visitor.send(page, f"/library/{item}/posted", **filled)


def shares(world: World) -> list[Share]:
    with database_of(world.app).reading() as session:
        return list(session.scalars(select(Share).order_by(Share.id)))


def points(world: World) -> int:
    with database_of(world.app).reading() as session:
        return sum(session.scalars(select(Entry.points)))


def test_words_are_prefilled_with_the_caption_and_kept_between_the_steps(world: World) -> None:
    visitor = world.visitor(world.advocate)
    assert visitor.get(f"/library/{world.link}").field("text") == CAPTION
    page = visitor.follow(make_link(visitor, world.link, text=WORDS))
    assert page.field("text") == WORDS
    assert page.soup.find(id="your-words").get_text() == WORDS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("channel", "opens"),
    [
        ("linkedin", "https://www.linkedin.com/sharing/share-offsite/"),
        ("x", "https://x.com/intent/post"),
        ("facebook", "https://www.facebook.com/sharer/sharer.php"),
        ("bluesky", "https://bsky.app/intent/compose"),
        ("mastodon", "https://fosstodon.org/share"),
        ("whatsapp", "https://wa.me/"),
        ("mail", "mailto:"),
    ],
)
def test_each_channel_opens_its_own_page_with_the_tracked_link(
    world: World, channel: str, opens: str
) -> None:
    visitor = world.visitor(world.advocate)
    made = make_link(visitor, world.link, channel, text=WORDS, server="@me@Fosstodon.org")
    page = visitor.follow(made)
    link = str(page.soup.find(id="tracked-link")["value"])  # type: ignore[index]
    assert link.startswith(world.app.config["ADVOCACY"].base_url + "/s/")
    button = page.soup.select_one("#link a.button--primary")
    assert button is not None
    assert (button["target"], button["rel"]) == ("_blank", ["noopener"])
    address = str(button["href"])
    assert address.startswith(opens)
    assert "+" not in address  # WhatsApp and mail apps would show it
    said = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert any(link in value for values in said.values() for value in values)
    if channel not in {"linkedin", "facebook"}:
        assert any(WORDS in value for values in said.values() for value in values)


def test_a_link_to_copy_opens_nothing(world: World) -> None:
    visitor = world.visitor(world.advocate)
    page = visitor.follow(make_link(visitor, world.link, "copy"))
    assert page.soup.find(id="tracked-link")
    assert page.soup.select_one("#link a.button--primary") is None


def test_a_link_is_made_once_for_a_person_an_item_and_a_channel(world: World) -> None:
    visitor, colleague = world.visitor(world.advocate), world.visitor(world.colleague)
    for _ in range(2):
        make_link(visitor, world.link, "x")
    make_link(visitor, world.link, "mail")
    make_link(visitor, world.text, "x")
    make_link(colleague, world.link, "x")
    with database_of(world.app).reading() as session:
        links = list(session.scalars(select(TrackedLink)))
    assert len(links) == len({link.code for link in links}) == 4


@pytest.mark.parametrize("server", ["", "evil.example/path", "localhost", "a b.example", "1.2.3.4"])
def test_a_mastodon_server_that_is_no_host_is_refused_and_words_are_kept(
    world: World, server: str
) -> None:
    visitor = world.visitor(world.advocate)
    page = make_link(visitor, world.link, "mastodon", server=server, text=WORDS)
    assert page.status == 422
    assert "mastodon.social" in page.wrong("server")
    assert (page.field("server"), page.field("text")) == (server, WORDS)
    crafted = visitor.get(f"/library/{world.link}?channel=mastodon&server={server}")
    assert "Open " not in crafted.text


@pytest.mark.parametrize("channel", ["", "telepathy"])
def test_a_channel_has_to_be_chosen(world: World, channel: str) -> None:
    page = make_link(world.visitor(world.advocate), world.link, channel, text=WORDS)
    assert page.status == 422
    assert page.wrong("channel")
    assert page.field("text") == WORDS


def test_words_too_long_for_an_address_are_shown_at_once(world: World) -> None:
    visitor = world.visitor(world.advocate)
    page = make_link(visitor, world.link, "bluesky", text="ж" * 5000)
    assert page.status == 200
    assert page.field("text") == "ж" * 5000
    assert "more than fit" in page.text
    refused = make_link(visitor, world.link, "bluesky", text="ж" * 5001)
    assert (refused.status, refused.field("text")) == (422, "ж" * 5001)
    assert refused.wrong("text")


def test_what_was_posted_is_logged_and_says_what_it_earned(world: World) -> None:
    visitor = world.visitor(world.advocate)
    done = log_share(visitor, world.link, address=" https://example.net/post ")
    assert done.status == 302
    page = visitor.follow(done)
    assert "1 point; the talk it starts counts as the talk it is" in page.text
    assert "LinkedIn ·" in page.text
    (share,) = shares(world)
    assert (share.person_id, share.channel, share.day) == (world.advocate, "linkedin", today())
    assert share.address == "https://example.net/post"
    assert points(world) == 1


@pytest.mark.parametrize(("worth", "words"), [(3, "3 points"), (0, "0 points")])
def test_what_a_share_earns_is_what_the_rules_in_force_say(
    world: World, worth: int, words: str
) -> None:
    before = now() - timedelta(days=70)
    with database_of(world.app).writing() as session:
        month = shift_month(month_of(before.date()), 1)
        rules = replace(FIRST_RULES, share=worth)
        set_rules(session, month, rules, "Why", set_by=None, now=before)
    visitor = world.visitor(world.advocate)
    assert f"earns {words}, once a day" in visitor.get(f"/library/{world.link}").text
    page = visitor.follow(log_share(visitor, world.link))
    assert f"{words}; the talk it starts" in page.text
    [row] = page.soup.select("[data-figure='points:share']")
    assert row.get_text() == words
    assert points(world) == worth


def test_a_form_sent_twice_logs_once(world: World) -> None:
    visitor = world.visitor(world.advocate)
    page = visitor.follow(make_link(visitor, world.link))
    action = f"/library/{world.link}/posted"
    fields = page.fields(action)
    first, second = visitor.post(action, fields), visitor.post(action, fields)
    assert (first.status, second.status) == (302, 302)
    assert first.location == second.location
    assert len(shares(world)) == 1


def test_two_shares_on_a_day_earn_one_point_and_taking_back_keeps_it_right(world: World) -> None:
    visitor = world.visitor(world.advocate)
    log_share(visitor, world.link)
    page = visitor.follow(log_share(visitor, world.text))
    assert "A share of that day counted already" in page.text
    assert points(world) == 1
    first, second = shares(world)
    page = visitor.get(f"/library/{world.link}")
    visitor.send(page, f"/library/shares/{first.id}/take-back")
    assert points(world) == 1
    undone = visitor.send(
        visitor.get(f"/library/{world.text}"), f"/library/shares/{second.id}/take-back"
    )
    assert "Taken back" in visitor.follow(undone).text
    assert points(world) == 0
    again = visitor.post(f"/library/shares/{second.id}/take-back", page.fields("/sign-out"))
    assert again.status == 404


def test_the_toast_undoes(world: World) -> None:
    visitor = world.visitor(world.advocate)
    page = visitor.follow(log_share(visitor, world.link))
    (share,) = shares(world)
    undo = page.soup.select_one("#toasts form")
    assert undo is not None
    assert undo["action"] == f"/library/shares/{share.id}/take-back"
    visitor.send(page, str(undo["action"]))
    assert points(world) == 0


def test_a_colleagues_share_cannot_be_taken_back(world: World) -> None:
    log_share(world.visitor(world.advocate), world.link)
    colleague = world.visitor(world.colleague)
    token = colleague.get("/library").fields("/sign-out")
    assert colleague.post(f"/library/shares/{shares(world)[0].id}/take-back", token).status == 404
    assert points(world) == 1


def test_tomorrow_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    visitor = world.visitor(world.advocate)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    page = log_share(visitor, world.link, occurred_on=tomorrow, address="https://example.net/1")
    assert page.status == 422
    assert page.wrong("occurred_on") == "That day is still to come."
    assert page.field("occurred_on") == tomorrow
    assert page.field("address") == "https://example.net/1"
    assert page.soup.find(id="tracked-link")
    assert shares(world) == []


@pytest.mark.parametrize("day", ["2026-11-31", "yesterday", ""])
def test_a_day_that_does_not_exist_is_refused(world: World, day: str) -> None:
    page = log_share(world.visitor(world.advocate), world.link, occurred_on=day)
    assert page.status == 422
    assert page.wrong("occurred_on")
    assert shares(world) == []


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "linkedin.com/x", "//evil.example", "https://[half"]
)
def test_an_address_that_is_not_http_is_refused_and_words_are_kept(
    world: World, address: str
) -> None:
    visitor = world.visitor(world.advocate)
    page = visitor.follow(make_link(visitor, world.link, text=WORDS))
    page = visitor.send(page, f"/library/{world.link}/posted", address=address)
    assert page.status == 422
    assert "https://" in page.wrong("address")
    assert page.field("address") == address
    assert page.field("text", f"form[action^='/library/{world.link}/posted']") == WORDS
    assert shares(world) == []


@pytest.mark.parametrize(("days", "counts"), [(LATE_DAYS, True), (LATE_DAYS + 1, False)])
def test_an_older_share_is_remembered_only(world: World, days: int, counts: bool) -> None:
    visitor = world.visitor(world.advocate)
    day = today() - timedelta(days=days)
    page = visitor.follow(make_link(visitor, world.link))
    hint = page.soup.find(id="occurred_on-hint")
    assert "more than 14 days ago is remembered" in hint.get_text()  # type: ignore[union-attr]
    caution = page.soup.find(id="occurred_on-caution")
    assert caution.has_attr("hidden")  # type: ignore[union-attr]
    page = visitor.follow(
        visitor.send(page, f"/library/{world.link}/posted", occurred_on=day.isoformat())
    )
    assert ("Remembered, without points" in page.text) is not counts
    assert points(world) == counts
    assert [share.counted for share in shares(world)] == [counts]


def test_a_day_that_is_too_early_says_so_beside_it(world: World) -> None:
    early = (today() - timedelta(days=LATE_DAYS + 1)).isoformat()
    visitor = world.visitor(world.advocate)
    page = log_share(visitor, world.link, occurred_on=early, address="nowhere")
    assert page.status == 422
    assert not page.soup.find(id="occurred_on-caution").has_attr("hidden")  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["draft", "archived", "expired"])
def test_what_is_not_out_is_not_shared(world: World, state: str) -> None:
    item = getattr(world, state)
    for person in (world.advocate, world.manager):
        visitor = world.visitor(person)
        token = visitor.get("/library").fields("/sign-out")
        link = {**token, "channel": "x", "text": "", "server": ""}
        assert visitor.post(f"/library/{item}/link", link).status == 404
        posted = {**token, "channel": "x", "occurred_on": today().isoformat()}
        assert visitor.post(f"/library/{item}/posted", posted).status == 404


def test_all_channels_are_offered(world: World) -> None:
    page = world.visitor(world.advocate).get(f"/library/{world.link}")
    offered = [str(radio["value"]) for radio in page.soup.select("[name=channel][type=radio]")]
    assert offered == list(CHANNEL_NAMES)


def test_ones_own_shares_of_an_item_are_paged(world: World) -> None:
    visitor = world.visitor(world.advocate)
    page = visitor.follow(make_link(visitor, world.link))
    fields = page.fields(f"/library/{world.link}/posted")
    for number in range(11):
        visitor.post(f"/library/{world.link}/posted", fields | {"form_key": f"key {number}"})
    page = visitor.get(f"/library/{world.link}")
    assert "1–10 of 11 shares" in page.text
    page = visitor.get(f"/library/{world.link}?page=2")
    assert "11 of 11 shares" in page.text
    assert visitor.get(f"/library/{world.link}?page=3").status == 404


def test_only_channels_that_were_posted_or_visited_are_counted(world: World) -> None:
    visitor = world.visitor(world.advocate)
    for channel in ("x", "facebook"):
        make_link(visitor, world.link, channel=channel)
    assert "no visit yet" not in visitor.get(f"/library/{world.link}").text
    log_share(visitor, world.link)
    page = visitor.get(f"/library/{world.link}")
    assert [chip.get_text() for chip in page.soup.select(".library-visits li")] == [
        f"{CHANNEL_NAMES['linkedin']}: no visit yet"
    ]
