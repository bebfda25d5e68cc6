"""The balance of relationships as a manager and an advocate see it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, quarter_of, shift_month, words_for_period
from advocacy.people.actions import deactivate, find_or_add_team, move_to_team
from advocacy.people.queries import get_person
from advocacy.points.standings import recounted
from advocacy.recognition.actions import close_months
from tests.portal import JOINED, Caller, settle_in
from tests.recognition.test_balances import without_guards

NOW = datetime.now(UTC)
THIS_MONTH = month_of(NOW.date())
LAST_MONTH = shift_month(THIS_MONTH, -1)
FIRST, SECOND = (date.fromisoformat(f"{LAST_MONTH}-{day}") for day in ("03", "12"))


def speak(database: Database, person: int, contact: str, began: str = "advocate") -> None:
    """Let an import report two weeks of talks in the month before."""
    with database.writing() as session:
        hold(session, person)
        [tie] = find_or_add(session, person, [contact], NOW)
        said = [Said(FIRST, "called", began, [True]), Said(SECOND, "called", "advocate", [True])]
        record(session, [NewConversation(person, [tie], one, reported=True) for one in said], NOW)


@pytest.fixture
def ids(app: Flask, tmp_path: Path) -> dict[str, int]:
    """Close a month with a relationship of Avi's, in a team; then learn of another one."""
    database: Database = app.extensions["advocacy_database"]
    found = settle_in(database)
    with database.writing() as session:
        team = find_or_add_team(session, "Care <b>")
        move_to_team(session, get_person(session, found["avi"]), team, JOINED)
    speak(database, found["avi"], "Maria", "contact")
    with database.writing() as session:
        close_months(session, LAST_MONTH, closed_by=None, now=NOW, data=tmp_path)
    speak(database, found["avi"], "Kwame")
    return found


def balance(caller: Caller, path: str) -> dict[str, str]:
    """Return the lines of the balance that a page shows."""
    rows = caller.page(path).select(".balance tr")
    cells = [(row.select("th")[0].text, row.select(".balance-number")[0].text) for row in rows]
    return {word: number.strip() for word, number in cells}


def test_a_closed_month_stays_and_the_next_says_what_was_corrected(
    app: Flask, ids: dict[str, int]
) -> None:
    closed = {"Alive before": "0", "New": "1", "Revived": "0", "Drifted": "0"}
    closed["Alive at its end"] = "1"
    now = {"Alive before": "1", "Corrected since": "1", "New": "0", "Revived": "0"}
    now |= {"Drifted": "0", "Alive today": "2"}
    avi, mina = Caller(app, "avi"), Caller(app, "mina")
    for caller, path in (
        (avi, "/growth"),
        (mina, f"/leaderboard/{ids['avi']}"),
        (mina, "/leaderboard/balance"),
    ):
        assert balance(caller, f"{path}?month={LAST_MONTH}") == closed
        assert balance(caller, f"{path}?month={THIS_MONTH}") == now
        words = caller.page(f"{path}?month={LAST_MONTH}").text
        assert "50 % of 2 conversations were begun by the other side" in words
    ever = balance(mina, "/leaderboard/balance?all=1")
    assert ever == {**now, "Alive before": "0", "New": "1"}


def test_a_team_has_a_balance_and_the_board_leads_there(app: Flask, ids: dict[str, int]) -> None:
    mina = Caller(app, "mina")
    board = mina.page(f"/leaderboard?quarter={quarter_of(THIS_MONTH)}&team=1")
    [link] = board.select("a[href^='/leaderboard/balance']")
    page = mina.page(str(link["href"]))
    under = page.select_one(".page-under")
    assert under is not None
    assert f"Care <b>, {words_for_period(quarter_of(THIS_MONTH))}" in under.text
    back = page.select_one("a.page-back")
    assert back is not None
    assert back["href"] == f"/leaderboard?quarter={quarter_of(THIS_MONTH)}&team=1"
    assert balance(mina, str(link["href"]))["Alive today"] == "2"
    for number in ("99", "x"):
        answer = mina.get(f"/leaderboard/balance?team={number}")
        assert (answer.status_code, "There is no such team." in answer.text) == (422, True)
    assert mina.get("/leaderboard/balance?month=2026-13").status_code == 422
    assert mina.get(f"/leaderboard/balance?month={shift_month(THIS_MONTH, 1)}").status_code == 404


def test_who_leaves_ends_relationships(app: Flask, ids: dict[str, int]) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        avi = get_person(session, ids["avi"])
        with recounted(session, avi):
            deactivate(session, avi, NOW)
    shown = balance(Caller(app, "mina"), "/leaderboard/balance")
    assert (shown["Ended"], shown["Alive today"]) == ("2", "0")


def test_what_was_not_kept_is_said(app: Flask, ids: dict[str, int]) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        without_guards(session)
        session.execute(text("DELETE FROM closed_balance"))
        session.execute(text("UPDATE closed_month SET has_balances = false"))
    avi, mina = Caller(app, "avi"), Caller(app, "mina")
    not_kept = f"The balance of {words_for_period(LAST_MONTH)} was not kept"
    for caller, path in (
        (avi, "/growth"),
        (mina, f"/leaderboard/{ids['avi']}"),
        (mina, "/leaderboard/balance"),
    ):
        page = caller.page(f"{path}?month={LAST_MONTH}")
        assert not_kept in page.text
        assert page.select_one(".balance") is None
    ever = mina.page("/leaderboard/balance?all=1").text
    assert f"{words_for_period(LAST_MONTH)}: not kept, closed before there were balances." in ever
    assert balance(mina, "/leaderboard/balance?all=1")["Alive today"] == "2"
