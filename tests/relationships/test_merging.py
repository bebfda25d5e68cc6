"""Two contacts who turn out to be one person: what both earned is worked out as one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.confirmations import actions as confirmations
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.queries import asking
from advocacy.confirmations.rules import code_of
from advocacy.contacts.actions import SeveralFit, describe, drop_other_name, find_or_add
from advocacy.contacts.models import Contact, OtherName
from advocacy.contacts.queries import get_contact, search_contacts, ties_of, ties_with_emails
from advocacy.conversations.actions import hold, settle_ties, take_back
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation, Correction
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.core.time import now
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.models import Tie
from advocacy.questions.actions import ask, decide, forget_words
from advocacy.questions.models import Question
from advocacy.recognition.actions import close_months
from advocacy.recognition.behind import behind_person
from advocacy.recognition.unusual import hints_in
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.actions import merge
from advocacy.relationships.balance import balance_of
from advocacy.relationships.explained import explain, explain_tie
from advocacy.relationships.merging import look_alikes, preview
from advocacy.relationships.queries import people_known
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    entries,
    ledger,
    log,
    noon,
    participant,
    points_in,
)
from tests.databases import undone
from tests.portal import Caller, fields, found_form, read, settle_in

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
LATER = MONDAY + 3 * WEEK
SECRET = "a secret"


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def both(session: Session, ada: Person) -> tuple[int, int]:
    sofia, again = add_contacts(session, ada, "Sofia Marin", "sofia@elsewhere.example")
    return sofia, again


def one(session: Session, ada: Person, kept: int, gone: int, day: date = LATER) -> Contact:
    return merge(session, ada.id, kept, gone, noon(day))


def foreseen(session: Session, ada: Person, kept: int, gone: int, day: date = LATER) -> int:
    contacts = [get_contact(session, ada.id, number) for number in (kept, gone)]
    return preview(session, contacts[0], contacts[1], day).points


# --- as if there had been one from the start


class Talk(NamedTuple):
    whom: tuple[int, ...]
    ago: int
    kind: str
    began: str
    answered: bool
    reported: bool
    late: bool


TALK = st.builds(
    Talk,
    st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2)]),
    st.integers(0, 130),
    st.sampled_from(["commented", "wrote", "called", "met"]),
    st.sampled_from(["advocate", "advocate", "contact"]),
    st.booleans(),
    st.sampled_from([False, False, True]),
    st.sampled_from([False, False, True]),
)
END = date(2026, 6, 29)
MERGES = st.permutations([0, 1, 2])


def tell(session: Session, ada: Person, ties: Sequence[int], talk: Talk) -> None:
    day = END - timedelta(days=talk.ago)
    whom = [*dict.fromkeys(ties[n] for n in talk.whom)]
    if talk.reported:
        whom = whom[:1]
    log(
        session, ada, whom, day, talk.kind, began=talk.began,
        answered=talk.answered or talk.kind == "met",
        today=END if talk.late else day, reported=talk.reported,
    )  # fmt: skip


def sums(session: Session, ada: Person) -> tuple[object, ...]:
    months = [f"2026-0{month}" for month in range(1, 7)]
    return ledger(session), [points_in(session, ada, month) for month in months]


def test_merged_at_any_moment_is_as_one_from_the_start(database: Database) -> None:
    @settings(
        max_examples=40 if database.is_sqlite else 10,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(TALK, min_size=3, max_size=10), MERGES, st.integers(0, 10), st.booleans())
    def ends_alike(talks: list[Talk], order: list[int], at: int, chained: bool) -> None:
        with undone(database) as session:
            add_programme(session)
            ada = add_person(session)
            ties = add_contacts(session, ada, "One", "Two", "Three")
            first, second, third = (ties[n] for n in order)
            for talk in talks[:at]:
                tell(session, ada, ties, talk)
            steps = [(second, first), (third, second)] if chained else [(second, first)]
            steps += [] if chained else [(second, third)]
            for kept, gone in steps:
                before = sum(entry.points for entry in entries(session))
                expected = foreseen(session, ada, kept, gone, END)
                one(session, ada, kept, gone, END)
                assert sum(entry.points for entry in entries(session)) - before == expected
            last = steps[-1][0]
            for talk in talks[at:]:
                tell(session, ada, [last] * 3, talk)
            assert verify(session).problems == []
            count = len(entries(session))
            settle_ties(session, {last: ada.id}, noon(END))
            assert len(entries(session)) == count
            end = sums(session, ada)
            assert set(session.scalars(select(Tie.merged_into))) == {None, last}
        with undone(database) as session:
            add_programme(session)
            ada = add_person(session)
            [tie] = add_contacts(session, ada, "One")
            for talk in talks:
                tell(session, ada, [tie] * 3, talk)
            assert sums(session, ada) == end

    ends_alike()


# --- the ledger


def test_only_the_difference_is_entered_and_it_says_why(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    for tie, weeks in ((sofia, (0, 1)), (again, (2, 3))):
        for week in weeks:
            log(session, ada, tie, MONDAY + week * WEEK, "called")
    assert points_in(session, ada, "2026-03") == 4 * 8 + 2 * 8
    assert foreseen(session, ada, sofia, again) == -8
    count = len(entries(session))
    one(session, ada, sofia, again)
    (off,) = entries(session)[count:]
    assert (off.tie_id, off.rule, off.points) == (sofia, "beginning", -8)
    assert points_in(session, ada, "2026-03") == 4 * 8 + 8
    for for_manager, who, whom in (
        (False, "you", "Sofia Marin"),
        (True, "Ada", "private contact 1"),
    ):
        told = explain(session, ada, "2026-03", for_manager=for_manager).entries
        assert {entry.contact for entry in told} == {
            "private contact 1" if for_manager else "Sofia Marin"
        }
        (reason,) = (entry.words.reason for entry in told if entry.points < 0)
        assert reason == (
            f"The new relationship with {whom} of 23 March: {who} made two contacts one on "
            "23 March, and one relationship begins once."
        )
        assert sum(entry.taken_off for entry in told) == 1
    card = explain_tie(session, ada, sofia)
    assert (card.points, len(card.entries), len(card.by_talk)) == (40, 7, 4)
    assert (verify(session).problems, rebuild(session, noon(LATER)).problems) == ([], [])
    (said,) = session.scalars(select(Event).where(Event.action == "two contacts merged"))
    assert (said.actor_id, said.subject_id, said.detail) == (ada.id, ada.id, "")


def test_of_a_closed_month_the_difference_is_in_the_first_open_one(
    session: Session, ada: Person, both: tuple[int, int], tmp_path: Path
) -> None:
    sofia, again = both
    for tie in both:
        log(session, ada, tie, MONDAY, "called")
    april = date(2026, 4, 6)
    close_months(session, "2026-03", closed_by=None, now=noon(april), data=tmp_path)
    contacts = [get_contact(session, ada.id, number) for number in both]
    assert preview(session, contacts[0], contacts[1], april).entered_in == "2026-04"
    one(session, ada, sofia, again, april)
    assert points_in(session, ada, "2026-03") == 16
    assert points_in(session, ada, "2026-04") == -8
    (entry,) = explain(session, ada, "2026-04", for_manager=False).entries
    assert "a week with one person counts once" in entry.words.reason
    assert "entered in April 2026" in entry.words.reason
    assert verify(session).problems == []


def test_a_relationship_that_is_merged_away_ends_and_the_balance_adds_up(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    for tie in both:
        for week in range(2):
            log(session, ada, tie, MONDAY + week * WEEK)
    before = balance_of(session, ada.id, "2026-03", LATER)
    assert (len(before.begun), before.alive) == (2, 2)
    one(session, ada, *both)
    after = balance_of(session, ada.id, "2026-03", LATER)
    assert (len(after.begun), list(after.ended), after.alive) == (2, [both[1]], 1)
    assert after.counted().adds_up
    (line,) = behind_person(session, ada, "ended", "2026-03", LATER, for_manager=False).lines
    assert (line.label, line.number) == ("Sofia Marin", both[0])
    (line,) = behind_person(session, ada, "ended", "2026-03", LATER, for_manager=True).lines
    assert line.label == "Private contact 1"
    assert verify(session).problems == []


@pytest.mark.parametrize("stays", [0, 1], ids=["brought", "added late"])
def test_of_two_parts_in_a_talk_one_stays_with_the_best_of_both(
    session: Session, ada: Person, both: tuple[int, int], stays: int
) -> None:
    """The one was brought by an import, unanswered as yet; the other was added late, answered."""
    brought, added = both
    talk = log(session, ada, both, MONDAY, answered=[False, True])
    part = participant(session, talk, brought)
    part.reported, part.brought_answered = True, False
    participant(session, talk, added).logged_on = MONDAY + 2 * WEEK + timedelta(days=1)
    session.flush()
    settle_ties(session, dict.fromkeys(both, ada.id), noon(LATER))
    assert points_in(session, ada, "2026-03") == 0
    kept, gone = both[stays], both[1 - stays]
    assert foreseen(session, ada, kept, gone) == 4
    one(session, ada, kept, gone)
    assert points_in(session, ada, "2026-03") == 4
    part = participant(session, talk, kept)
    assert (part.answered, part.reported, part.brought_answered) == (True, True, False)
    assert (part.logged_on, part.position) == (MONDAY, 0)
    assert verify(session).problems == []


def test_what_saw_the_one_vouches_for_the_other(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    log(session, ada, both[0], MONDAY, "met")
    log(session, ada, both[1], MONDAY, reported=True)
    assert foreseen(session, ada, *both) == 12 - (8 + 4)
    one(session, ada, *both)
    assert ledger(session) == {(MONDAY, "week", "seen"): 12}


def test_taking_back_what_brought_the_one_keeps_who_was_merged_into_it(
    session: Session, ada: Person
) -> None:
    hold(session, ada.id)
    sofia, tom = find_or_add(session, ada.id, ["Sofia", "Tom"], noon(MONDAY))
    talk = log(session, ada, sofia, MONDAY)
    one(session, ada, sofia, tom)
    assert take_back(session, talk, noon(LATER)) == []
    assert add_contacts(session, ada, "Tom") == [sofia]


# --- names


def test_whoever_is_named_as_either_is_the_one_that_stays(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    [other] = add_contacts(session, ada, "Fia")
    contact = one(session, ada, sofia, again)  # takes the address that it lacked
    assert (contact.name, contact.email) == ("Sofia Marin", "sofia@elsewhere.example")
    assert session.scalars(select(OtherName)).all() == []
    describe(session, get_contact(session, ada.id, other), name="Fia", email="f@e.org", shared=True)
    one(session, ada, sofia, other)
    assert contact.shared is False
    texts = ("sofia marin", "SOFIA@elsewhere.example", "fia", "F@e.org")
    assert add_contacts(session, ada, *texts) == [sofia] * 4
    assert [one.id for one in search_contacts(session, ada.id, "f@", limit=9)] == [sofia]
    found = people_known(session, ada.id, LATER, search="FIA", limit=9)
    assert [one.contact.id for one in found] == [sofia]
    assert ties_with_emails(session, ["f@e.org", "sofia@elsewhere.example"]) == {sofia: ada.id}


@pytest.mark.parametrize("shared", [(True, True), (True, False), (False, True)])
def test_a_name_is_shared_only_when_both_were(
    session: Session, ada: Person, both: tuple[int, int], shared: tuple[bool, bool]
) -> None:
    for number, is_shared in zip(both, shared, strict=True):
        contact = get_contact(session, ada.id, number)
        describe(session, contact, name=contact.name, email=contact.email, shared=is_shared)
    assert one(session, ada, *both).shared is all(shared)


def test_another_address_is_nobody_elses_and_becomes_the_first_when_it_is_made_so(
    session: Session, ada: Person
) -> None:
    sofia, again, tom = add_contacts(session, ada, "s@one.example", "s@two.example", "Tom")
    contact = one(session, ada, sofia, again)
    with pytest.raises(Conflict, match="has this address already"):
        describe(
            session, get_contact(session, ada.id, tom), name="", email="s@two.example", shared=False
        )
    assert describe(session, contact, name="", email="S@two.example", shared=False)
    assert session.scalars(select(OtherName)).all() == []
    bea = add_person(session, "bea@example.com")
    assert add_contacts(session, bea, "s@two.example") != [sofia]


def test_another_name_may_fit_several_and_is_asked_back(session: Session, ada: Person) -> None:
    sofia, fia, tom = add_contacts(session, ada, "Sofia", "Fia", "Tom")
    one(session, ada, sofia, fia)
    describe(session, get_contact(session, ada.id, tom), name="Fia", email="", shared=False)
    with pytest.raises(SeveralFit) as asked:
        add_contacts(session, ada, "fia")
    assert [choice.id for choice in asked.value.choices] == [sofia, tom]


def test_another_address_may_be_a_colleagues(session: Session, ada: Person) -> None:
    sofia, again = add_contacts(session, ada, "sofia@elsewhere.example", "bea@example.com")
    log(session, ada, sofia, MONDAY, "called")
    add_person(session, "bea@example.com")
    settle_ties(session, {again: ada.id}, noon(MONDAY))
    contacts = [get_contact(session, ada.id, number) for number in (sofia, again)]
    shown = preview(session, contacts[0], contacts[1], LATER)
    assert shown.points == -8
    assert "colleague" in shown.changes[0][1]
    contact = one(session, ada, sofia, again)
    assert points_in(session, ada, "2026-03") == 0
    assert drop_other_name(session, contact, "Bea@example.com")
    settle_ties(session, {sofia: ada.id}, noon(LATER))
    assert points_in(session, ada, "2026-03") == 8
    assert not drop_other_name(session, contact, "Bea@example.com")
    assert verify(session).problems == []


def test_who_may_be_the_same_is_offered_first(session: Session, ada: Person) -> None:
    sofia, _, short, address = add_contacts(
        session, ada, "Sofía Marin", "Tom", "S. Marin", "sofia.marin@elsewhere.example"
    )
    contact = get_contact(session, ada.id, sofia)
    assert look_alikes(session, contact, limit=9) == [address, short]


# --- what hangs on a contact


def asked(session: Session, talk: Conversation, contact: int, day: date) -> str:
    made = confirmations.ask(session, talk, participant(session, talk, contact), SECRET, noon(day))
    return code_of(SECRET, made.seed)


def test_a_link_that_was_sent_confirms_who_stays(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    talk = log(session, ada, again, MONDAY, "met")
    code = asked(session, talk, again, MONDAY)
    one(session, ada, sofia, again)
    confirmations.answer(session, code, is_so=True, now=noon(LATER))
    assert ledger(session) == {(MONDAY, "week", "seen"): 12}
    assert verify(session).problems == []


@pytest.mark.parametrize("says", [True, False], ids=["yes", "no"])
def test_once_a_quarter_holds_for_the_person(
    session: Session, ada: Person, both: tuple[int, int], says: bool
) -> None:
    sofia, again = both
    talks = [log(session, ada, tie, MONDAY, "met") for tie in both]
    codes = [asked(session, talk, tie, MONDAY) for talk, tie in zip(talks, both, strict=True)]
    confirmations.answer(session, codes[1], is_so=says, now=noon(MONDAY))
    contact = one(session, ada, sofia, again)
    (kept,) = session.scalars(select(Confirmation))
    assert (kept.tie_id, kept.answer) == (sofia, "yes" if says else "no")
    with pytest.raises(NotFound):
        confirmations.answer(session, codes[0], is_so=True, now=noon(LATER))
    found = asking(session, contact, noon(LATER))
    assert found.is_denied(MONDAY) is not says
    assert found.why_not(talks[0], participant(session, talks[0], sofia))


def test_erased_afterwards_all_of_it_is_erased(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    mina = add_person(session, "mina@example.com", role="manager")
    [fia] = add_contacts(session, ada, "Fia")
    talk = log(session, ada, again, MONDAY, "called")
    question = ask(session, ada.id, talk.id, "Who is Sofia?", asked_by=mina.id, now=noon(MONDAY))
    decide(session, question.id, "kept", "Sofia.", decided_by=mina.id, now=noon(MONDAY))
    one(session, ada, sofia, again)
    contact = one(session, ada, sofia, fia)
    take_back(session, talk, noon(LATER))  # what is left of it stands in the ledger alone
    forget_words(session, contact)
    erase_contact(session, contact, noon(LATER))
    assert session.scalars(select(OtherName)).all() == []
    assert session.scalars(select(Question.text)).all() == [""]
    told = explain(session, ada, "2026-03", for_manager=False).entries
    assert {entry.contact for entry in told} == {"somebody whose name is erased"}
    assert add_contacts(session, ada, "Fia") not in ([sofia], [fia])
    assert verify(session).problems == []


def test_words_about_a_talk_that_was_corrected_away_go_too(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    """Only the ledger knows that it was with the one who was merged."""
    sofia, again = both
    mina = add_person(session, "mina@example.com", role="manager")
    [tom] = add_contacts(session, ada, "Tom")
    talk = log(session, ada, again, MONDAY, "called")
    ask(session, ada.id, talk.id, "Who is Sofia?", asked_by=mina.id, now=noon(MONDAY))
    row = participant(session, talk, again)
    session.delete(row)
    session.flush()
    settle_ties(session, {again: ada.id}, noon(MONDAY))
    log(session, ada, tom, MONDAY)
    session.add(
        Correction(
            conversation_id=talk.id, corrected_by=mina.id, corrected_at=noon(MONDAY),
            reason="Sofia said so.", day=MONDAY, kind="wrote", began="advocate",
            answered=1, people=1,
        )
    )  # fmt: skip
    contact = one(session, ada, sofia, again)
    forget_words(session, contact)
    assert session.scalars(select(Question.text)).all() == [""]
    erase_contact(session, contact, noon(LATER))
    assert session.scalars(select(Correction.reason)).all() == [""]


def test_colleagues_who_log_the_same_person_are_hinted_at_by_every_address(
    session: Session, ada: Person
) -> None:
    others = [add_person(session, f"p{number}@example.com") for number in range(3)]
    for person in (ada, *others):
        for tie in add_contacts(session, person, *[f"f{n}@far.example" for n in range(12)]):
            log(session, person, tie, MONDAY)

    def hinted() -> list[str]:
        return [hint.words for hint in hints_in(session, "2026-03", [ada.id]).get(ada.id, [])]

    before = hinted()
    assert any("colleagues logged" in words for words in before)
    for tie in sorted(ties_of(session, ada.id)):
        [kept] = add_contacts(session, ada, f"own{tie}@near.example")
        one(session, ada, kept, tie)
    assert hinted() == before


# --- what cannot be


def test_who_was_introduced_to_whom_are_two(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    talk = log(session, ada, both, MONDAY, "introduced", answered=[True, False])
    with pytest.raises(Conflict, match="introduced them to each other on 2 March 2026"):
        one(session, ada, *both)
    take_back(session, talk, noon(MONDAY))
    one(session, ada, *both)
    assert ledger(session) == {}
    assert verify(session).problems == []


def test_who_is_no_other_of_ones_own_is_refused(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    bea = add_person(session, "bea@example.com")
    [theirs] = add_contacts(session, bea, "Sofia Marin")
    for kept, gone in ((sofia, theirs), (theirs, sofia), (sofia, 10**9 - 1), (theirs, theirs + 1)):
        with pytest.raises(NotFound):
            one(session, ada, kept, gone)
    with pytest.raises(Invalid):
        one(session, ada, sofia, sofia)
    one(session, ada, sofia, again)
    for pair in ((sofia, again), (again, sofia)):
        with pytest.raises(Conflict, match="one person already"):
            one(session, ada, *pair)
    assert session.scalars(select(func.count()).select_from(Contact)).one() == 2


def test_two_tabs_at_once_merge_once(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session).id
        both = add_contacts(session, get_person(session, ada), "Sofia", "Fia")
        for tie in both:
            log(session, get_person(session, ada), tie, MONDAY)
    together = Barrier(2)

    def tab(pair: tuple[int, int]) -> str:
        together.wait()
        try:
            with fresh_database.writing() as session:
                merge(session, ada, *pair, noon(LATER))
        except DomainError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(2) as tabs:
        said = list(tabs.map(tab, [(both[0], both[1]), (both[1], both[0])]))
    assert sorted(said) == ["", "These two are one person already."]
    with fresh_database.reading() as session:
        assert len(entries(session)) == 3
        assert verify(session).problems == []


# --- pages


@pytest.fixture
def avi(app: Flask) -> Caller:
    database: Database = app.extensions["advocacy_database"]
    ids, at = settle_in(database), now()
    with database.writing() as session:
        person = get_person(session, ids["avi"])
        sofia, fia, _ = add_contacts(session, person, "Sofia Marin", "Fia Marin", "Tom")
        for tie in (sofia, fia):
            log(session, person, tie, at.date(), "called")
    return Caller(app, "avi")


def test_the_page_says_first_what_it_does(avi: Caller) -> None:
    choose = avi.page("/contacts/1/merge")
    assert [one.text for one in choose.select("main a.row-title")] == ["Fia Marin", "Tom"]
    path = str(choose.select("main a.row-title")[0]["href"])
    said = avi.page(path).select_one("main .checks")
    assert said is not None
    words = " ".join(said.get_text(" ", strip=True).split())
    assert "Sofia Marin stays. “ Fia Marin ” stays as another name" in words
    assert "1 talk with Fia Marin and 1 talk with Sofia Marin come together: 2 talks" in words
    assert "change by −8 :" in words
    assert "−8: a week with one person counts once." in words
    form = avi.form(path, "/contacts/1/merge")
    done = avi.post("/contacts/1/merge", form)
    assert (done.status_code, done.location) == (302, "/contacts/1")
    assert avi.post("/contacts/1/merge", form).location == "/contacts/1"  # the same sending
    card = avi.page("/contacts/1")
    assert "Fia Marin and Sofia Marin are one person now." in card.text
    assert avi.get("/contacts/2").location == "/contacts/1"
    again = avi.post("/contacts/1/merge", {**form, "form_key": "another"})
    assert again.status_code == 409
    assert "one person already" in again.text


def test_who_are_one_already_lead_to_the_person(avi: Caller) -> None:
    form = avi.form("/contacts/1/merge?other=2", "/contacts/1/merge")
    avi.post("/contacts/1/merge", form)
    for answer, status, words in (
        (avi.post("/contacts/1/merge", {**form, "form_key": "new"}), 409, "one person already"),
        (avi.get("/contacts/1/merge?other=2"), 409, "one person already"),
        (avi.get("/contacts/1/merge?other=1"), 422, "one contact already"),
    ):
        assert answer.status_code == status
        [main] = read(answer).select("main")
        assert words in main.text
        [way] = main.select("a")
        assert (way["href"], way.text.strip()) == ("/contacts/1", "To the person")


def test_another_name_is_shown_and_can_be_removed(avi: Caller) -> None:
    avi.post("/contacts/1/merge", avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"))
    page = avi.page("/contacts/1")
    assert fields(found_form(page, "/contacts/1/names"))["text"] == "Fia Marin"
    assert avi.send("/contacts/1", action="/contacts/1/names").location == "/contacts/1"
    left = avi.page("/contacts/1")
    assert left.select("form[action='/contacts/1/names']") == []
    assert "Removed." in left.text


@pytest.mark.parametrize("what", ["a name", "a talk"])
def test_what_changed_meanwhile_is_shown_before_it_is_done(avi: Caller, what: str) -> None:
    form = avi.form("/contacts/1/merge?other=2", "/contacts/1/merge")
    if what == "a name":
        avi.send("/contacts/2/edit", {"name": "Fiona"})
    else:
        talk = {"contact": "id:2", "kind": "called", "began": "advocate", "answered": "true"}
        assert avi.send("/log", talk).status_code == 302
    refused = avi.post("/contacts/1/merge", form)
    assert refused.status_code == 409
    assert "changed meanwhile" in refused.text
    fresh = fields(found_form(read(refused), "/contacts/1/merge"))
    assert avi.post("/contacts/1/merge", fresh).status_code == 302


@pytest.mark.parametrize(
    ("other", "status"), [("", 422), ("1", 422), ("99", 404), ("4", 404), ("x", 404), ("²", 404)]
)
def test_nobody_to_merge_with_is_said(app: Flask, avi: Caller, other: str, status: int) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        noor = session.scalars(select(Person).where(Person.email == "noor@example.com")).one()
        assert add_contacts(session, noor, "Sofia Marin") == [4]
    form = {**avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"), "other": other}
    answer = avi.post("/contacts/1/merge", form)
    assert answer.status_code == status
    assert (b">To the person<" in answer.data) is (other == "1")
    if other:
        assert avi.get(f"/contacts/1/merge?other={other}").status_code == status
    assert Caller(app, "noor").get("/contacts/1/merge?other=4").status_code == 404
    assert avi.get("/contacts/2").status_code == 200


def test_an_introduction_is_named_on_the_page_before_anything_is_sent(
    app: Flask, avi: Caller
) -> None:
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == "avi@example.com")).one()
        log(session, person, (1, 3), now().date(), "introduced")
    page = avi.page("/contacts/1/merge?other=3")
    assert "introduced them to each other" in page.text
    assert page.select("main form[method=post]") == []
    form = {**avi.form("/contacts/1/merge?other=2", "/contacts/1/merge"), "other": "3", "seen": ""}
    refused = avi.post("/contacts/1/merge", form)
    assert refused.status_code == 409
    assert "introduced them to each other" in refused.text
