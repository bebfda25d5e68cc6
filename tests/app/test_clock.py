"""Every job there is, done on an installation of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from advocacy.app.clock import jobs, runner
from advocacy.auth.actions import begin_sign_in, make_link
from advocacy.auth.models import OneTimeLink, SignIn
from advocacy.auth.rules import LASTS, SIGN_IN_LASTS, Purpose
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.jobs.rules import Turn
from advocacy.web.models import SentForm
from advocacy.web.rules import SENT_FORMS_KEPT
from tests.builders import add_person, add_programme

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


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
