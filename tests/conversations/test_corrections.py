"""What is kept of a manager’s correction, what of it is erased, and which is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations import putting_right
from advocacy.conversations.actions import correct, hold, take_back
from advocacy.conversations.corrections import (
    corrections_about,
    corrections_for_today,
    put_right_then_taken_back,
)
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Correction
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.people.models import Person
from tests.builders import add_contacts, add_person, add_programme, entries, log, noon
from tests.conversations.corrected import DAY, LATER, LETTER, agrees, put_right, reasons


def test_the_words_go_with_whom_a_conversation_had_brought_along(
    session: Session, ada: Person, mona: Person
) -> None:
    [new] = find_or_add(session, ada.id, ["Wilhelmina"], noon(DAY))
    talk = log(session, ada, new, DAY, "called")
    put_right(session, talk, mona, reason="Wilhelmina wrote.")
    assert take_back(session, talk, noon(LATER)) == [new]
    assert session.scalars(select(Correction.reason)).all() == [""]


def test_every_correction_is_kept_with_what_was_said_before(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    otto = add_person(session, "otto@example.com", name="Otto", role="administrator")
    [kwame] = add_contacts(session, ada, "Kwame")
    call = log(session, ada, [sofia, kwame], DAY, "called", answered=(True, False))
    put_right(session, call, mona, answered=(False, False), began="contact")
    put_right(session, call, otto, "met", answered=(True, True), reason="Both\r\nwere there.")
    assert [
        (one.by, one.correction.reason, one.before("you"))
        for one in corrections_about(session, call)
    ] == [
        (
            "Otto",
            "Both\nwere there.",
            "a message of 3 March 2026, begun by the other side, not answered yet",
        ),
        ("Mona Berg", LETTER, "a call of 3 March 2026, begun by you, answered by 1 of 2"),
    ]
    told = corrections_for_today(session, ada.id, noon(LATER))
    assert [one.by for one in told] == ["Mona Berg", "Otto"]  # each moved the points
    assert corrections_for_today(session, ada.id, noon(LATER + timedelta(days=1))) == []
    assert corrections_for_today(session, mona.id, noon(LATER)) == []
    take_back(session, call, noon(LATER))
    assert corrections_for_today(session, ada.id, noon(LATER)) == []
    for by, since, found in ((otto, LATER, [call]), (mona, LATER, [])):  # who decided last
        assert put_right_then_taken_back(session, by.id, noon(since)) == found
    assert put_right_then_taken_back(session, otto.id, noon(LATER + timedelta(days=1))) == []


def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_written(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    refusals: list[tuple[Callable[[], object], str | None]] = [
        (lambda: put_right(session, call, mona, "met", answered=(False,)), "answered"),
        (lambda: put_right(session, call, mona, answered=(True, True)), "answered"),
        (lambda: put_right(session, call, mona, day=LATER + timedelta(days=1)), "occurred_on"),
        (lambda: put_right(session, call, mona, day=date(1066, 1, 1)), "occurred_on"),
        (lambda: put_right(session, call, mona, "sang"), "kind"),
        (lambda: put_right(session, call, mona, "introduced"), "kind"),
        (lambda: put_right(session, call, mona, began="nobody"), "began"),
        (lambda: put_right(session, call, mona, reason=" "), "reason"),
        (lambda: put_right(session, call, mona, reason="x" * 501), "reason"),
        (lambda: put_right(session, call, mona, reason="a\0b"), "reason"),
        (lambda: put_right(session, call, mona, "called"), None),  # nothing would change
    ]
    before = len(entries(session))
    for change, field in refusals:
        with pytest.raises(Invalid) as refused:
            change()
        assert refused.value.field == field
    assert session.scalars(select(Correction)).all() == []
    assert len(entries(session)) == before
    assert call.put_right_by is None


def test_what_is_not_theirs_or_ones_own_is_not_put_right(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call, without = log(session, ada, sofia, DAY), log(session, ada, sofia, DAY, answered=False)
    hers = log(session, mona, add_contacts(session, mona, "Lena")[0], DAY)
    with pytest.raises(NotFound):
        put_right(session, without, mona)
    with pytest.raises(Conflict, match="another manager puts it right"):
        put_right(session, hers, mona, "called")
    said = Said(DAY, "called", "advocate", [True])
    for person, number in ((mona.id, call.id), (ada.id, call.id + 99)):
        with pytest.raises(NotFound):
            putting_right.put_right(
                session, person, number, said, "So.", corrected_by=mona.id, now=noon(DAY)
            )


def test_an_erased_contact_takes_the_words_along_and_leaves_the_rest(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    kwame, lena = add_contacts(session, ada, "Kwame", "Lena")
    alone = log(session, ada, sofia, DAY, "called")
    once = log(session, ada, sofia, DAY + timedelta(days=7), "called")
    hold(session, ada.id)
    instead = Said(once.day, "called", "advocate", [True])
    correct(session, once, instead, [kwame], noon(once.day))  # was with Sofia
    other = log(session, ada, kwame, DAY, "called")
    for talk in (alone, once, other):
        put_right(session, talk, mona, day=talk.day)
    # Lena, who never answered, has no entry.
    silent = log(session, ada, [kwame, lena], DAY + timedelta(days=14), answered=[True, False])
    for kind in ("called", "commented"):
        put_right(session, silent, mona, kind, silent.day, answered=(True, False))
    for gone in (sofia, lena):
        erase_contact(session, session.get_one(Contact, gone), noon(LATER))
    session.expire_all()
    every = session.scalars(select(Correction).order_by(Correction.id))
    kept = [(one.reason, one.corrected_by) for one in every]
    assert kept == [*[("", mona.id)] * 2, (LETTER, mona.id), *[("", mona.id)] * 2]
    with pytest.raises(Conflict, match="is erased"):
        put_right(session, alone, mona, "met")
    told = reasons(session, ada)
    assert (4, "Wrote to somebody whose name is erased. An answered message is worth 4. Put right "
            "by Mona Berg on 2 April.") in told  # fmt: skip
    agrees(session)


def test_the_trail_says_who_of_whom_and_which_month_and_none_of_the_words(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    put_right(session, call, mona, day=DAY - timedelta(days=7))
    rows = session.execute(select(Event.action, Event.actor_id, Event.subject_id, Event.detail))
    assert [tuple(row) for row in rows] == [("conversation corrected", mona.id, ada.id, "2026-02")]


def test_nobody_puts_right_what_they_did_not_see(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    seen = putting_right.stamp_of(call, participants_of(session, call.id))
    hold(session, ada.id)
    told = Said(DAY, "called", "contact", [True], note="A note is nobody’s business.")
    correct(session, call, Said(DAY, "called", "advocate", [True], note="So"), [sofia], noon(DAY))
    put_right(session, call, mona, seen=seen, at=DAY)
    with pytest.raises(Conflict, match="changed while you had it open"):
        put_right(session, call, mona, "met", seen=seen)
    other = log(session, ada, sofia, DAY, "called")
    seen = putting_right.stamp_of(other, participants_of(session, other.id))
    hold(session, ada.id)
    correct(session, other, told, [sofia], noon(DAY))
    with pytest.raises(Conflict, match="changed while you had it open"):
        put_right(session, other, mona, seen=seen)


def test_of_two_managers_at_once_one_is_told(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session)
        managers = [
            add_person(session, f"{name}@example.com", role="manager") for name in ("mona", "otto")
        ]
        talk = log(session, ada, add_contacts(session, ada, "Sofia")[0], DAY, "called")
        seen = putting_right.stamp_of(talk, participants_of(session, talk.id))
    ready = Barrier(2)

    def said(by: Person, kind: str) -> str:
        ready.wait()
        try:
            with fresh_database.writing() as session:
                put_right(session, talk, by, kind, seen=seen)
        except DomainError as error:
            return error.message
        return kind

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(said, managers, ("met", "wrote")))
    [kind] = {"met", "wrote"} & set(told)
    [other] = set(told) - {kind}
    assert other.startswith("This was changed while you had it open.")
    with fresh_database.reading() as session:
        assert get_conversation(session, talk.person_id, talk.id).kind == kind
        assert sum(one.points for one in entries(session)) == {"met": 8, "wrote": 4}[kind]
        assert len(session.scalars(select(Correction)).all()) == 1
