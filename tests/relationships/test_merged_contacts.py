"""The names of two contacts who are one person, and what hung on either."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.confirmations import actions as confirmations
from advocacy.confirmations.models import Confirmation
from advocacy.confirmations.queries import asking
from advocacy.confirmations.rules import code_of
from advocacy.contacts.actions import SeveralFit, describe, drop_other_name
from advocacy.contacts.models import OtherName
from advocacy.contacts.queries import get_contact, search_contacts, ties_of, ties_with_emails
from advocacy.conversations.actions import settle_ties, take_back
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation, Correction
from advocacy.core.errors import Conflict, NotFound
from advocacy.people.models import Person
from advocacy.questions.actions import ask, decide, forget_words
from advocacy.questions.models import Question
from advocacy.recognition.unusual import hints_in
from advocacy.recognition.verify import verify
from advocacy.relationships.explained import explain
from advocacy.relationships.merging import look_alikes, preview
from advocacy.relationships.queries import people_known
from tests.builders import add_contacts, add_person, ledger, log, noon, participant, points_in
from tests.relationships.merged import LATER, MONDAY, one

SECRET = "a secret"


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
