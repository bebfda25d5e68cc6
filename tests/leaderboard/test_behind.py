"""What makes a figure: contacts for a person, people for a team, and what a place follows from."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, select

from advocacy.contacts.actions import find_or_add
from advocacy.content.models import Item
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, shift_month, words_for_period
from advocacy.leaderboard import views
from advocacy.people.actions import find_or_add_team, move_to_team, set_left_ranking
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.standings import recounted
from advocacy.recognition import behind
from advocacy.recognition.actions import close_months
from advocacy.recognition.balances import balance_of_programme, balance_of_team, shown_by_person
from advocacy.recognition.models import ClosedBalance
from advocacy.relationships.balance_rules import total
from advocacy.shares.actions import NewShare
from advocacy.shares.actions import record as record_shares
from tests.portal import JOINED, Caller, settle_in

NOW = datetime.now(UTC)
MONTH = month_of(NOW.date())
LAST = shift_month(MONTH, -1)
DAYS = [date.fromisoformat(f"{LAST}-{day}") for day in ("03", "12", "20")]


def speak(database: Database, person: int, contact: str, *days: date) -> None:
    with database.writing() as session:
        hold(session, person)
        [tie] = find_or_add(session, person, [contact], NOW)
        said = [Said(day, "called", "advocate", [True]) for day in days]
        record(session, [NewConversation(person, [tie], one, reported=True) for one in said], NOW)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    return found


@pytest.fixture
def ids(app: Flask, database: Database) -> dict[str, int]:
    """Let Avi lead before Noor, both of a team, and Noor be off the board."""
    found = settle_in(database)
    speak(database, found["avi"], "Maria", *DAYS)
    speak(database, found["avi"], "Kwame", DAYS[0])
    speak(database, found["noor"], "Ole", *DAYS[:2])
    speak(database, found["mina"], "Zoe", DAYS[0])
    with database.writing() as session:
        item = Item(title="News", state="published", published_at=NOW, created_at=NOW)
        session.add(item)
        session.flush()
        share = NewShare(found["avi"], item.id, "copy", DAYS[0], reported=True)
        record_shares(session, [share], NOW)
        team = find_or_add_team(session, "Care")
        for who in ("avi", "noor"):
            move_to_team(session, get_person(session, found[who]), team, JOINED)
        noor = get_person(session, found["noor"])
        with recounted(session, noor):
            set_left_ranking(session, noor, True)
    return found


def lines(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ", strip=True).split()) for row in page.select("#behind li")]


def said(page: BeautifulSoup) -> str:
    (section,) = page.select("#behind")
    return " ".join(section.get_text(" ", strip=True).split())


def test_names_are_for_the_advocate_and_numbers_for_the_manager(
    app: Flask, ids: dict[str, int]
) -> None:
    query = f"month={LAST}&show=conversations"
    own = Caller(app, "avi").page(f"/growth?{query}")
    assert lines(own) == ["Maria 3", "Kwame 1"]
    assert len(own.select("#behind a[href^='/contacts/']")) == 2
    mina = Caller(app, "mina")
    seen = mina.page(f"/leaderboard/{ids['avi']}?{query}")
    assert lines(seen) == ["Private contact 1 3", "Private contact 2 1"]
    assert "Maria" not in str(seen)
    assert "They add up to 4 ." in said(seen)
    shares = mina.page(f"/leaderboard/{ids['avi']}?month={LAST}&show=shares")
    assert lines(shares) == [f"News {DAYS[0].day} {DAYS[0]:%B %Y} 1"]
    met = mina.page(f"/leaderboard/{ids['avi']}?month={LAST}&show=in_person")
    assert "There is nobody and nothing behind it" in said(met)


def test_when_a_tie_came_to_rest_tells_managers_no_day_of_its_last_talk(
    app: Flask, database: Database, ids: dict[str, int]
) -> None:
    spoken = [JOINED, JOINED + timedelta(days=7), JOINED + timedelta(days=9)]
    speak(database, ids["avi"], "Lena", *spoken)
    drifted = spoken[-1] + timedelta(days=91)
    query = f"month={month_of(drifted)}&show=drifted"
    on = f"{drifted.day} {drifted:%B %Y}"
    assert lines(Caller(app, "avi").page(f"/growth?{query}")) == [f"Lena {on} 1"]
    seen = Caller(app, "mina").page(f"/leaderboard/{ids['avi']}?{query}")
    assert lines(seen) == ["Private contact 3 1"]


def test_a_part_of_the_points_shows_its_entries_alone(app: Flask, ids: dict[str, int]) -> None:
    avi = Caller(app, "avi")
    page = avi.page(f"/growth?month={LAST}&part=word")
    assert f"Nothing of this in {words_for_period(LAST)}." in page.text
    page = avi.page(f"/growth?month={LAST}&part=seen")
    assert len(page.select("#entries .entry")) == 5
    assert "They add up to 40" in " ".join(page.select("#entries")[0].text.split())
    for query, words in (
        ("show=x", "There is no such figure."),
        ("show=joined", "There is no such figure."),
        ("part=x", "Points have no such part."),
    ):
        answer = avi.get(f"/growth?{query}")
        assert (answer.status_code, words in answer.text) == (422, True)


def test_a_balance_names_who_is_on_the_board_and_counts_the_rest(
    app: Flask, ids: dict[str, int]
) -> None:
    mina = Caller(app, "mina")
    for team in ("", "&team=1"):
        page = mina.page(f"/leaderboard/balance?month={LAST}&show=begun{team}")
        assert lines(page) == ["Avi Somebody 1", "Who is not on the board, by their own wish 1"]
        assert "Noor" not in str(page.select_one("main"))
        (way,) = page.select("#behind li a")
        assert lines(mina.page(str(way["href"]))) == [
            f"Private contact 1 {DAYS[1].day} {DAYS[1]:%B %Y} 1"
        ]
    answer = mina.get("/leaderboard/balance?show=shares")
    assert (answer.status_code, "There is no such figure." in answer.text) == (422, True)
    answer = mina.get(f"/leaderboard/{ids['avi']}?hint=x")
    assert (answer.status_code, "There is no such hint." in answer.text) == (422, True)


def test_however_many_people_there_are_so_many_are_looked_at_for_a_page(
    app: Flask, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "LOOKED_AT", 2)
    monkeypatch.setattr(views, "LOOKED_AT", 2)
    mina = Caller(app, "mina")
    both = {"Avi Somebody 4", "Who is not on the board, by their own wish 2"}
    for team, wanted in (("", both | {"Mina Somebody 1"}), ("&team=1", both)):
        query = f"month={LAST}&show=conversations{team}"
        page = mina.page(f"/leaderboard/balance?{query}")
        found, pages = lines(page), 1
        while turned := page.select("#behind a[rel=next]"):
            assert "more are on the next page" in said(page)
            page, pages = mina.page(str(turned[0]["href"])), pages + 1
            found += lines(page)
        assert (sorted(found), pages > 1) == (sorted(wanted), not team)
        answer = mina.get(f"/leaderboard/balance?{query}&page=9")
        assert (answer.status_code, "There is no such page." in answer.text) == (404, True)


def test_closed_and_open_months_of_people_add_up_and_a_team_reads_its_own_alone(
    ids: dict[str, int], database: Database, tmp_path: Path
) -> None:
    today, year = NOW.date(), LAST[:4]
    with database.writing() as session:
        close_months(session, LAST, closed_by=None, now=NOW, data=tmp_path)
    speak(database, ids["avi"], "Kwame", DAYS[1], today)
    with database.reading() as session:
        people = session.scalars(select(Person.id)).all()
        for team in (None, 1):
            parts = shown_by_person(session, year, today, people, team).values()
            whole = (
                balance_of_programme(session, year, today)
                if team is None
                else balance_of_team(session, team, year, today)
            )
            assert whole.balance == total([one.balance for one in parts if one.balance])
            assert whole.they_began == sum(one.they_began for one in parts)
            assert whole.conversations == sum(one.conversations for one in parts) > 0
        session.expunge_all()
        read: list[object] = []
        event.listen(session, "loaded_as_persistent", lambda _, one: read.append(one))
        behind.behind_all(session, "conversations", year, today, 1)
    sealed = [one for one in read if isinstance(one, ClosedBalance)]
    assert {one.person_id for one in sealed} == {ids["avi"], ids["noor"]}


def test_a_place_says_who_is_around_and_names_nobody_to_an_advocate(
    app: Flask, ids: dict[str, int]
) -> None:
    mina = Caller(app, "mina")
    own = said(mina.page(f"/growth?month={LAST}&show=place"))
    assert "Second of 3 , by points alone: 8" in own
    assert "One person stands above." in own
    assert "One person stands below." in own
    assert "Avi" not in own
    seen = said(mina.page(f"/leaderboard/{ids['mina']}?month={LAST}&show=place"))
    assert "the nearest is Avi Somebody with 41." in seen
    of_team = f"/leaderboard/{ids['avi']}?month={LAST}&team=1&show=place"
    assert "First of 1 " in said(mina.page(of_team))
    assert "There is no place" in said(
        mina.page(f"/leaderboard/{ids['noor']}?month={LAST}&show=place")
    )


def test_a_closed_figure_stands_beside_what_the_record_says_since(
    app: Flask, ids: dict[str, int], database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        close_months(session, LAST, closed_by=None, now=NOW, data=tmp_path)
    speak(database, ids["avi"], "Kwame", DAYS[1])
    avi = Caller(app, "avi")
    page = avi.page(f"/growth?month={LAST}&show=begun")
    assert len(lines(page)) == 2
    assert "The figure is 1 , as it was sealed when a month was closed." in said(page)
    since = said(avi.page(f"/growth?month={MONTH}&show=corrected"))
    assert "the difference, 1 , is what came to be known since" in since
    assert "Sealed when the month before was closed were 1" in since
