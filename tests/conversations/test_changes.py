"""What may be said, what may be changed and until when, and what is remembered only."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.queries import get_contact, ties_of
from advocacy.conversations.actions import NewConversation, correct, record, settle_ties, take_back
from advocacy.conversations.answering import mark_answered, unmark_answered
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation
from advocacy.conversations.queries import (
    count_waiting,
    get_conversation,
    participants_of,
    same_on_day,
    waiting_for_person,
)
from advocacy.conversations.records import records_of_ties
from advocacy.conversations.rules import CHANNEL_LENGTH, NOTE_LENGTH, PEOPLE_LIMIT, Said
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.people.actions import set_joined
from advocacy.people.models import Person
from advocacy.recognition.verify import verify
from advocacy.relationships.explained import explain
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    ledger,
    log,
    noon,
    participant,
)

MONDAY = date(2026, 10, 5)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia")[0]


def say(
    day: date = MONDAY,
    kind: str = "wrote",
    *,
    began: str = "advocate",
    answered: tuple[bool, ...] = (True,),
    note: str = "",
    channel: str = "",
) -> Said:
    return Said(day, kind, began, answered, channel, note)


def changed(
    session: Session, conversation: Conversation, said: Said, contacts: list[int], today: date
) -> None:
    correct(session, conversation, said, contacts, noon(today))


def week(points: int, day: date = MONDAY, evidence: str = "word") -> dict[object, int]:
    return {(day, "week", evidence): points}


# --- what may be said


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (say(kind="sang"), "kind"),
        (say(began="nobody"), "began"),
        (say(day=MONDAY + timedelta(days=1)), "occurred_on"),
        (say(kind="met", answered=(False,)), "answered"),
        (say(kind="introduced"), "contact"),
        (say(kind="introduced", answered=(True, True), began="contact"), "began"),
        (say(note="x" * (NOTE_LENGTH + 1)), "note"),
        (say(channel="x" * (CHANNEL_LENGTH + 1)), "channel"),
        (say(note="a\0b"), "note"),
        (say(channel="a\0b"), "channel"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_so_is_refused_beside_its_field(
    session: Session, ada: Person, said: Said, field: str
) -> None:
    contacts = add_contacts(session, ada, "Sofia", "Tom")[: len(said.answered)]
    with pytest.raises(Invalid) as refused:
        record(session, [NewConversation(ada.id, contacts, said)], noon(MONDAY))
    assert refused.value.field == field
    assert ledger(session) == {}


def test_met_with_one_of_several_not_answered_is_refused(session: Session, ada: Person) -> None:
    two = add_contacts(session, ada, "Sofia", "Tom")
    with pytest.raises(Invalid):
        log(session, ada, two, MONDAY, "met", answered=[True, False])


@pytest.mark.parametrize("names", [["Sofia"], ["Sofia", "Tom", "Uwe"]])
def test_an_introduction_is_of_exactly_two(session: Session, ada: Person, names: list[str]) -> None:
    contacts = add_contacts(session, ada, *names)
    with pytest.raises(Invalid, match="exactly two"):
        log(session, ada, contacts, MONDAY, "introduced")


def test_an_introduction_is_worth_six_for_each_who_took_it_up(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    log(session, ada, [sofia, tom], MONDAY, "introduced", answered=[True, False])
    assert ledger(session, tie=sofia) == week(6)
    assert ledger(session, tie=tom) == {}


def test_a_row_of_an_import_stands_for_one_of_two_introduced(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY, "introduced", reported=True)
    assert ledger(session) == week(6, evidence="seen")


def test_a_contact_named_twice_is_refused(session: Session, ada: Person, sofia: int) -> None:
    with pytest.raises(Invalid, match="twice"):
        log(session, ada, [sofia, sofia], MONDAY)


def test_nobody_and_too_many_people_are_refused(session: Session, ada: Person) -> None:
    crowd = add_contacts(session, ada, *(f"Person {n}" for n in range(PEOPLE_LIMIT + 1)))
    with pytest.raises(Invalid):
        log(session, ada, crowd, MONDAY)
    with pytest.raises(Invalid):
        log(session, ada, [], MONDAY)


def test_one_wrong_conversation_among_many_writes_nothing(
    session: Session, ada: Person, sofia: int
) -> None:
    many = [
        NewConversation(ada.id, [sofia], say()),
        NewConversation(ada.id, [sofia], say(day=MONDAY + timedelta(days=1))),
    ]
    with pytest.raises(Invalid):
        record(session, many, noon(MONDAY))
    assert ledger(session) == {}


def test_somebody_elses_contact_and_conversation_do_not_exist(
    session: Session, ada: Person, sofia: int
) -> None:
    bea = add_person(session, "bea@example.com")
    conversation = log(session, ada, sofia, MONDAY)
    with pytest.raises(NotFound) as contact_refused:
        get_contact(session, bea.id, sofia)
    with pytest.raises(NotFound) as absent:
        get_contact(session, bea.id, 4_000_000)
    assert contact_refused.value.message == absent.value.message
    with pytest.raises(NotFound):
        get_conversation(session, bea.id, conversation.id)


def test_today_is_the_day_in_the_programmes_zone(session: Session) -> None:
    add_programme(session, time_zone="Pacific/Auckland")
    ada = add_person(session)
    (sofia,) = add_contacts(session, ada, "Sofia")
    evening = datetime(2026, 10, 5, 20, tzinfo=UTC)  # Tuesday morning in Auckland
    tuesday = [NewConversation(ada.id, [sofia], say(day=MONDAY + timedelta(days=1)))]
    record(session, tuesday, evening)
    wednesday = [NewConversation(ada.id, [sofia], say(day=MONDAY + timedelta(days=2)))]
    with pytest.raises(Invalid):
        record(session, wednesday, evening)


# --- late, early, and colleagues


def test_logged_after_14_days_it_counts_and_after_15_it_is_remembered(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    log(session, ada, sofia, MONDAY, today=MONDAY + timedelta(days=14))
    late = log(session, ada, tom, MONDAY, today=MONDAY + timedelta(days=15))
    assert ledger(session, tie=sofia) == week(4)
    assert ledger(session, tie=tom) == {}
    assert participant(session, late, tom).counted is False


def test_what_is_remembered_only_makes_nobody_answered_before(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY, today=MONDAY + timedelta(days=15))
    later = MONDAY + timedelta(days=14)
    log(session, ada, sofia, later, answered=False, today=later + timedelta(days=1))
    assert ledger(session) == {}


def test_before_the_programmes_first_day_is_remembered_only(session: Session) -> None:
    add_programme(session, first_day=MONDAY)
    ada = add_person(session)
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    log(session, ada, sofia, MONDAY - timedelta(days=1), today=MONDAY)
    log(session, ada, tom, MONDAY)
    assert ledger(session, tie=sofia) == {}
    assert ledger(session, tie=tom) == week(4)


def test_before_joining_is_remembered_until_the_day_of_joining_moves(session: Session) -> None:
    add_programme(session)
    ada = add_person(session, joined=MONDAY)
    (sofia,) = add_contacts(session, ada, "Sofia")
    sunday = MONDAY - timedelta(days=1)
    log(session, ada, sofia, sunday, today=MONDAY)
    assert ledger(session) == {}
    set_joined(session, ada, sunday)
    settle_ties(session, ties_of(session, ada.id), noon(MONDAY))
    assert ledger(session) == week(4, sunday)


def test_an_import_scores_from_its_own_day_however_early_and_late(session: Session) -> None:
    add_programme(session, first_day=MONDAY)
    ada = add_person(session, joined=MONDAY)
    (sofia,) = add_contacts(session, ada, "Sofia")
    log(session, ada, sofia, date(2019, 5, 6), today=MONDAY, reported=True)
    assert ledger(session) == week(4, date(2019, 5, 6), "seen")


def test_a_contact_with_a_colleagues_address_earns_nothing_while_it_has_it(
    session: Session, ada: Person
) -> None:
    add_person(session, "bea@example.com")
    (bea,) = add_contacts(session, ada, " BEA@Example.com ")
    log(session, ada, bea, MONDAY, reported=True)
    assert ledger(session) == {}
    contact = get_contact(session, ada.id, bea)
    assert describe(session, contact, name="Bea", email="bea@elsewhere.example", shared=False)
    settle_ties(session, {bea: ada.id}, noon(MONDAY))
    assert ledger(session) == week(4, evidence="seen")


# --- answers


def test_an_answer_may_come_at_any_time_and_keeps_the_day(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY, "called", answered=False)
    assert ledger(session) == {}
    mark_answered(session, conversation, sofia, now=noon(MONDAY + timedelta(days=200)))
    assert ledger(session) == week(8)


def test_marking_answered_twice_changes_nothing(session: Session, ada: Person, sofia: int) -> None:
    conversation = log(session, ada, sofia, MONDAY, began="contact", answered=False)
    for day in (MONDAY, MONDAY + timedelta(days=3)):
        mark_answered(session, conversation, sofia, replied_on=day, now=noon(day))
    assert ledger(session) == week(4)
    assert conversation.day == MONDAY


def test_a_mention_waits_and_becomes_a_conversation_of_the_day_of_the_reply(
    session: Session, ada: Person, sofia: int
) -> None:
    mention = log(session, ada, sofia, MONDAY, began="contact", answered=False)
    assert [contact.id for _, contact in waiting_for_person(session, ada.id, limit=9)] == [sofia]
    reply = MONDAY + timedelta(days=30)
    mark_answered(session, mention, sofia, replied_on=reply, now=noon(reply))
    assert ledger(session) == week(4, reply)
    assert mention.day == reply
    assert count_waiting(session, ada.id) == 0


def test_a_reply_told_late_is_remembered_only(session: Session, ada: Person, sofia: int) -> None:
    mention = log(session, ada, sofia, MONDAY, began="contact", answered=False)
    reply = MONDAY + timedelta(days=2)
    mark_answered(session, mention, sofia, replied_on=reply, now=noon(reply + timedelta(days=15)))
    assert ledger(session) == {}


def test_a_reply_cannot_come_before_the_mention_or_tomorrow(
    session: Session, ada: Person, sofia: int
) -> None:
    mention = log(session, ada, sofia, MONDAY, began="contact", answered=False)
    for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=2)):
        with pytest.raises(Invalid) as refused:
            mark_answered(
                session, mention, sofia, replied_on=day, now=noon(MONDAY + timedelta(days=1))
            )
        assert refused.value.field == "replied_on"
    assert mention.day == MONDAY


def test_who_was_answered_leaves_the_others_waiting(session: Session, ada: Person) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    mention = log(session, ada, [sofia, tom], MONDAY, began="contact", answered=False)
    reply = MONDAY + timedelta(days=1)
    mark_answered(session, mention, tom, replied_on=reply, now=noon(reply))
    assert ledger(session, tie=tom) == week(4, reply)
    assert ledger(session, tie=sofia) == {}
    assert mention.day == MONDAY
    assert [one.contact_id for one in participants_of(session, mention.id)] == [sofia]
    assert count_waiting(session, ada.id) == 1


def test_an_import_fills_no_inbox(session: Session, ada: Person, sofia: int) -> None:
    log(session, ada, sofia, MONDAY, began="contact", answered=False, reported=True)
    assert count_waiting(session, ada.id) == 0


def test_marking_somebody_who_was_not_part_is_refused(
    session: Session, ada: Person, sofia: int
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    with pytest.raises(Invalid):
        mark_answered(session, log(session, ada, sofia, MONDAY), tom, now=noon(MONDAY))


def test_a_marked_answer_can_be_unmarked(session: Session, ada: Person, sofia: int) -> None:
    conversation = log(session, ada, sofia, MONDAY, "called", answered=False)
    late = noon(MONDAY + timedelta(days=200))
    assert mark_answered(session, conversation, sofia, now=late)
    assert not mark_answered(session, conversation, sofia, now=late)
    unmark_answered(session, conversation, sofia, late)
    assert ledger(session) == {}
    assert not verify(session).problems


@pytest.mark.parametrize(("kind", "began"), [("met", "advocate"), ("wrote", "contact")])
def test_what_never_waited_for_them_cannot_be_unmarked(
    session: Session, ada: Person, sofia: int, kind: str, began: str
) -> None:
    conversation = log(session, ada, sofia, MONDAY, kind, began=began)
    with pytest.raises(Invalid):
        unmark_answered(session, conversation, sofia, noon(MONDAY))
    assert participant(session, conversation, sofia).answered


# --- taking back whom it brought along


def log_with_new(session: Session, ada: Person, *names: str) -> Conversation:
    """Log a conversation as the form does: who is new is added with it."""
    at = noon(MONDAY)
    contacts = find_or_add(session, ada.id, names, at)
    said = Said(MONDAY, "called", "advocate", [True] * len(contacts))
    [number] = record(session, [NewConversation(ada.id, contacts, said)], at)
    return get_conversation(session, ada.id, number)


def test_whom_a_conversation_brought_along_goes_with_it(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log_with_new(session, ada, "Sofia", "Elena")
    elena = participants_of(session, conversation.id)[1].contact_id
    assert take_back(session, conversation, noon(MONDAY)) == [elena]
    assert set(ties_of(session, ada.id)) == {sofia}
    assert ledger(session) == {}
    assert not verify(session).problems
    reasons = [
        one.words.reason
        for one in explain(session, ada, "2026-10", for_manager=False).entries
        if one.points < 0
    ]
    assert len(reasons) == 2
    assert all("you took it back on " in reason for reason in reasons)
    assert log_with_new(session, ada, "Elena").id != conversation.id


def test_what_was_said_goes_when_nobody_is_left_of_it(
    session: Session, ada: Person, sofia: int
) -> None:
    alone, with_sofia = (
        log_with_new(session, ada, "Nia"),
        log_with_new(session, ada, "Sofia", "Elena"),
    )
    for conversation in (alone, with_sofia):
        conversation.note, conversation.channel = "Of her divorce", "letter"
        take_back(session, conversation, noon(MONDAY))
    assert (alone.note, alone.channel) == ("", "")
    assert (with_sofia.note, with_sofia.channel) == ("Of her divorce", "letter")


def test_who_became_more_than_that_stays(session: Session, ada: Person) -> None:
    conversation = log_with_new(session, ada, "Spoken with again", "Described", "Shared", "Gone")
    again, described, shared, gone = (
        one.contact_id for one in participants_of(session, conversation.id)
    )
    log(session, ada, again, MONDAY + timedelta(days=1))
    for number, email, is_shared in ((described, "d@example.net", False), (shared, "", True)):
        contact = get_contact(session, ada.id, number)
        describe(session, contact, name=contact.name, email=email, shared=is_shared)
    assert take_back(session, conversation, noon(MONDAY + timedelta(days=2))) == [gone]
    assert set(ties_of(session, ada.id)) == {again, described, shared}
    assert not verify(session).problems


def test_what_was_imported_brings_nobody_along(session: Session, ada: Person) -> None:
    at = noon(MONDAY)
    [elena] = find_or_add(session, ada.id, ["Elena"], at)
    told = NewConversation(ada.id, [elena], say(), reported=True)
    [number] = record(session, [told], at)
    assert take_back(session, get_conversation(session, ada.id, number), at) == []
    assert set(ties_of(session, ada.id)) == {elena}


# --- corrections


CHANGES = {
    "day": say(day=MONDAY + timedelta(days=1)),
    "kind": say(kind="called"),
    "who began": say(began="contact"),
    "answer": say(answered=(False,)),
}


@pytest.mark.parametrize("said", CHANGES.values(), ids=CHANGES)
def test_for_14_days_it_can_be_changed_and_on_the_15th_not(
    session: Session, ada: Person, sofia: int, said: Said
) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    with pytest.raises(Conflict):
        changed(session, conversation, said, [sofia], MONDAY + timedelta(days=15))
    assert (conversation.day, conversation.kind, conversation.began) == (
        MONDAY,
        "wrote",
        "advocate",
    )
    changed(session, conversation, said, [sofia], MONDAY + timedelta(days=14))
    assert (conversation.day, conversation.kind, conversation.began) == (
        said.day,
        said.kind,
        said.began,
    )


def test_contacts_cannot_be_changed_on_the_15th_day(session: Session, ada: Person) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    conversation = log(session, ada, sofia, MONDAY)
    with pytest.raises(Conflict):
        changed(session, conversation, say(), [tom], MONDAY + timedelta(days=15))
    assert ledger(session, tie=tom) == {}


def test_notes_can_always_be_changed(session: Session, ada: Person, sofia: int) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    changed(session, conversation, say(note="Kind."), [sofia], MONDAY + timedelta(days=400))
    assert conversation.note == "Kind."
    assert ledger(session) == week(4)


def test_taking_back_can_always_be_done(session: Session, ada: Person, sofia: int) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    take_back(session, conversation, noon(MONDAY + timedelta(days=400)))
    assert ledger(session) == {}
    with pytest.raises(NotFound):
        get_conversation(session, ada.id, conversation.id)


def test_a_new_day_counts_as_logged_on_the_day_of_the_change(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    change = MONDAY + timedelta(days=10)
    changed(session, conversation, say(day=change - timedelta(days=15)), [sofia], change)
    assert participant(session, conversation, sofia).logged_on == change
    assert ledger(session) == {}


def test_a_new_contact_counts_as_logged_on_the_day_of_the_change(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    early = MONDAY - timedelta(days=10)
    conversation = log(session, ada, sofia, early, today=MONDAY)
    change = early + timedelta(days=14)
    changed(session, conversation, say(day=early, answered=(True, True)), [sofia, tom], change)
    assert participant(session, conversation, sofia).logged_on == MONDAY
    assert participant(session, conversation, tom).logged_on == change
    assert ledger(session, tie=tom) == week(4, early)


def test_a_day_that_only_an_advocate_says_of_an_import_is_not_the_imports(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY, reported=True)
    year_ago = MONDAY - timedelta(days=364)
    changed(session, conversation, say(day=year_ago), [sofia], MONDAY)
    assert ledger(session) == {}
    tuesday = MONDAY + timedelta(days=1)
    other = log(session, ada, sofia, tuesday, reported=True)
    changed(session, other, say(day=MONDAY - timedelta(days=7)), [sofia], tuesday)
    assert ledger(session) == week(4, MONDAY - timedelta(days=7), "word")


def test_a_corrected_day_is_late_whatever_another_import_saw_of_it(
    session: Session, ada: Person, sofia: int
) -> None:
    """The other import vouches that they spoke; when it was logged, it cannot know."""
    year_ago = MONDAY - timedelta(days=364)
    log(session, ada, sofia, year_ago, today=MONDAY, reported=True)
    conversation = log(session, ada, sofia, MONDAY, reported=True)
    changed(session, conversation, say(day=year_ago, kind="called"), [sofia], MONDAY)
    assert ledger(session) == week(4, year_ago, "seen")
    tuesday = MONDAY + timedelta(days=1)
    other = log(session, ada, sofia, tuesday, reported=True)
    changed(session, other, say(day=MONDAY, kind="called"), [sofia], tuesday)
    assert ledger(session)[MONDAY, "week", "seen"] == 8


def test_a_reply_on_another_day_is_logged_when_it_is_marked(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY + timedelta(days=1), reported=True)
    for reply, counts in ((MONDAY + timedelta(days=1), False), (MONDAY, True)):
        row = log(session, ada, sofia, MONDAY, began="contact", answered=False, reported=True)
        later = noon(MONDAY + timedelta(days=20))
        mark_answered(session, row, sofia, replied_on=reply, now=later)
        assert participant(session, row, sofia).counted is counts


def test_whom_an_advocate_adds_where_another_import_saw_them_is_logged_then(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    early = MONDAY - timedelta(days=10)
    log(session, ada, tom, early, today=MONDAY, reported=True)
    conversation = log(session, ada, sofia, early, "called", today=MONDAY, reported=True)
    set_joined(session, ada, MONDAY)
    said = say(day=early, kind="called", answered=(True, True))
    changed(session, conversation, said, [sofia, tom], MONDAY)
    assert ledger(session, tie=tom) == week(4, early, "seen")


def test_whom_an_advocate_adds_to_an_import_stands_on_word(session: Session, ada: Person) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    conversation = log(session, ada, sofia, MONDAY, reported=True)
    changed(session, conversation, say(answered=(True, True)), [sofia, tom], MONDAY)
    assert ledger(session, tie=sofia) == week(4, evidence="seen")
    assert ledger(session, tie=tom) == week(4, evidence="word")


def test_a_late_import_is_on_time_but_not_whom_an_advocate_adds(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    conversation = log(session, ada, sofia, MONDAY - timedelta(days=10), reported=True)
    set_joined(session, ada, MONDAY)
    said = say(day=MONDAY - timedelta(days=10), answered=(True, True))
    changed(session, conversation, said, [sofia, tom], MONDAY)
    assert ledger(session, tie=tom) == {}


def test_an_introduction_of_whom_one_is_left_can_be_corrected(
    session: Session, ada: Person
) -> None:
    sofia, tom = add_contacts(session, ada, "Sofia", "Tom")
    both = log(session, ada, [sofia, tom], MONDAY, "introduced", answered=[True, False])
    erase_contact(session, get_contact(session, ada.id, tom), noon(MONDAY))
    session.expire_all()
    sunday = MONDAY - timedelta(days=1)
    changed(session, both, say(sunday, "introduced"), [sofia], MONDAY)
    assert ledger(session, tie=sofia) == week(6, sunday)
    uwe, lena = add_contacts(session, ada, "Uwe", "Lena")
    for contacts in ([sofia, uwe, lena], []):
        three_or_none = say(kind="introduced", answered=(True,) * len(contacts))
        with pytest.raises(Invalid):
            changed(session, both, three_or_none, contacts, MONDAY)


def test_an_import_made_into_an_introduction_is_of_exactly_two(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY, reported=True)
    with pytest.raises(Invalid, match="exactly two"):
        changed(session, conversation, say(kind="introduced"), [sofia], MONDAY)


@pytest.mark.parametrize(
    ("said", "contacts"),
    [
        (say(day=MONDAY + timedelta(days=1)), 1),
        (say(kind="met", answered=(False,)), 1),
        (say(kind="introduced"), 1),
        (say(answered=(True, True)), 2),
    ],
    ids=["tomorrow", "met and not answered", "introduced one", "the same twice"],
)
def test_a_correction_cannot_say_what_cannot_be_said(
    session: Session, ada: Person, sofia: int, said: Said, contacts: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    with pytest.raises(Invalid):
        changed(session, conversation, said, [sofia] * contacts, MONDAY)
    assert ledger(session) == week(4)


def test_correcting_something_into_itself_enters_nothing(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY)
    before = ledger(session)
    changed(session, conversation, say(), [sofia], MONDAY + timedelta(days=300))
    assert ledger(session) == before
    assert participant(session, conversation, sofia).logged_on == MONDAY


def test_a_change_is_written_down_without_what_was_said(
    session: Session, ada: Person, sofia: int
) -> None:
    conversation = log(session, ada, sofia, MONDAY, "wrote")
    changed(session, conversation, say(note="He is ill."), [sofia], MONDAY)
    assert session.scalars(select(Event)).all() == []  # a note is nobody else's business
    changed(session, conversation, say(kind="called"), [sofia], MONDAY)
    take_back(session, conversation, noon(MONDAY))
    said = [(one.action, one.actor_id, one.detail) for one in session.scalars(select(Event))]
    assert said == [
        ("conversation corrected", ada.id, "2026-10"),
        ("conversation taken back", ada.id, "2026-10"),
    ]


def test_the_same_was_said_before_unless_it_was_taken_back(
    session: Session, ada: Person, sofia: int
) -> None:
    def named(kind: str = "called", day: date = MONDAY) -> list[int]:
        return [contact.id for contact in same_on_day(session, ada.id, [sofia], kind, day)]

    assert named() == []
    spoken = log(session, ada, sofia, MONDAY, "called")
    assert (named(), named("wrote"), named(day=MONDAY + timedelta(days=1))) == ([sofia], [], [])
    take_back(session, spoken, noon(MONDAY))
    assert named() == []


def test_a_record_is_what_the_session_is_about_to_write(
    session: Session, ada: Person, sofia: int
) -> None:
    spoken = log(session, ada, sofia, MONDAY)
    spoken.kind = "met"
    [record_of_it] = records_of_ties(session, [sofia], date(2026, 1, 1))[sofia]
    assert record_of_it.deed.kind == "met"
    spoken.taken_back_at = noon(MONDAY)
    assert records_of_ties(session, [sofia], date(2026, 1, 1)) == {}
