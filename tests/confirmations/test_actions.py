"""A contact confirms: evidence of a tie and a day, once a quarter; or asks to be forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.confirmations import actions
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.queries import find_by_code
from advocacy.confirmations.rules import LASTS, code_of
from advocacy.contacts.models import Contact
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import correct, hold, take_back
from advocacy.conversations.models import Conversation, Participant, Witness
from advocacy.conversations.rules import Said, Source
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, NotFound
from advocacy.people.models import Person
from advocacy.points.models import Entry, Standing
from advocacy.questions.actions import ask
from advocacy.questions.models import Question
from advocacy.recognition.actions import close_months
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.balance import balance_of, balance_with_months
from advocacy.relationships.explained import explain
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    ledger,
    log,
    noon,
    participant,
    points_in,
)

DAY = date(2026, 11, 4)
SECRET = "a secret"


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia Marin")[0]


def asked(
    session: Session, talk: Conversation, contact: int, day: date = DAY, secret: str = SECRET
) -> str:
    """Ask a contact on a day, and return the code."""
    hold(session, talk.person_id)
    made = actions.ask(session, talk, participant(session, talk, contact), secret, noon(day))
    return code_of(secret, made.seed)


def say(session: Session, code: str, *, is_so: bool = True, day: date = DAY) -> str | None:
    return actions.answer(session, code, is_so=is_so, now=noon(day)).request.answer


def test_a_yes_makes_a_meeting_seen(session: Session, ada: Person, sofia: int) -> None:
    talk = log(session, ada, sofia, DAY, "met")
    code = asked(session, talk, sofia)
    assert session.scalars(select(Confirmation.code_hash)).one() != code
    assert points_in(session, ada, "2026-11") == 8
    assert say(session, code) == "yes"
    assert points_in(session, ada, "2026-11") == 12
    assert ledger(session) == {(DAY, "week", "seen"): 12}
    # The same again, and the other answer, change nothing
    assert say(session, code, day=DAY + timedelta(days=1)) == "yes"
    assert say(session, code, is_so=False) == "yes"
    assert points_in(session, ada, "2026-11") == 12
    told = explain(session, ada, "2026-11", for_manager=False)
    assert [entry.words.reason for entry in told.entries] == [
        "A meeting that was seen is worth 12. Seen: Sofia Marin confirmed it by the link.",
        "The meeting with Sofia Marin of 4 November: it is seen since, and counts as that.",
        "A meeting on your word is worth 8; seen, it would be 12.",
    ]
    assert verify(session).problems == []


def test_beside_an_import_a_confirmation_is_one_conversation(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, DAY, "called", reported=True)
    conversations.testify(session, {(sofia, DAY)}, Source.CONFIRMED, noon(DAY))
    assert verify(session).problems == []
    assert points_in(session, ada, "2026-11") == 8


def test_evidence_may_come_first_and_stays_with_its_day(
    session: Session, ada: Person, sofia: int
) -> None:
    conversations.testify(session, {(sofia, DAY)}, Source.CONFIRMED, noon(DAY))
    talk = log(session, ada, sofia, DAY, "met")
    assert points_in(session, ada, "2026-11") == 12
    moved = Said(DAY - timedelta(days=1), "met", "advocate", [True])
    correct(session, talk, moved, [sofia], noon(DAY))
    assert points_in(session, ada, "2026-11") == 8
    correct(session, talk, Said(DAY, "met", "advocate", [True]), [sofia], noon(DAY))
    assert points_in(session, ada, "2026-11") == 12
    assert verify(session).problems == []


def test_a_no_counts_nothing_and_is_seen_by_nobody_else(
    session: Session, ada: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "met")
    assert say(session, asked(session, talk, sofia), is_so=False) == "no"
    assert ledger(session) == {(DAY, "week", "word"): 8}
    assert session.scalars(select(Witness)).all() == []
    managers = explain(session, ada, "2026-11", for_manager=True)
    assert "confirm" not in " ".join(entry.reason for entry in managers.entries)
    with pytest.raises(Conflict, match="ask again from 1 January"):
        asked(session, talk, sofia)


def test_once_a_quarter_and_one_link_at_a_time(session: Session, ada: Person, sofia: int) -> None:
    first = log(session, ada, sofia, DAY, "met")
    second = log(session, ada, sofia, DAY + timedelta(days=7), "met")
    early = asked(session, first, sofia)
    assert asked(session, first, sofia) == early  # the same link again
    late = asked(session, second, sofia)
    assert find_by_code(session, early, noon(DAY)) is None  # it gave way
    say(session, late)
    with pytest.raises(Conflict, match="Once a quarter"):
        asked(session, first, sofia)
    january = date(2027, 1, 4)
    third = log(session, ada, sofia, january, "met")
    assert say(session, asked(session, third, sofia, january), day=january) == "yes"
    row = session.scalars(select(Confirmation).where(Confirmation.quarter == "2027-Q1")).one()
    twin = Confirmation(
        tie_id=sofia, quarter=row.quarter, day=DAY, kind="met", seed="", code_hash="x",
        asked_at=noon(DAY), ends_at=noon(DAY),
    )  # fmt: skip
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_link_made_under_another_secret_gives_way(
    session: Session, ada: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "met")
    lost = asked(session, talk, sofia)
    found = asked(session, talk, sofia, secret="another")
    assert find_by_code(session, lost, noon(DAY)) is None
    assert say(session, found) == "yes"


def test_what_is_not_asked_any_more_is_not_answered(
    session: Session, ada: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "met")
    code = asked(session, talk, sofia)
    for late in (LASTS, LASTS + timedelta(days=1)):
        with pytest.raises(NotFound):
            say(session, code, day=DAY + late)
    with pytest.raises(NotFound):
        say(session, code + "a")
    log(session, ada, sofia, DAY - timedelta(days=1), "met")  # she is known by another talk too
    take_back(session, talk, noon(DAY))
    with pytest.raises(NotFound):
        say(session, code)


def test_confirmed_after_the_close_the_difference_is_in_the_first_open_month(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    talk = log(session, ada, sofia, DAY, "met")
    code = asked(session, talk, sofia)
    december = date(2026, 12, 3)
    close_months(session, "2026-11", closed_by=None, now=noon(december), data=tmp_path)
    say(session, code, day=december)
    assert points_in(session, ada, "2026-11") == 8
    assert points_in(session, ada, "2026-12") == 4
    assert verify(session).problems == []


# --- please forget me


def test_who_asks_is_forgotten_and_the_numbers_stay(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    tom = add_contacts(session, ada, "Tom")[0]
    for week in (2, 1):
        log(session, ada, sofia, DAY - timedelta(weeks=week), "called")
    talk = log(session, ada, sofia, DAY, "met")
    together = log(session, ada, [sofia, tom], DAY, "wrote")
    talk.note, together.note = "about her mother", "about the fair"
    code = asked(session, talk, sofia)
    say(session, code)
    before, points = ledger(session), points_in(session, ada, "all")
    assert balance_of(session, ada.id, "2026-11", DAY).alive == 1
    actions.forget_me(session, code, noon(DAY))
    again = actions.forget_me(session, code, noon(DAY))
    assert (again.contact, again.request.answer) == (None, "forgotten")
    assert say(session, code) == "forgotten"
    session.expire_all()
    assert session.scalars(select(Contact.name)).all() == ["Tom"]
    assert session.scalars(select(Participant.contact_id)).all() == [tom]
    assert (talk.note, together.note) == ("", "about the fair")
    assert ledger(session) == before
    assert points_in(session, ada, "all") == points
    assert session.scalar(select(func.count()).select_from(Event).where(
        Event.action == "contact forgotten at their wish", Event.subject_id == ada.id,
        Event.actor_id.is_(None), Event.detail == "",
    )) == 1  # fmt: skip
    november = balance_of(session, ada.id, "2026-11", DAY)
    assert (november.before, november.ended, november.drifted, november.alive) == (
        1,
        [sofia],
        [],
        0,
    )
    later = balance_of(session, ada.id, "2026-12", date(2026, 12, 31))
    assert (later.before, later.ended, later.alive) == (0, [], 0)
    assert balance_with_months(session, ada.id, "2026-11", DAY, months=2)[1] == [1, 0]
    told = explain(session, ada, "2026-11", for_manager=False, with_quiet=True)
    assert all("Sofia" not in entry.reason for entry in told.entries)
    assert verify(session).problems == []
    assert rebuild(session, noon(DAY)).problems == []
    assert balance_of(session, ada.id, "2026-11", DAY).ended == [sofia]
    # Should she return, she is somebody new
    assert add_contacts(session, ada, "Sofia Marin") != [sofia]
    close_months(session, "2026-11", closed_by=None, now=noon(date(2026, 12, 2)), data=tmp_path)
    assert verify(session).problems == []


def test_begun_and_ended_on_one_day_balances(session: Session, ada: Person, sofia: int) -> None:
    log(session, ada, sofia, DAY - timedelta(weeks=1), "called")
    talk = log(session, ada, sofia, DAY, "called")
    actions.forget_me(session, asked(session, talk, sofia), noon(DAY))
    shown = balance_of(session, ada.id, "2026-11", DAY)
    assert (shown.before, shown.begun, shown.ended, shown.alive) == (0, [sofia], [sofia], 0)


def test_two_taps_at_once_are_one_answer(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        [sofia] = add_contacts(session, ada, "Sofia")
        talk = log(session, ada, sofia, DAY, "met")
        code, person = asked(session, talk, sofia), ada.id
    gate = Barrier(4, timeout=60)

    def tap(number: int) -> str | None:
        gate.wait()
        with fresh_database.writing() as session:
            return say(session, code, is_so=number % 2 == 0)

    with ThreadPoolExecutor(4) as pool:
        said = set(pool.map(tap, range(4)))
    assert len(said) == 1
    with fresh_database.reading() as session:
        points = session.get_one(Standing, (person, "2026-11")).points
        assert points == (12 if said == {"yes"} else 8)
        assert session.scalar(select(func.count()).select_from(Entry)) == (3 if points == 12 else 1)
        assert verify(session).problems == []


def test_what_was_asked_about_them_is_erased_with_the_name(
    session: Session, ada: Person, sofia: int
) -> None:
    mona, talk = add_person(session, "mona@example.com"), log(session, ada, sofia, DAY)
    ask(session, ada.id, talk.id, "Who is Sofia?", asked_by=mona.id, now=noon(DAY))
    actions.forget_me(session, asked(session, talk, sofia), noon(DAY))
    assert session.scalars(select(Question.text)).all() == [""]
