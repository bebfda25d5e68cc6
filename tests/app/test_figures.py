"""Any figure of points, rank or relationships opens what makes it, on every page, for every role.

Who signs in is walked through all that can be reached by links; each figure is found by the mark
that the components give it (``data-figure``), and what is drawn like one has to have a mark.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer
from flask import Flask
from sqlalchemy.orm import Session

from advocacy.app import create_app
from advocacy.config import Settings
from advocacy.contacts.actions import find_or_add
from advocacy.content.models import Item
from advocacy.conversations.actions import NewConversation, correct, hold, record, take_back
from advocacy.conversations.queries import get_conversation
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import first_day, monday_of, month_of, quarter_of, shift_month
from advocacy.people.actions import find_or_add_team, move_to_team, set_left_ranking
from advocacy.people.queries import get_person
from advocacy.points.standings import recounted
from advocacy.recognition.actions import close_months
from advocacy.shares.actions import NewShare
from advocacy.shares.actions import record as record_shares
from tests.databases import Databases
from tests.portal import JOINED, Caller, fields, settle_in

NOW = datetime.now(UTC)
TODAY = NOW.date()
MONTH = month_of(TODAY)
LAST = shift_month(MONTH, -1)
CLOSED = shift_month(MONTH, -2)
MONDAY = monday_of(first_day(LAST) + timedelta(days=6))

PLACES = ("/", "/growth", "/contacts", "/library", "/profile")

# Whatever is drawn in one of these is a figure; prices of the rules are none of anybody's.
DRAWN = (
    ".figure-number, .figure-cell, .rank-cell, .moved-cell, .entry-points, .entry-sum, "
    ".balance-number, .bar-numbers dd, .face-ring, .spark"
)
# Links of the pages about people that lead to what changes or hands on something.
NOT_WALKED = re.compile(
    r"\.(csv|xlsx|json)$|^/(sign-out|static|s/|programme/audit|account|password)"
)
PART_READ = SoupStrainer(["header", "main"])
BESIDE = {"changes", "months", "tried"}  # small figures beside the one that is opened
OF_ENTRIES = re.compile(r"points(:(seen|word|conversations|answers|in_person|shares|tie))?")


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def talk(session: Session, person: int, contact: int, day: date, **other: object) -> int:
    """Log a call on its own day, on one's word unless it is reported."""
    kind, began = str(other.get("kind", "called")), str(other.get("began", "advocate"))
    said = Said(day, kind, began, [bool(other.get("answered", True))])
    told = NewConversation(person, [contact], said, reported=bool(other.get("reported", False)))
    (number,) = record(session, [told], noon(day) if day < TODAY else NOW)
    return number


def fill(session: Session, ids: dict[str, int], data: Path) -> None:
    """Let two people earn points in three months; one of them passes the limit on one's word."""
    avi, noor, mina = (get_person(session, ids[who]) for who in ("avi", "noor", "mina"))
    for person in (avi, noor):
        move_to_team(session, person, find_or_add_team(session, "Care"), JOINED)
    item = Item(title="News", state="published", published_at=NOW, created_at=NOW)
    session.add(item)
    session.flush()
    for person in sorted((avi, noor, mina), key=lambda one: one.id):
        hold(session, person.id)
        maria, kwame, old = find_or_add(session, person.id, ["Maria", "Kwame", "Ole"], NOW)
        for day in (first_day(CLOSED), first_day(CLOSED) + timedelta(days=9), MONDAY, TODAY):
            talk(session, person.id, maria, day, reported=True)
        for day in (first_day(CLOSED) - timedelta(days=each) for each in (75, 66)):
            talk(session, person.id, old, day, reported=True)
        talk(session, person.id, kwame, MONDAY, began="contact", kind="wrote")
        talk(session, person.id, kwame, TODAY, answered=False)
    record_shares(session, [NewShare(avi.id, item.id, "copy", MONDAY)], noon(MONDAY))
    record_shares(session, [NewShare(avi.id, item.id, "copy", TODAY)], NOW)
    names = [f"Guest {number:02}" for number in range(27)]
    guests = find_or_add(session, avi.id, names, noon(MONDAY))
    for guest in guests:
        talk(session, avi.id, guest, MONDAY, kind="met")
    wrong = talk(session, avi.id, guests[0], MONDAY + timedelta(days=7), kind="called")
    said = Said(MONDAY + timedelta(days=7), "wrote", "advocate", [True])
    at = noon(MONDAY + timedelta(days=8))
    correct(session, get_conversation(session, avi.id, wrong), said, [guests[0]], at)
    gone = talk(session, avi.id, guests[1], MONDAY + timedelta(days=7), kind="called")
    take_back(session, get_conversation(session, avi.id, gone), at)
    regretted = talk(session, avi.id, guests[3], first_day(CLOSED), reported=True)
    close_months(session, CLOSED, closed_by=mina.id, now=NOW, data=data)
    # what comes for the closed month now: points of the next one, and a figure that was sealed
    talk(session, avi.id, guests[2], first_day(CLOSED), reported=True)
    talk(session, avi.id, guests[2], first_day(CLOSED) + timedelta(days=8), reported=True)
    take_back(session, get_conversation(session, avi.id, regretted), NOW)
    with recounted(session, noor):
        set_left_ranking(session, noor, True)


@pytest.fixture(scope="module")
def walked(
    request: pytest.FixtureRequest,
    databases_on: Callable[[str], Databases],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """Serve the programme. Pages do not know the engine, so it is walked through on one."""
    databases = databases_on(request.config.getoption("--database") or "sqlite")
    url, data = databases.migrated(), tmp_path_factory.mktemp("data")
    settings = Settings.from_environment(
        {
            "ADVOCACY_DATA": str(data),
            "ADVOCACY_DATABASE_URL": url,
            "ADVOCACY_SECRET_KEY": "only for tests",
        }
    )
    database = Database(settings.database_url)
    ids = settle_in(database)
    with database.writing() as session:
        fill(session, ids, data)
    app = create_app(settings, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield app
    database.engine.dispose()
    databases.remove(url)


class Walk:
    """Somebody's walk through all pages: each kind of address once, with what it asks for."""

    def __init__(self, app: Flask, who: str) -> None:
        self.caller = Caller(app, who)
        self.adapter = app.url_map.bind("localhost")
        self.pages: dict[str, BeautifulSoup] = {}

    def page(self, path: str) -> BeautifulSoup:
        path = path.partition("#")[0]
        if path not in self.pages:
            answer = self.caller.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            # The quickest way to read much.
            self.pages[path] = BeautifulSoup(answer.text, "html.parser", parse_only=PART_READ)
        return self.pages[path]

    def kind(self, path: str) -> tuple[object, ...]:
        """Return what tells pages apart that are worth another look."""
        parts = urlsplit(path)
        asked = parse_qs(parts.query)
        named = [f"{name}={asked[name]}" for name in ("show", "part") if name in asked]
        return (
            self.adapter.match(parts.path)[0],
            *(named or sorted(asked.keys() - {"team", "next"})),
            parts.fragment,
        )

    def everywhere(self, start: list[str], only: str) -> list[str]:
        found, seen, waiting = list(start), {self.kind(path) for path in start}, list(start)
        while waiting:
            path = waiting.pop(0)
            for link in self.page(path).find_all("a", href=True):
                to = urljoin(path, str(link["href"])).partition("#")[0]
                if not to.startswith("/") or NOT_WALKED.search(to.partition("?")[0]):
                    continue
                if to.startswith(only) and self.kind(to) not in seen:
                    seen.add(self.kind(to))
                    waiting.append(to)
                    found.append(to)
        return found


def text(found: Tag | None) -> str:
    assert found is not None
    return found.get_text(" ", strip=True)


def value(words: str) -> int:
    found = re.search(r"[+−-]?\d[\d,]*", words)
    assert found is not None, words
    return int(found[0].replace("−", "-").replace(",", ""))


def way(figure: Tag) -> str | None:
    """Return where a figure leads, '' where it stands in what it is made of, None if nowhere."""
    link = figure if figure.name == "a" else figure.find_parent("a")
    row = figure.find_parent(class_="row")
    if link is None and row is not None:  # the whole row leads where its title does
        link = row.select_one("a.row-title")
    if link is not None and link.has_attr("href"):
        return str(link["href"])
    return "" if figure.find_parent("details") or figure.find_parent(class_="entry") else None


def opened(walk: Walk, path: str, figure: Tag, href: str) -> None:
    """Check that what a figure leads to is there, and makes the figure."""
    what, shown = str(figure["data-figure"]), text(figure)
    page = walk.page(urljoin(path, href))
    anchor = urlsplit(href).fragment
    part = page.select_one(f"[id='{anchor}']") if anchor else page
    assert part is not None, f"{path}: nothing is called {anchor} on {href}"
    if anchor == "months":
        assert sum(value(text(one)) for one in part.select("ul [data-figure]")) == value(shown)
    elif OF_ENTRIES.fullmatch(what):
        entries = sum(value(text(one)) for one in part.select(".entry .entry-points"))
        limit = page.select_one("[data-figure=limit]") if what == "points" else None
        assert entries - (value(text(limit)) if limit else 0) == value(shown), (path, href)
    elif what == "points:since":
        entered = [value(text(one)) for one in part.select(".entry .entry-points")]
        assert value(shown) in entered, (path, href)
    elif what == "points:all":
        rows = page.select("[data-figure=points]")
        assert sum(value(text(one)) for one in rows) <= value(shown)
    elif what == "rank" and anchor == "behind":
        told = part.select_one("[data-told=rank]")
        assert told is not None
        assert shown in {told["data-is"], text(told)}, (path, href)
    elif what == "movement":
        if re.search(r"\d", shown):
            assert abs(value(shown)) == value(text(part.select_one("[data-told=movement]")))
        assert part["data-shown"] == "place"
    elif anchor == "behind" and what not in BESIDE:
        assert part["data-shown"] == what, (path, href)
        parts = sum(value(text(one)) for one in part.select("[data-part]"))
        assert parts == value(text(part.select_one("[data-total]")))
        told = part.select_one("[data-told]")
        if "%" not in shown:
            assert abs(value(text(told)) if told else parts) == value(shown), (path, href)


def trial(walk: Walk) -> str:
    """Return the address of the trial of the rules as they are."""
    form = walk.page("/programme/rules").select_one("form[method=get]")
    assert form is not None
    return f"/programme/rules/try?{urlencode(fields(form))}"


@pytest.mark.parametrize("who", ["avi", "mina", "ada"])
def test_every_figure_opens_what_makes_it(walked: Flask, who: str) -> None:
    walk = Walk(walked, who)
    start = [f"/growth?month={LAST}", f"/growth?month={LAST}&as_of={TODAY}"]
    start += [f"/growth?month={CLOSED}", *PLACES]
    wanted = {"points", "rank", "alive", "begun", "opening", "entry", "strength"}
    if who == "avi":
        wanted |= {"points:seen", "points:tie", "points:talk", "points:share", "limit", "months"}
        wanted |= {"points:since"}
    elif who == "mina":
        start += ["/leaderboard", f"/leaderboard?month={LAST}", "/leaderboard/balance?team=1"]
        start += [f"/leaderboard?quarter={quarter_of(LAST)}", f"/leaderboard?month={CLOSED}&team=1"]
        wanted |= {"movement", "answered", "points:all", "limit"}
    else:  # the rest is as for a manager
        start, wanted = ["/programme", trial(walk)], {"tried"}
    found: Counter[str] = Counter()
    looked: Counter[tuple[object, ...]] = Counter()
    for path in walk.everywhere(start, only="/programme" if who == "ada" else "/"):
        main = walk.page(path).select_one("main")
        assert main is not None
        for drawn in main.select(DRAWN):
            if drawn.find_parent(attrs={"data-prices": True}) is None:
                marked = drawn.has_attr("data-figure") or drawn.select_one("[data-figure]")
                assert marked or not re.search(r"\d", text(drawn)), f"{path}: {drawn}"
        for figure in main.select("[data-figure]:not([data-figure=other])"):
            what, href = str(figure["data-figure"]), way(figure)
            assert href is not None, f"{path} opens nothing for {figure}"
            found[what] += 1
            asked = parse_qs(urlsplit(href).query)
            within = "of" in asked and not path.startswith("/leaderboard/")
            kind = walk.kind(path)[0], what, within, *asked.get("show", ())
            looked[kind] += 1
            if href and looked[kind] == 1:
                opened(walk, path, figure, href)
    assert wanted <= set(found), wanted - set(found)
