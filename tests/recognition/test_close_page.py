"""The preview of a close: what it checks, and who comes too late."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import last_day, month_of, shift_month, words_for_period
from advocacy.people.models import Person
from advocacy.points.models import Standing
from advocacy.points.seals import find_seal
from advocacy.recognition.rules import passed_by_one_in_ten
from tests.builders import add_person
from tests.portal import JOINED, Caller, settle_in

NOW = datetime.now(UTC)
LAST_MONTH = shift_month(month_of(NOW.date()), -1)
PATH = f"/recognition/{LAST_MONTH}/close"


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    avi = settle_in(found)["avi"]
    with found.writing() as session:
        hold(session, avi)
        [maria, kwame] = find_or_add(session, avi, ["Maria", "Kwame"], NOW)
        day = last_day(LAST_MONTH)
        said = [Said(day, "called", "advocate", [True]), Said(day, "called", "advocate", [False])]
        told = [
            NewConversation(avi, [contact], one, reported=True)
            for contact, one in zip((maria, kwame), said, strict=True)
        ]
        record(session, told, NOW)
    return found


def checks(caller: Caller) -> dict[str, str]:
    found = {}
    for check in caller.page(PATH).select(".check"):
        title, second = check.select_one("strong"), check.select_one(".small")
        assert title is not None
        assert second is not None
        found[title.text] = second.text
    return found


def test_a_month_before_anybody_joined_says_so_and_can_be_closed(
    app: Flask, database: Database
) -> None:
    month = shift_month(month_of(JOINED), -1)
    with database.writing() as session:
        avi = session.scalars(select(Person).where(Person.email == "avi@example.com")).one()
        hold(session, avi.id)
        maria = find_or_add(session, avi.id, ["Maria"], NOW)
        said = Said(last_day(month), "wrote", "advocate", [False])
        record(session, [NewConversation(avi.id, maria, said, reported=True)], NOW)
    mina = Caller(app, "mina")
    path = f"/recognition/{month}/close"
    assert "Nobody was here yet" in mina.page(path).get_text()
    assert mina.send(path).status_code == 302
    assert "Closed" in mina.page(f"/recognition/{month}").get_text()


def test_the_preview_says_what_was_checked(app: Flask, database: Database) -> None:
    said = checks(Caller(app, "mina"))
    assert said["Every total adds up"] == "1 entry of 1 person, each sum equals its entries"
    assert said[f"{words_for_period(LAST_MONTH)} is over"].endswith("UTC")
    assert said["One talk waits for an answer"]
    together = next(second for title, second in said.items() if "with it" in title)
    assert words_for_period(month_of(JOINED)) in together


def test_what_waits_is_counted_up_to_a_thousand(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        avi = session.scalars(select(Person).where(Person.email == "avi@example.com")).one()
        hold(session, avi.id)
        [noor, tom] = find_or_add(session, avi.id, ["Noor", "Tom"], NOW)
        said = Said(last_day(LAST_MONTH), "wrote", "advocate", [False])
        told = [NewConversation(avi.id, [one], said, reported=True) for one in (noor, tom)]
        record(session, told, NOW)
    mina = Caller(app, "mina")
    assert "3 talks wait for an answer" in checks(mina)
    monkeypatch.setattr("advocacy.recognition.views.MOST_WAITING", 3)
    assert "3 talks wait for an answer" in checks(mina)
    monkeypatch.setattr("advocacy.recognition.views.MOST_WAITING", 2)
    assert "More than 2 talks wait for an answer" in checks(mina)


def test_a_total_that_does_not_add_up_is_said(app: Flask, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Standing).where(Standing.period == LAST_MONTH).values(points=99))
    assert "the standing says 99" in checks(Caller(app, "mina"))["Some totals do not add up"]


def test_who_comes_too_late_is_told_who_closed_it(app: Flask, database: Database) -> None:
    mina, ada = Caller(app, "mina"), Caller(app, "ada")
    opened = ada.form(PATH)
    assert mina.send(PATH).location == f"/recognition/{LAST_MONTH}"
    late = ada.post(PATH, opened)
    assert late.status_code == 409
    assert "Mina Somebody</bdi> closed it" in late.text
    assert f'href="/recognition/{LAST_MONTH}"' in late.text
    assert f"See {words_for_period(LAST_MONTH)}" in late.text
    assert "Mina Somebody" in ada.get(PATH).text
    with database.reading() as session:
        seal = find_seal(session, LAST_MONTH)
    assert seal is not None
    hashes = [one.text for one in ada.page(f"/recognition/{LAST_MONTH}").select(".hash")]
    assert hashes[3:] == [seal.root, seal.chain]


def test_the_manager_sees_what_the_limit_on_ones_word_did(app: Flask, database: Database) -> None:
    words = {"ada": 212, "noor": 200, "avi": 40}
    with database.writing() as session:
        for who, word in words.items():
            person = session.scalars(select(Person).where(Person.name.startswith(who.title())))
            key = (person.one().id, LAST_MONTH)
            standing = session.get(Standing, key) or Standing(person_id=key[0], period=key[1])
            standing.word = word
            session.add(standing)
    mina = Caller(app, "mina")
    told = checks(mina)["2 people reached the limit on their word"]
    assert told == "The most was 212 points on their word alone; up to 200 count"
    with database.writing() as session:
        for number in range(6):
            add_person(session, f"somebody{number}@example.com", joined=JOINED)
    told = checks(mina)["2 people reached the limit on their word"]
    assert told == "One in ten passed 200 points on their word alone; up to 200 count"


@pytest.mark.parametrize(
    ("values", "mark"),
    [([], None), ([7] * 9, None), ([*range(10)], 8), ([*range(29)], 26), ([0] * 30, 0)],
)
def test_the_mark_is_passed_by_one_in_ten(values: list[int], mark: int | None) -> None:
    assert passed_by_one_in_ten(Counter(values)) == mark
    if mark is not None:
        assert sum(value > mark for value in values) <= len(values) / 10
