"""Every job there is, done on an installation of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.app.clock import jobs, runner
from advocacy.auth.actions import begin_sign_in, make_link
from advocacy.auth.models import OneTimeLink, SignIn
from advocacy.auth.rules import LASTS, SIGN_IN_LASTS, Purpose
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.jobs.rules import Turn
from advocacy.mail.actions import post
from advocacy.mail.folder import folder_of
from advocacy.mail.models import Letter
from advocacy.mail.queries import GIVEN_UP
from advocacy.mail.rules import KEPT
from advocacy.points.models import StandingCount
from advocacy.relationships.models import DayCount
from advocacy.web.models import SentForm
from advocacy.web.rules import SENT_FORMS_KEPT
from tests.builders import add_contacts, add_person, add_programme, log
from tests.mailserver import MailServer

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def write_letter(session: Session, address: str, at: datetime) -> None:
    values = {"programme": "Fernhill", "called": "Ada", "link": "https://advocacy.example"}
    post(session, "trial", to=address, values=values, now=at)


def test_tidying_removes_what_has_ended_and_nothing_else(
    settings: Settings, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada, bo = add_person(session).id, add_person(session, "bo@example.com").id
        for person, later in ((ada, timedelta()), (bo, timedelta(seconds=1))):
            begin_sign_in(session, person, NOW - SIGN_IN_LASTS + later)
            make_link(session, person, NOW - LASTS[Purpose.INVITATION] + later)
            session.add(
                SentForm(
                    key=f"key {person}",
                    person_id=person,
                    digest="",
                    location="",
                    sent_at=NOW - SENT_FORMS_KEPT + later,
                )
            )
    tidy = next(job for job in jobs(settings, fresh_database) if job.name == "tidy up")
    turn = Turn(NOW, lambda: False)
    assert tidy.run(turn) == "2 sign-ins and links, 1 sent forms"
    assert tidy.run(turn) == "nothing was old enough"
    with fresh_database.reading() as session:
        for column in (SignIn.person_id, OneTimeLink.person_id, SentForm.person_id):
            assert session.scalars(select(column)).all() == [bo]


def test_tidying_removes_old_letters_from_the_folder_and_nothing_else(
    settings: Settings, fresh_database: Database
) -> None:
    written = NOW - KEPT
    with fresh_database.writing() as session:
        write_letter(session, "ada@example.com", written)
        write_letter(session, "bo@example.com", written + timedelta(seconds=1))
    by_name = {job.name: job for job in jobs(settings, fresh_database)}
    turn = Turn(NOW, lambda: False)
    assert by_name["deliver letters"].run(turn) == "2 filed"
    folder = folder_of(settings)
    own = {folder / "20200101-000000-mine.eml", folder / "notes.txt"}
    for path in own:
        path.touch()
    assert by_name["tidy up"].run(turn) == "1 letters in the folder"
    assert own < set(folder.iterdir())
    [kept] = set(folder.iterdir()) - own
    assert "bo@example.com" in kept.read_text(encoding="utf-8")


def test_tidying_makes_one_row_of_many_of_every_count(
    settings: Settings, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        for name in ("Sofia", "Tom"):
            log(session, ada, add_contacts(session, ada, name)[0], NOW.date())
    tidy = next(job for job in jobs(settings, fresh_database) if job.name == "tidy up")
    assert "rows of counts" in tidy.run(Turn(NOW, lambda: False))
    with fresh_database.reading() as session:
        for query in (select(DayCount.day), select(StandingCount.month, StandingCount.word)):
            rows = session.execute(query).all()
            assert len(rows) == len(set(rows)) > 0


def test_a_backup_is_taken_daily_and_the_newest_are_kept(
    settings: Settings, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
    job = next(one for one in jobs(settings, fresh_database) if one.name == "back up")
    for day in range(9):
        job.run(Turn(NOW + timedelta(days=day), lambda: False))
    kept = sorted(path.name for path in (settings.data / "backups").iterdir())
    assert len(kept) == settings.keep_backups == 7
    assert kept[-1] == "advocacy-20261013-120000.zip"
    none = replace(settings, keep_backups=0)
    job = next(one for one in jobs(none, fresh_database) if one.name == "back up")
    assert job.run(Turn(NOW, lambda: False)) == "no backups are kept"


def test_all_jobs_that_are_due_are_done_at_the_first_look(
    settings: Settings, fresh_database: Database
) -> None:
    work = runner(settings, fresh_database)
    assert [(one.name, one.failure) for one in work.run_due()] == [
        ("deliver letters", ""),
        ("tidy up", ""),
    ]
    assert work.run_due() == []


def test_administrators_are_told_once_a_day_of_letters_given_up(
    settings: Settings, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = MailServer()  # not started: nobody takes a letter there
    unreachable = replace(settings, mail_url=nobody.url)
    every = {job.name: job for job in jobs(unreachable, fresh_database)}
    clock = [NOW]
    monkeypatch.setattr("advocacy.app.clock.now", lambda: clock[0])

    def told_after(days: float) -> list[str]:
        """Deliver every six hours, and return to whom it was written that letters are lost."""
        for _ in range(int(days * 4)):
            clock[0] += timedelta(hours=6)
            every["deliver letters"].run(Turn(clock[0], lambda: False))
        with fresh_database.reading() as session:
            return list(session.scalars(select(Letter.address).where(Letter.name == GIVEN_UP)))

    with fresh_database.writing() as session:
        add_programme(session)
        add_person(session, "ada@example.com", role="administrator")
        add_person(session, "avi@example.com")
        gone = add_person(session, "gone@example.com", role="administrator")
        gone.deactivated_at = NOW
        write_letter(session, "one@example.org", NOW)
    assert told_after(2.75) == []
    assert told_after(0.5) == ["ada@example.com"]
    with fresh_database.reading() as session:
        text = session.scalars(select(Letter.text).where(Letter.name == GIVEN_UP)).one()
    assert f"{settings.base_url}/programme/work?letters=given-up" in text
    # The word is given up itself, and that is no news.
    assert told_after(4) == ["ada@example.com"]
    with fresh_database.writing() as session:
        for name in ("two", "three", "four"):
            write_letter(session, f"{name}@example.org", clock[0])
    assert told_after(3.5) == ["ada@example.com"] * 2
