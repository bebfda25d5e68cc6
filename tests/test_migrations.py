"""Migrations go up and down with rows in them, and end where the models are."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from advocacy.conversations.models import Conversation
from advocacy.conversations.putting_right import put_right
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import Unavailable
from advocacy.core.migrate import alembic_config, current, newest, upgrade
from advocacy.jobs.actions import add_jobs
from advocacy.mail.actions import post
from advocacy.people import actions as people
from advocacy.people import queries as people_queries
from advocacy.people.models import Absence, ProfileVersion
from advocacy.points.models import ClosedMonth, Entry, Standing, Tie
from advocacy.points.seals import take_checkpoint
from advocacy.programme.queries import get_programme
from advocacy.questions.actions import ask, decide
from advocacy.questions.models import Question
from advocacy.recognition.actions import close_months
from advocacy.recognition.balances import balance_of_programme
from advocacy.recognition.verify import verify
from advocacy.relationships.actions import merge
from advocacy.schema import TABLES, metadata
from tests.builders import (
    add_contacts,
    add_item,
    add_person,
    add_programme,
    add_team,
    is_found_by_words,
    log,
    noon,
    share,
)
from tests.databases import Databases

DAY = date(2026, 1, 5)

GUARDED = (
    "acceptance",
    "audit_event",
    "checkpoint",
    "closed_balance",
    "closed_month",
    "closed_total",
    "entry",
    "seal",
    "terms",
)
COUNTING = (
    *(
        f"{table}_counts_{verb}"
        for table in ("life", "participant", "standing")
        for verb in ("insert", "update")
    ),
    *(f"{table}_counts_delete" for table in ("life", "participant", "standing", "conversation")),
    "conversation_counts_update",
)
TRIGGERS = {
    "sqlite": {
        "entry_no_closed_month",
        *COUNTING,
        *(f"{table}_no_{verb}" for table in GUARDED for verb in ("delete", "replace", "update")),
    },
    "postgresql": {
        "entry_no_closed_month",
        *COUNTING,
        *(f"{table}_no_{verb}" for table in GUARDED for verb in ("change", "truncate")),
    },
}


def standings(session: Session) -> dict[tuple[int, str], int]:
    rows = session.execute(select(Standing.person_id, Standing.period, Standing.points))
    return {(person, period): points for person, period, points in rows}


def triggers(database: Database) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.reading() as session:
        return set(session.scalars(text(query)))


def move(database: Database, to: str) -> None:
    with database.session(writes=True) as session, session.begin():
        config = alembic_config(session.connection())
        if to == "base" or to.startswith("-"):
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def fill(database: Database, data: Path) -> None:
    """Put a row into the tables of the heart, a closed month among them."""
    with database.writing() as session:
        add_programme(session)
        ada = add_person(session, team=add_team(session, "Sales"))
        (sofia,) = add_contacts(session, ada, "Sofia")
        talks = [
            log(session, ada, sofia, DAY + timedelta(weeks=week), reported=True)
            for week in range(4)
        ]
        share(session, ada, add_item(session), DAY)
        month = noon(DAY + timedelta(days=40))
        mona = add_person(session, "mona@example.com", role="manager").id
        for talk, outcome in ((talks[2], "kept"), (talks[3], "set aside")):
            question = ask(session, ada.id, talk.id, "Why?", asked_by=mona, now=month)
            decide(session, question.id, outcome, "So.", decided_by=mona, now=month)
        said = Said(DAY, "called", "advocate", [True])
        put_right(session, ada.id, talks[0].id, said, "So.", corrected_by=mona, now=month)
        close_months(session, "2026-01", closed_by=ada.id, now=month, data=data)
        values = {"programme": "Sample", "called": "Ada", "link": "https://example.com"}
        post(session, "trial", to=ada.email, values=values, now=month)
        add_jobs(session, {"tidy up": month})


def test_an_empty_database_is_brought_up_once(databases: Databases) -> None:
    url = databases.empty()
    database = Database(url)
    first = upgrade(database)
    assert (first.before, first.after) == (None, newest())
    again = upgrade(database)
    assert (again.before, again.after) == (newest(), newest())
    with database.engine.connect() as connection:
        assert current(connection) == newest()
    database.engine.dispose()
    databases.remove(url)


def test_the_migrated_schema_is_that_of_the_models(fresh_database: Database) -> None:
    with fresh_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert tables(fresh_database) == {table.__tablename__ for table in TABLES}


def test_there_is_one_newest_migration(fresh_database: Database) -> None:
    with fresh_database.engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
        assert len(script.get_heads()) == 1


def test_the_guards_stand_after_the_upgrade(fresh_database: Database) -> None:
    assert triggers(fresh_database) == TRIGGERS[fresh_database.engine.dialect.name]


def test_down_and_up_again_with_rows_in_it(fresh_database: Database, tmp_path: Path) -> None:
    fill(fresh_database, tmp_path)
    move(fresh_database, "base")
    assert tables(fresh_database) == set()
    assert triggers(fresh_database) == set()
    upgrade(fresh_database)
    assert triggers(fresh_database) == TRIGGERS[fresh_database.engine.dialect.name]
    fill(fresh_database, tmp_path)
    with fresh_database.reading() as session:
        assert verify(session).problems == []


def test_every_step_goes_down_and_up_with_rows_in_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    """Whatever steps follow, each keeps the rows that both sides know."""
    fill(fresh_database, tmp_path)
    with fresh_database.engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    steps = [one.revision for one in script.walk_revisions()]
    for revision in steps[:-1]:
        move(fresh_database, "-1")
        move(fresh_database, revision)
        move(fresh_database, "-1")
    upgrade(fresh_database)
    with fresh_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    with fresh_database.writing() as session:  # what only the new schema knows is made anew
        take_checkpoint(session, noon(DAY))
    with fresh_database.reading() as session:
        assert verify(session).problems == []
        assert len(session.execute(select(metadata.tables["entry"])).all()) == 9
        assert is_found_by_words(session)
    assert triggers(fresh_database) == TRIGGERS[fresh_database.engine.dialect.name]


def test_absences_begin_with_who_is_deactivated_and_no_balance_is_invented(
    fresh_database: Database, tmp_path: Path
) -> None:
    fill(fresh_database, tmp_path)
    late = noon(DAY + timedelta(days=41)).replace(hour=23)  # the next day, in Berlin
    with fresh_database.writing() as session:
        get_programme(session).time_zone = "Europe/Berlin"
        people.deactivate(session, add_person(session, "bea@example.com"), late)
    kept = select(Absence.gone_on, Absence.back_on)
    with fresh_database.session(writes=True) as session, session.begin():
        command.downgrade(alembic_config(session.connection()), "0008")
    upgrade(fresh_database)
    with fresh_database.reading() as session:
        assert session.execute(kept).all() == [(late.date() + timedelta(days=1), None)]
        assert session.scalars(select(ClosedMonth.has_balances)).all() == [False]
        assert balance_of_programme(session, "2026-01", late.date()).not_kept == ("2026-01",)


def test_what_was_set_aside_is_taken_back_for_the_version_before(
    fresh_database: Database, tmp_path: Path
) -> None:
    """It knows no other way to let a conversation be worth nothing."""
    fill(fresh_database, tmp_path)
    with fresh_database.session(writes=True) as session, session.begin():
        command.downgrade(alembic_config(session.connection()), "0010")
    upgrade(fresh_database)
    with fresh_database.reading() as session:
        gone = select(Conversation.day).where(Conversation.taken_back_at.is_not(None))
        assert session.scalars(gone).all() == [DAY + timedelta(weeks=3)]
        assert session.scalars(select(Question)).all() == []
        assert verify(session).problems == []


def test_what_was_merged_is_entered_for_who_stays_for_the_version_before(
    fresh_database: Database, tmp_path: Path
) -> None:
    """It knows each tie by itself only; no sum moves, not even one of a closed month."""
    fill(fresh_database, tmp_path)
    with fresh_database.writing() as session:
        ada = people_queries.get_person_by_email(session, "ada@example.com")
        assert ada is not None
        [sofia, again] = add_contacts(session, ada, "Sofia", "Again")
        for week in (1, 8):
            log(session, ada, again, DAY + timedelta(weeks=week))
        merge(session, ada.id, sofia, again, noon(DAY + timedelta(weeks=8)))
        before = standings(session)
    with fresh_database.session(writes=True) as session, session.begin():
        command.downgrade(alembic_config(session.connection()), "0011")
    upgrade(fresh_database)
    with fresh_database.reading() as session:
        assert session.scalars(select(Tie.merged_into)).all() == [None, None]
        written = select(func.sum(Entry.points)).where(Entry.tie_id == again)
        assert session.scalar(written) == 0
        assert standings(session) == before
        assert verify(session).problems == []


def test_words_of_profiles_that_ended_go_and_others_stay(fresh_database: Database) -> None:
    ended = noon(DAY)
    with fresh_database.writing() as session:
        ada = add_person(session)
        session.add_all(
            ProfileVersion(person_id=ada.id, headline=word, proposed_at=ended, ended_at=at)
            for word, at in (("Gone", ended), ("Shown", None))
        )
    with fresh_database.session(writes=True) as session, session.begin():
        command.downgrade(alembic_config(session.connection()), "0021")
    upgrade(fresh_database)
    with fresh_database.reading() as session:
        words = session.scalars(select(ProfileVersion.headline).order_by(ProfileVersion.id))
        assert words.all() == ["", "Shown"]


def test_a_failed_migration_leaves_nothing_behind(databases: Databases) -> None:
    url = databases.empty()
    database = Database(url)
    with database.writing() as session:
        session.execute(text("CREATE TABLE tracked_link (id INTEGER)"))  # in the way
    with pytest.raises((DatabaseError, Unavailable)):
        upgrade(database)
    assert tables(database) == {"tracked_link"}
    with database.engine.connect() as connection:
        assert current(connection) is None
    database.engine.dispose()
    databases.remove(url)
