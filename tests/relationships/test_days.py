"""What days add up to: counted by the database as rows are written, whoever writes them."""

from datetime import date, timedelta
from threading import Thread

from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.orm import Session

from advocacy.conversations.actions import take_back
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.database import Database
from advocacy.people.models import Person
from advocacy.points.actions import end_tie
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.balance_rules import Balance
from advocacy.relationships.days import (
    DAYS,
    balance_by_days,
    conversations_by_days,
    day_problems,
)
from advocacy.relationships.models import DayCount
from tests.builders import add_contacts, add_person, add_programme, log, noon

MONDAY = date(2026, 1, 5)
LAST = MONDAY + timedelta(weeks=1, days=89)
"""The last day on which somebody is alive with whom one spoke on two Mondays from that day on."""


def spoken(session: Session) -> tuple[int, int]:
    return conversations_by_days(session, MONDAY, MONDAY + timedelta(weeks=2))


def befriended(session: Session, person: Person, name: str, began: str = "advocate") -> int:
    """Log talks on two Mondays, with which a relationship begins, and return the tie."""
    (tie,) = add_contacts(session, person, name)
    for week in range(2):
        day = MONDAY + timedelta(weeks=week)
        log(session, person, tie, day, "wrote", began=began, reported=True)
    return tie


def test_a_relationship_counts_on_its_first_day_and_after_its_last(
    session: Session, ada: Person
) -> None:
    befriended(session, ada, "Sofia")
    [(first, last)] = session.execute(text("SELECT starts_on, ends_on FROM life")).all()
    first, last = (date.fromisoformat(str(day)) for day in (first, last))
    eve, after = first - timedelta(days=1), last + timedelta(days=1)
    assert balance_by_days(session, eve, eve) == Balance()
    assert balance_by_days(session, first, first) == Balance(begun=1, closing=1)
    assert balance_by_days(session, last, last) == Balance(opening=1, closing=1)
    assert balance_by_days(session, first, after) == Balance(begun=1, drifted=1)
    assert balance_by_days(session, after, after) == Balance(opening=1, drifted=1)
    assert balance_by_days(session, after + timedelta(days=1), date(2027, 1, 1)) == Balance()


def test_what_ends_moves_its_last_day(session: Session, ada: Person) -> None:
    tie = befriended(session, ada, "Sofia")
    day = MONDAY + timedelta(weeks=3)
    end_tie(session, tie, day)
    assert balance_by_days(session, day, day) == Balance(opening=1, ended=1)
    assert list(day_problems(session)) == []


def test_conversations_count_as_boards_count_them(session: Session, ada: Person) -> None:
    befriended(session, ada, "Sofia", "contact")
    assert spoken(session) == (2, 2)
    befriended(session, ada, "Tom")
    assert spoken(session) == (4, 2)
    [talk, *_] = session.scalars(select(Conversation).order_by(Conversation.id))
    session.execute(update(Participant).values(answered=False))
    assert spoken(session) == (2, 0)  # who wrote to us and waits has not spoken with us yet
    session.execute(update(Participant).values(answered=True))
    talk.began = "advocate"
    session.flush()
    assert spoken(session) == (4, 1)
    talk.day = MONDAY + timedelta(weeks=30)
    session.flush()
    assert spoken(session) == (3, 1)
    session.execute(update(Participant).values(counted=False))
    assert spoken(session) == (0, 0)
    assert list(day_problems(session)) == []


def test_what_is_taken_back_or_gone_counts_no_more(session: Session, ada: Person) -> None:
    befriended(session, ada, "Sofia")
    befriended(session, ada, "Tom", "contact")
    first, second, third, _ = session.scalars(select(Conversation).order_by(Conversation.id))
    take_back(session, first, noon(MONDAY))
    assert spoken(session) == (3, 2)
    session.execute(delete(Conversation).where(Conversation.id == second.id))
    assert spoken(session) == (2, 2)
    session.execute(delete(Participant).where(Participant.conversation_id == third.id))
    assert spoken(session) == (1, 1)
    assert list(day_problems(session)) == []


def test_a_day_of_many_rows_becomes_one_and_adds_up_to_the_same(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        befriended(session, add_person(session), "Sofia", "contact")
    with fresh_database.writing() as session:
        rows = session.scalar(select(func.count()).select_from(DayCount)) or 0
        before = balance_by_days(session, MONDAY, LAST), spoken(session)
    with fresh_database.writing() as session:
        gone = DAYS.fold(session)
    with fresh_database.writing() as session:
        days = session.scalars(select(DayCount.day)).all()
        assert len(days) == len(set(days)) == rows - gone
        assert gone > 0
        assert (balance_by_days(session, MONDAY, LAST), spoken(session)) == before
    with fresh_database.writing() as session:
        assert DAYS.fold(session) == 0


def test_what_is_written_while_days_are_folded_is_not_lost(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        befriended(session, add_person(session), "Sofia")

    def write() -> None:
        with fresh_database.writing() as other:
            befriended(other, other.scalars(select(Person)).one(), "Tom", "contact")

    writer = Thread(target=write)

    def meanwhile(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM day_count"):
            writer.start()
            if not fresh_database.is_sqlite:  # where one waits for the other
                writer.join()

    event.listen(fresh_database.engine, "before_cursor_execute", meanwhile)
    try:
        with fresh_database.writing() as session:
            assert DAYS.fold(session) > 0
    finally:
        event.remove(fresh_database.engine, "before_cursor_execute", meanwhile)
    writer.join()
    with fresh_database.reading() as session:
        assert spoken(session) == (4, 2)
        assert list(day_problems(session)) == []


def test_a_count_that_is_not_the_record_s_is_found_and_made_anew(
    session: Session, ada: Person
) -> None:
    befriended(session, ada, "Sofia")
    assert verify(session).problems == []
    session.execute(update(DayCount).where(DayCount.day == MONDAY).values(conversations=5))
    [problem] = verify(session).problems
    assert problem.startswith(f"{MONDAY}: its count of conversations is 5")
    assert rebuild(session, noon(MONDAY)).problems == []
