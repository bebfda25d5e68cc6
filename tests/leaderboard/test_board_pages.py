"""The board and the way down: no further than the programme goes, and back to where one was."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, quarter_of, shift_month, words_for_period
from tests.portal import JOINED, Caller, settle_in

NOW = datetime.now(UTC)
THIS_MONTH = month_of(NOW.date())
LAST_MONTH = shift_month(THIS_MONTH, -1)
FIRST_MONTH = month_of(JOINED)
MESSAGE = 4


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    database: Database = app.extensions["advocacy_database"]
    found = settle_in(database)
    with database.writing() as session:
        hold(session, found["avi"])
        contacts = find_or_add(session, found["avi"], ["Maria", "Kwame"], NOW - timedelta(days=90))
        last = datetime.fromisoformat(f"{LAST_MONTH}-15").date()
        for contact, day in zip(contacts, (last, NOW.date()), strict=True):
            said = Said(day, "wrote", "advocate", [True])
            told = NewConversation(found["avi"], [contact], said, reported=True)
            record(session, [told], NOW)
    return found


@pytest.fixture
def mina(app: Flask, ids: dict[str, int]) -> Caller:
    return Caller(app, "mina")


def arrows(caller: Caller, path: str) -> list[str]:
    return [str(link["href"]) for link in caller.page(path).select(".period a")]


@pytest.mark.parametrize("page", ["/leaderboard", "/leaderboard/3", "/growth"])
def test_the_arrows_end_where_the_programme_does(mina: Caller, page: str) -> None:
    assert len(arrows(mina, f"{page}?month={LAST_MONTH}")) == 2
    assert len(arrows(mina, f"{page}?month={THIS_MONTH}")) == 1
    assert len(arrows(mina, f"{page}?month={FIRST_MONTH}")) == 1


@pytest.mark.parametrize("page", ["/leaderboard", "/leaderboard/3", "/growth"])
def test_what_is_to_come_or_was_before_is_nothing_here(mina: Caller, page: str) -> None:
    later = mina.get(f"{page}?month={shift_month(THIS_MONTH, 1)}")
    assert later.status_code == 404
    assert "is still to come" in later.text
    earlier = mina.get(f"{page}?month={shift_month(FIRST_MONTH, -1)}")
    assert earlier.status_code == 404
    assert "The programme had not begun" in earlier.text


def test_a_board_says_until_when_and_what_waits_for_its_close(mina: Caller) -> None:
    page = mina.page("/leaderboard")
    under = page.select_one(".page-under")
    assert under is not None
    assert "open until" in under.text
    assert "4 advocates" in under.text
    notice = page.select_one(".notice--sun")
    assert notice is not None
    assert f"{words_for_period(LAST_MONTH)} is over and not closed yet." in notice.text
    link = notice.select_one("a")
    assert link is not None
    assert link["href"] == f"/recognition/{LAST_MONTH}/close"
    assert mina.page(f"/leaderboard?month={LAST_MONTH}").select_one(".notice--sun") is None


def test_all_time_has_no_column_for_what_nobody_moved(mina: Caller) -> None:
    assert "Moved" not in mina.page("/leaderboard?all=1").text
    assert "Moved" in mina.page("/leaderboard").text


@pytest.mark.parametrize("period", ["year", "quarter", "all"])
def test_the_way_down_keeps_the_period_and_leads_back(mina: Caller, period: str) -> None:
    value = {"year": THIS_MONTH[:4], "quarter": quarter_of(THIS_MONTH), "all": "1"}[period]
    board = mina.page(f"/leaderboard?{period}={value}")
    row = next(row for row in board.select("tbody tr") if "Avi Somebody" in row.text)
    number = row.select_one("[data-label=Points]")
    link = row.select_one("a.row")
    assert link is not None
    assert number is not None
    down = mina.page(str(link["href"]))
    assert f": {number.text} points" in down.text  # what was clicked
    months = {one.text.split()[0]: one for one in down.select("ul[aria-label=Months] a")}
    assert sum(int(one.text.split()[-1]) for one in months.values()) == int(number.text)
    back = down.select_one("a.page-back")
    assert back is not None
    assert back["href"] == f"/leaderboard?{period}={value}"


def test_a_month_stands_alone(mina: Caller, ids: dict[str, int]) -> None:
    page = mina.page(f"/leaderboard/{ids['avi']}?month={LAST_MONTH}&of={THIS_MONTH}")
    assert page.select_one("ul[aria-label=Months]") is None
    heads = page.select_one(".entry-heads")
    assert heads is not None
    assert heads.text.startswith("When")


def test_the_first_day_has_no_place_and_no_zeros(app: Flask, mina: Caller) -> None:
    noor = Caller(app, "noor")
    page = noor.page("/growth")
    assert "Your place appears with your first points." in page.text
    assert " of 4" not in page.text
    assert page.select_one(".balance") is None
    assert "0 people" not in noor.page("/contacts").text
    assert " of 4" in Caller(app, "avi").page("/growth").text


def test_who_looked_often_is_told_once(app: Flask, mina: Caller, ids: dict[str, int]) -> None:
    last, this = words_for_period(LAST_MONTH), words_for_period(THIS_MONTH)
    avi = Caller(app, "avi")

    def told() -> list[str]:
        notices = avi.page("/growth").select(".notice--well")
        return [" ".join(one.text.split()).rpartition(",")[0] for one in notices]

    assert told() == []
    for _ in range(7):
        mina.get(f"/leaderboard/{ids['avi']}?month={LAST_MONTH}")
    assert told() == [f"Mina Somebody looked at your {last} 7 times"]
    mina.get(f"/leaderboard/{ids['avi']}")
    Caller(app, "ada").get(f"/leaderboard/{ids['avi']}")
    assert told() == [
        f"Ada Somebody looked at your {this}",
        f"Mina Somebody looked at your {last} and {this}",
    ]


def test_no_such_team_and_no_such_page(mina: Caller) -> None:
    for text in ("99", "x"):
        answer = mina.get(f"/leaderboard?team={text}")
        assert (answer.status_code, "There is no such team." in answer.text) == (422, True)
    answer = mina.get("/leaderboard?page=9")
    assert (answer.status_code, "There is no such page." in answer.text) == (404, True)
