"""The page “Letters and the clock”."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from advocacy.app.clock import runner
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.jobs.models import KeptJob
from advocacy.mail.actions import post
from advocacy.mail.models import Letter
from tests.portal import Caller, read, settle_in

NOW = datetime.now(UTC)
WORK = "/programme/work"


@pytest.fixture
def ada(app: Flask, fresh_database: Database) -> Caller:
    settle_in(fresh_database)
    return Caller(app, "ada")


def write(database: Database, *addresses: str, **values: object) -> None:
    said = {"programme": "Sample", "called": "Somebody", "link": "https://example.com"}
    with database.writing() as session:
        for address in addresses:
            post(session, "trial", to=address, values=said, now=NOW - timedelta(minutes=1))
        session.flush()
        if values:
            session.execute(update(Letter).values(**values))


def words(caller: Caller, path: str = WORK) -> str:
    return " ".join(caller.page(path).select_one("main").get_text(" ").split())  # type: ignore[union-attr]


def chip_of(caller: Caller) -> str:
    chip = caller.page("/programme").select_one("main .row .chip")
    return chip.get_text(strip=True) if chip else ""


def test_nothing_yet(ada: Caller, settings: Settings) -> None:
    said = words(ada)
    assert f"so they lie in {settings.data / 'letters'}" in said
    assert "Nothing was done yet." in said
    assert "No letter waits" in said
    assert chip_of(ada) == ""


def test_with_a_mail_server_no_folder_is_spoken_of(
    make_app: Callable[[Settings], Flask], settings: Settings, ada: Caller
) -> None:
    other = make_app(replace(settings, mail_url="smtp://mia:hidden@mail.example.com"))
    said = words(Caller(other, "ada"))
    assert "folder" not in said
    assert "hidden" not in said


def test_a_letter_to_oneself_goes_its_way(
    ada: Caller, settings: Settings, fresh_database: Database
) -> None:
    answer = ada.send(WORK, action=f"{WORK}/letter")
    assert answer.location == WORK
    page = ada.page(WORK)
    assert "A letter to you is on its way." in page.get_text(" ")
    assert "ada@example.com" in page.select("tbody th")[0].get_text()
    assert "About to go" in page.select("tbody tr")[0].get_text()
    with fresh_database.reading() as session:
        assert f"{settings.base_url}{WORK}" in session.scalars(select(Letter.text)).one()
    runner(settings, fresh_database).run_due()
    said = words(ada)
    assert "Deliver letters" in said
    assert "1 filed" in said
    assert "No letter waits" in said
    assert "In the folder" in words(ada, f"{WORK}?letters=gone")
    assert len(list((settings.data / "letters").iterdir())) == 1
    assert chip_of(ada) == ""


def test_what_did_not_arrive_is_shown_with_the_reason(
    ada: Caller, fresh_database: Database
) -> None:
    gone = {"ended_at": NOW, "text": "", "html": ""}
    write(fresh_database, "no@example.org", state="bounced", failure="550 No such person", **gone)
    said = words(ada, f"{WORK}?letters=bounced")
    assert "no@example.org" in said
    assert "550 No such person" in said
    assert "Sent back 1" in said
    assert "None was given up" in words(ada, f"{WORK}?letters=given-up")
    assert chip_of(ada) == "look here"


def test_a_letter_that_waits_for_the_server(ada: Caller, fresh_database: Database) -> None:
    write(fresh_database, "bo@example.org", attempts=3, failure="The mail server is <down>.")
    page = ada.page(WORK)
    [row] = page.select("tbody tr")
    assert "Tried 3 times, next" in row.get_text(" ")
    assert "The mail server is <down>." in row.get_text(" ")
    assert chip_of(ada) == "look here"


def test_a_job_that_failed(ada: Caller, fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        session.add(
            KeptJob(
                name="tidy up",
                due_at=NOW + timedelta(minutes=4),
                last_started_at=NOW,
                last_ended_at=NOW,
                last_failed_at=NOW,
                last_failure="ValueError: no",
                failures=3,
            )
        )
    said = words(ada)
    assert "failed 3 times" in said
    assert "ValueError: no. Next try" in said
    assert chip_of(ada) == "look here"


def test_a_clock_that_stands_still(ada: Caller, fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        session.add(KeptJob(name="tidy up", due_at=NOW - timedelta(hours=1)))
    assert "late" in words(ada)
    assert chip_of(ada) == "look here"


def test_letters_come_fifty_a_page(ada: Caller, fresh_database: Database) -> None:
    write(fresh_database, *(f"person{n}@example.org" for n in range(51)))
    first = ada.page(WORK)
    assert len(first.select("tbody tr")) == 50
    assert "person50@example.org" in first.select("tbody tr")[0].get_text()
    following = first.select_one("a[rel=next]")
    assert following is not None
    assert len(ada.page(str(following["href"])).select("tbody tr")) == 1
    assert "Nothing on this page" in words(ada, f"{WORK}?page=9")
    assert ada.get(f"{WORK}?letters=nonsense").status_code == 404


def test_an_address_that_takes_no_letter_is_said(
    ada: Caller, app: Flask, fresh_database: Database
) -> None:
    from advocacy.people.models import Person

    with fresh_database.writing() as session:
        session.execute(
            update(Person).where(Person.email == "ada@example.com").values(email="ada@bad..host")
        )
    ada.send(WORK, action=f"{WORK}/letter")
    assert "not an address that a letter can go to" in ada.page(WORK).get_text(" ")
    assert read(ada.get(WORK)).select("tbody tr") == []
