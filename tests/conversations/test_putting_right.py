"""A manager puts a conversation right with a reason: any time, on time, and it stands."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.conversations import putting_right
from advocacy.conversations.actions import (
    correct,
    hold,
    mark_answered,
    take_back,
    unmark_answered,
)
from advocacy.conversations.corrections import corrections_about, corrections_for_today
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation, Correction
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.people.models import Person
from advocacy.questions.actions import decide, restore
from advocacy.recognition.actions import close_months
from advocacy.recognition.replay import replay
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.explained import explain, explain_tie
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    entries,
    ledger,
    log,
    noon,
    points_in,
    put_question,
)

DAY = date(2026, 3, 3)  # a Tuesday
LATER = DAY + timedelta(days=30)
LETTER = "It was a letter."


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def mona(session: Session, ada: Person) -> Person:
    return add_person(session, "mona@example.com", name="Mona Berg", role="manager")


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia Marin")[0]


def put_right(
    session: Session,
    talk: Conversation,
    by: Person,
    kind: str = "wrote",
    day: date = DAY,
    *,
    began: str = "advocate",
    answered: tuple[bool, ...] = (True,),
    reason: str = LETTER,
    seen: str = "",
    at: date = LATER,
) -> Conversation:
    return putting_right.put_right(
        session,
        talk.person_id,
        talk.id,
        Said(day, kind, began, answered),
        reason,
        corrected_by=by.id,
        seen=seen,
        now=noon(at),
    )


def reasons(session: Session, person: Person, month: str = "2026-03") -> list[tuple[int, str]]:
    told = explain(session, person, month, for_manager=False)
    return [(one.points, one.reason) for one in told.entries]


def agrees(session: Session) -> None:
    session.expire_all()
    assert verify(session).problems == []
    assert rebuild(session, noon(LATER)).problems == []


def test_it_is_worth_what_it_would_be_logged_so_from_the_start(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    log(session, ada, sofia, DAY + timedelta(days=7))
    put_right(session, call, mona, "met", DAY - timedelta(days=7), began="contact")
    assert ledger(session) == {
        (DAY - timedelta(days=7), "week", "word"): 8,
        (DAY + timedelta(days=7), "week", "word"): 4,
        (DAY + timedelta(days=7), "beginning", "word"): 8,
    }
    assert (points_in(session, ada, "2026-02"), points_in(session, ada, "2026-03")) == (8, 12)
    agrees(session)


def test_a_closed_month_stays_and_the_difference_is_entered_in_the_open_one(
    session: Session, ada: Person, mona: Person, sofia: int, tmp_path: Path
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    close_months(session, "2026-03", closed_by=mona.id, now=noon(LATER), data=tmp_path)
    put_right(session, call, mona)
    assert (points_in(session, ada, "2026-03"), points_in(session, ada, "2026-04")) == (8, -4)
    said = "It is of 3 March, but March 2026 was closed by then: entered in April 2026"
    right = "ut right by Mona Berg on 2 April (“It was a letter.”)"
    assert reasons(session, ada, "2026-03") == [
        (
            8,
            f"Called Sofia Marin. An answered call is worth 8. P{right}. "
            "Since then −4 in April 2026.",
        )
    ]
    assert sorted(reasons(session, ada, "2026-04")) == [
        (
            -8,
            f"Put right. The call with Sofia Marin of 3 March: p{right}, and these are the points "
            f"from before. {said}, and counted there.",
        ),
        (
            4,
            f"Wrote to Sofia Marin. An answered message is worth 4. {said}, and counted there. "
            f"P{right}.",
        ),
    ]
    agrees(session)


def test_its_entries_say_by_whom_and_why_to_everybody_and_what_changed_with_it_too(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    log(session, ada, sofia, DAY + timedelta(days=7))
    put_right(session, call, mona, answered=(False,))
    assert (8, "Called Sofia Marin. An answered call is worth 8.") in reasons(session, ada)
    [moved, taken] = sorted(one[1] for one in reasons(session, ada) if one[0] == -8)
    assert taken == (
        "Put right. The call with Sofia Marin of 3 March: put right by Mona Berg on 2 April (“It "
        "was a letter.”), and these are the points from before."
    )
    assert moved.endswith(": another conversation was put right, and this changed with it.")
    [quiet] = explain_tie(session, ada, sofia).quiet.values()
    assert quiet.reason.endswith(" Put right by Mona Berg on 2 April (“It was a letter.”).")
    put_right(session, call, mona, "called", reason="It was a call.", at=LATER + timedelta(days=1))
    [stands] = [
        entry.reason
        for _, entry in explain_tie(session, ada, sofia).entries
        if entry.deed == call.id and entry.points > 0 and not entry.taken_off
    ]
    assert stands.endswith(" Put right by Mona Berg on 3 April (“It was a call.”).")
    assert taken in [reason for _, reason in reasons(session, ada)]
    then = replay(session, ada, "2026-03", noon(DAY), for_manager=True).explained
    assert (then.points, [one.points for one in then.entries]) == (8, [8])
    agrees(session)


def test_what_a_manager_puts_right_is_on_time_whatever_of_it_changes(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "called", today=DAY + timedelta(days=14))
    hold(session, ada.id)
    moved = Said(DAY - timedelta(days=1), "called", "advocate", [True])
    correct(session, talk, moved, [sofia], noon(DAY + timedelta(days=14)))
    assert ledger(session) == {}  # logged late by its advocate, on the day of the change
    put_right(session, talk, mona, "wrote", DAY - timedelta(days=1))
    assert ledger(session) == {(DAY - timedelta(days=1), "week", "word"): 4}
    put_right(session, talk, mona, "wrote", DAY - timedelta(days=20))
    assert ledger(session) == {(DAY - timedelta(days=20), "week", "word"): 4}
    agrees(session)


def test_what_an_import_saw_is_on_ones_word_on_another_day(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, DAY, "introduced", reported=True)
    put_right(session, talk, mona, "introduced", answered=(False,))  # still of one of the two
    put_right(session, talk, mona, "introduced", DAY - timedelta(days=1))
    [part] = participants_of(session, talk.id)
    assert (part.reported, part.logged_on) == (True, DAY - timedelta(days=1))
    with pytest.raises(Invalid, match="exactly two"):
        put_right(session, log(session, ada, sofia, DAY, "called"), mona, "introduced")


def test_an_import_put_right_there_and_back_is_worth_what_it_was(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    ada.joined = DAY + timedelta(days=10)  # an import counts from its own day on
    talk = log(session, ada, sofia, DAY, "met", today=DAY + timedelta(days=20), reported=True)
    put_right(session, talk, mona, "met", DAY + timedelta(days=1))
    assert ledger(session) == {(DAY + timedelta(days=1), "week", "word"): 8}
    put_right(session, talk, mona, "met")
    assert ledger(session) == {(DAY, "week", "seen"): 12}
    agrees(session)


def test_the_words_go_with_whom_a_conversation_had_brought_along(
    session: Session, ada: Person, mona: Person
) -> None:
    [new] = find_or_add(session, ada.id, ["Wilhelmina"], noon(DAY))
    talk = log(session, ada, new, DAY, "called")
    put_right(session, talk, mona, reason="Wilhelmina wrote.")
    assert take_back(session, talk, noon(LATER)) == [new]
    assert session.scalars(select(Correction.reason)).all() == [""]


def test_it_stands_against_its_advocate_who_may_still_answer_note_and_take_back(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    log(session, ada, sofia, DAY - timedelta(days=7))
    talk = log(session, ada, [sofia, kwame], DAY, "called")
    put_right(session, talk, mona, answered=(False, False), at=DAY)
    hold(session, ada.id)
    changes: list[tuple[Said, list[int]]] = [
        (Said(DAY, "called", "advocate", [False, False]), [sofia, kwame]),
        (Said(DAY - timedelta(days=1), "wrote", "advocate", [False, False]), [sofia, kwame]),
        (Said(DAY, "wrote", "contact", [False, False]), [sofia, kwame]),
        (Said(DAY, "wrote", "advocate", [False]), [sofia]),
        (Said(DAY, "wrote", "advocate", [True, False]), [sofia, kwame]),
    ]
    for said, contacts in changes:
        with pytest.raises(Conflict, match="A manager put this right, and that stands"):
            correct(session, talk, said, contacts, noon(DAY))
    noted = Said(DAY, "wrote", "advocate", [False, False], note="Hello")
    correct(session, talk, noted, [sofia, kwame], noon(DAY))
    assert talk.note == "Hello"
    assert mark_answered(session, talk, sofia, now=noon(DAY))
    assert ledger(session, tie=sofia)[DAY, "week", "word"] == 4
    unmark_answered(session, talk, sofia, noon(DAY))
    put_right(session, talk, mona, "met", answered=(True, True))
    assert (talk.note, ledger(session, tie=kwame)) == ("Hello", {(DAY, "week", "word"): 8})
    take_back(session, talk, noon(LATER))
    assert ledger(session, tie=kwame) == {}
    with pytest.raises(Conflict, match="Ada took this conversation back"):
        put_right(session, talk, mona)
    agrees(session)


def test_what_is_split_off_it_is_locked_too_and_says_the_same(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [kwame] = add_contacts(session, ada, "Kwame")
    talk = log(session, ada, [sofia, kwame], DAY, "called", answered=[True, False])
    for kind in ("called", "wrote"):
        put_right(session, talk, mona, kind, began="contact", answered=(False, False))
    hold(session, ada.id)
    mark_answered(session, talk, kwame, replied_on=DAY, now=noon(LATER))
    [(points, reason)] = [one for one in reasons(session, ada) if "Kwame wrote" in one[1]]
    assert points == 4
    assert reason.endswith("Put right by Mona Berg on 2 April (“It was a letter.”).")
    alone = get_conversation(session, ada.id, talk.id + 1)
    with pytest.raises(Conflict, match="A manager put this right"):
        correct(session, alone, Said(DAY, "met", "advocate", [True]), [kwame], noon(DAY))
    erase_contact(session, session.get_one(Contact, kwame), noon(LATER))
    session.expire_all()
    assert [one.reason for one in session.scalars(select(Correction))] == ["", ""]


def test_setting_aside_and_putting_right_know_nothing_of_each_other(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    call = log(session, ada, sofia, DAY, "called")
    question = put_question(session, call.id, mona)
    decide(session, question, "set aside", "No.", decided_by=mona.id, now=noon(LATER))
    put_right(session, call, mona)
    assert ledger(session) == {}
    restore(session, question, "Yes.", restored_by=mona.id, now=noon(LATER))
    assert ledger(session) == {(DAY, "week", "word"): 4}
    agrees(session)


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
    [told] = corrections_for_today(session, ada.id, noon(LATER))
    assert (told.by, told.conversation.id) == ("Otto", call.id)
    assert corrections_for_today(session, ada.id, noon(LATER + timedelta(days=1))) == []
    assert corrections_for_today(session, mona.id, noon(LATER)) == []
    take_back(session, call, noon(LATER))
    assert corrections_for_today(session, ada.id, noon(LATER)) == []


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
