"""The list, who sees what of it, and publishing."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from advocacy.content.models import Item
from advocacy.core.time import day_of, now
from tests.library.browsing import Page, database_of
from tests.library.conftest import World

NEW = {"title": "A new story", "url": "https://example.org/new", "text": "", "topics": ""}


def titles(page: Page) -> list[str]:
    return [title.get_text(strip=True) for title in page.soup.select("main .row-title")]


def item_named(world: World, title: str) -> Item:
    with database_of(world.app).reading() as session:
        return session.scalars(select(Item).where(Item.title == title)).one()


def test_advocates_see_what_is_out_latest_first(world: World) -> None:
    latest = world.publish(title="The latest")
    visitor = world.visitor(world.advocate)
    page = visitor.get("/library")
    assert titles(page) == ["The latest", "Supper", "Halved packaging"]
    assert visitor.get(f"/library/{latest}").status == 200
    assert "New item" not in page.text


@pytest.mark.parametrize("state", ["draft", "archived", "expired"])
def test_what_is_not_out_is_hidden_from_advocates(world: World, state: str) -> None:
    item = getattr(world, state)
    assert world.visitor(world.advocate).get(f"/library/{item}").status == 404
    page = world.visitor(world.manager).get(f"/library/{item}")
    assert page.status == 200
    assert "Make my link" not in page.text


@pytest.mark.parametrize("state", ["draft", "archived", "expired"])
def test_what_is_not_out_stands_beside_its_like(world: World, state: str) -> None:
    page = world.visitor(world.manager).get(f"/library/{getattr(world, state)}")
    beside = page.soup.select(".library-list .row")
    chosen = [row for row in beside if row.get("aria-current")]
    assert len(chosen) == 1
    assert "Supper" not in " ".join(row.text for row in beside)


def test_managers_find_drafts_and_what_is_over(world: World) -> None:
    manager, advocate = world.visitor(world.manager), world.visitor(world.advocate)
    page = manager.get("/library?state=draft")
    assert titles(page) == ["Still a draft"]
    assert "Archived 2" in page.text
    assert set(titles(manager.get("/library?state=archived"))) == {"Out of date", "It is over"}
    assert manager.get("/library?state=nonsense").status == 404
    assert advocate.get("/library?state=draft").status == 404


def test_search_and_topics(world: World) -> None:
    visitor = world.visitor(world.advocate)
    world.publish(title="100 % wool", topics="research ,Wool")
    assert titles(visitor.get("/library?q=SUPP")) == ["Supper"]
    assert titles(visitor.get("/library?q=%25")) == ["100 % wool"]
    assert titles(visitor.get("/library?topic=Research")) == ["100 % wool", "Halved packaging"]
    assert titles(visitor.get("/library?topic=Resea")) == []
    nothing = visitor.get("/library?q=zebra%00")
    assert "Nothing found for “ zebra ”" in nothing.text
    assert visitor.get("/library?topic=Wool&q=%00").status == 200


def test_the_list_is_paged(world: World) -> None:
    for number in range(49):
        world.publish(title=f"Story {number}")
    visitor = world.visitor(world.advocate)
    page = visitor.get("/library")
    assert len(titles(page)) == 50
    assert "1–50 of 51 items" in page.text
    page = visitor.get(str(page.soup.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert titles(page) == ["Halved packaging"]
    for wrong in ("3", "0", "x", "999999999999"):
        assert visitor.get(f"/library?page={wrong}").status == 404


def test_an_empty_library_says_what_to_do(world: World) -> None:
    manager = world.visitor(world.manager)
    for item in (world.link, world.text):
        manager.send(manager.get(f"/library/{item}"), f"/library/{item}/archive")
    assert "Nothing to share yet" in world.visitor(world.advocate).get("/library").text
    assert "Nothing to share yet" in manager.get("/library").text


def test_a_life_draft_published_archived_published_again(world: World) -> None:
    manager, advocate = world.visitor(world.manager), world.visitor(world.advocate)
    made = manager.send(manager.get("/library/new"), "/library/new", **NEW)
    path = made.location
    page = manager.follow(made)
    assert "Kept as a draft" in page.text
    assert advocate.get(path).status == 404
    for verb, seen in (("publish", 200), ("archive", 404), ("publish", 200)):
        manager.send(manager.get(path), f"{path}/{verb}")
        assert advocate.get(path).status == seen


def test_saving_and_publishing_at_once(world: World) -> None:
    manager = world.visitor(world.manager)
    page = manager.get("/library/new")
    manager.send(page, "/library/new", **NEW, then="publish")
    assert item_named(world, "A new story").state == "published"
    sent_again = manager.send(page, "/library/new", **NEW, then="publish")
    assert sent_again.status == 302
    assert item_named(world, "A new story").author_id == world.manager


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", ""),
        ("title", "t" * 201),
        ("title", "t" * 300),
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("url", "https://"),
        ("url", "http://[half"),
        ("url", "https://example.org/" + "u" * 2000),
        ("text", "w" * 5001),
        ("text", "w\0w"),
        ("topics", "t" * 201),
        ("expires_on", "2026-02-30"),
        ("expires_on", "9999-12-31"),
    ],
)
@pytest.mark.parametrize("change", [False, True])
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, field: str, said: str, change: bool
) -> None:
    manager = world.visitor(world.manager)
    path = f"/library/{world.link}/edit" if change else "/library/new"
    filled = {**NEW, "expires_on": "", field: said}
    page = manager.send(manager.get(path), path, **filled)
    assert page.status == 422
    assert page.wrong(field)
    kept = {**filled, field: said.replace("\0", "\ufffd")}  # as a browser shows it
    assert {name: page.field(name, "main") for name in kept} == kept
    with database_of(world.app).reading() as session:
        assert len(list(session.scalars(select(Item)))) == 5
        assert session.scalars(select(Item.title).where(Item.id == world.link)).one() == (
            "Halved packaging"
        )


def test_an_item_needs_a_link_or_a_text(world: World) -> None:
    manager = world.visitor(world.manager)
    page = manager.send(manager.get("/library/new"), "/library/new", **{**NEW, "url": ""})
    assert page.status == 422
    assert "Give a link, or a text to share." in page.wrong("url")


def test_the_last_day_is_whole_and_stays_as_it_is_when_untouched(world: World) -> None:
    manager, advocate = world.visitor(world.manager), world.visitor(world.advocate)
    today = day_of(now(), "UTC")
    path = f"/library/{world.link}"
    page = manager.get(f"{path}/edit")
    manager.send(page, f"{path}/edit", expires_on=today.isoformat())
    ends = item_named(world, "Halved packaging").expires_at
    assert ends is not None
    assert (ends.date(), ends.hour) == (today + timedelta(days=1), 0)
    assert advocate.get(path).status == 200
    page = manager.get(f"{path}/edit")
    assert page.field("expires_on") == today.isoformat()
    manager.send(page, f"{path}/edit", title="Renamed")
    assert item_named(world, "Renamed").expires_at == ends
    page = manager.get(f"{path}/edit")
    before = (today - timedelta(days=9)).isoformat()
    assert "before it begins" in manager.send(page, f"{path}/edit", expires_on=before).wrong(
        "expires_on"
    )


def test_publishing_what_has_expired_asks_for_a_later_end(world: World) -> None:
    manager = world.visitor(world.manager)
    with database_of(world.app).writing() as session:
        item = session.get(Item, world.archived)
        assert item is not None
        item.expires_at = now() - timedelta(hours=1)
    path = f"/library/{world.archived}"
    page = manager.send(manager.get(path), f"{path}/publish")
    assert page.status == 422
    assert "later end" in page.wrong("expires_on")
    later = (day_of(now(), "UTC") + timedelta(days=3)).isoformat()
    done = manager.send(page, f"{path}/edit", expires_on=later, then="publish")
    assert "Published" in manager.follow(done).text


def test_a_draft_whose_last_day_has_passed_is_kept_with_a_word(world: World) -> None:
    manager = world.visitor(world.manager)
    words = "Its last day has passed: give it a later one before you publish it."
    before = (day_of(now(), "UTC") - timedelta(days=3)).isoformat()
    typed = {**NEW, "expires_on": before}
    done = manager.send(manager.get("/library/new"), "/library/new", **typed, then="keep")
    assert words in manager.follow(done).text
    path = f"/library/{item_named(world, NEW['title']).id}/edit"
    page = manager.get(path)
    assert words in page.text
    later = (day_of(now(), "UTC") + timedelta(days=3)).isoformat()
    done = manager.send(page, path, expires_on=later, then="keep")
    assert words not in manager.follow(done).text + manager.get(path).text


@pytest.mark.parametrize("path", ["/library/0", "/library/999999", "/library/99999999999999999999"])
def test_an_unknown_item_is_not_found(world: World, path: str) -> None:
    assert world.visitor(world.advocate).get(path).status == 404
    assert world.visitor(world.manager).get(path).status == 404


@pytest.mark.parametrize(("path", "most"), [("/library", 7), ("/library/{link}", 10)])
def test_a_page_asks_as_often_however_much_there_is(world: World, path: str, most: int) -> None:
    visitor = world.visitor(world.manager)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    path = path.format(link=world.link)
    event.listen(database_of(world.app).engine, "before_cursor_execute", note)
    visitor.get(path)
    few = len(asked)
    for number in range(20):
        world.publish(title=f"Story {number}")
    asked.clear()
    visitor.get(path)
    assert len(asked) == few <= most
