"""Several at once: what is written one after the other adds up, and nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from threading import Barrier

from sqlalchemy import func, select

from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations.actions import NewConversation, hold, record, take_back
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.models import Conversation
from advocacy.conversations.queries import get_conversation
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.points.models import Entry, Standing
from advocacy.recognition.verify import rebuild, verify
from tests.builders import add_contacts, add_person, add_programme, noon

THREADS = 8
MONDAY = date(2026, 10, 5)
TODAY = MONDAY + timedelta(days=6)


def together(work: Callable[[int], object]) -> None:
    """Let threads begin at one moment, and pass on what goes wrong in any."""
    gate = Barrier(THREADS, timeout=60)

    def run(number: int) -> object:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def say(database: Database, person: int, name: str, day: date, kind: str) -> int:
    with database.writing() as session:
        hold(session, person)
        contacts = find_or_add(session, person, [name], now())
        told = NewConversation(person, contacts, Said(day, kind, "advocate", [True]))
        (number,) = record(session, [told], noon(TODAY))
        return number


def test_one_person_and_a_new_contact_from_eight_tabs(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session).id
    together(
        lambda n: [
            say(fresh_database, ada, " Sofia ", MONDAY + timedelta(days=day), kind)
            for day, kind in ((n % 7, "wrote"), (5, "called" if n == 3 else "wrote"))
        ]
    )
    with fresh_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        assert session.scalar(select(func.count()).select_from(Conversation)) == 2 * THREADS
        assert session.scalar(select(func.sum(Entry.points))) == 8
        assert session.get_one(Standing, (ada, "2026-10")).points == 8
        assert verify(session).problems == []


def test_eight_people_at_the_same_places_of_a_board(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        people = [add_person(session, f"person{n}@example.com").id for n in range(THREADS)]

    def work(n: int) -> None:
        for turn in range(6):
            number = say(fresh_database, people[n], f"Contact {turn}", MONDAY, "wrote")
            if turn % 2:
                with fresh_database.writing() as session:
                    hold(session, people[n])
                    row = get_conversation(session, people[n], number)
                    take_back(session, row, noon(TODAY))

    together(work)
    with fresh_database.reading() as session:
        points = [session.get_one(Standing, (person, "all")).points for person in people]
        assert points == [12] * THREADS
        assert verify(session).problems == []


def test_answers_of_several_people_at_once(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        contacts = add_contacts(session, ada, *(f"Contact {n}" for n in range(THREADS)))
        hold(session, ada.id)
        told = NewConversation(
            ada.id, contacts, Said(MONDAY, "wrote", "advocate", [False] * THREADS)
        )
        (number,) = record(session, [told], noon(TODAY))
        person = ada.id

    def work(n: int) -> None:
        with fresh_database.writing() as session:
            hold(session, person)
            row = get_conversation(session, person, number)
            mark_answered(session, row, contacts[n], now=noon(TODAY))

    together(work)
    with fresh_database.reading() as session:
        assert session.get_one(Standing, (person, "2026-10")).points == 4 * THREADS
        assert verify(session).problems == []


def test_who_logs_waits_for_a_rebuild(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session).id
    say(fresh_database, ada, "Sofia", MONDAY, "wrote")
    with ThreadPoolExecutor(1) as pool:
        with fresh_database.writing() as session:
            assert rebuild(session, noon(TODAY)).problems == []
            logging = pool.submit(say, fresh_database, ada, "Tom", MONDAY, "called")
            wait([logging], timeout=1)
        assert logging.result()
    with fresh_database.reading() as session:
        assert session.get_one(Standing, (ada, "2026-10")).points == 12
        assert verify(session).problems == []
