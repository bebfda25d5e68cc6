"""Who is the same contact, and what is kept of one."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from advocacy.contacts import rules
from advocacy.contacts.actions import SeveralFit, describe, find_or_add
from advocacy.contacts.queries import count_contacts, get_contact, search_contacts
from advocacy.core.errors import Conflict, Invalid
from advocacy.people.models import Person
from advocacy.points.models import Tie
from tests.builders import add_contacts, add_person, add_programme, noon

DAY = date(2026, 10, 5)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.mark.parametrize("again", ["Sofia Marques", "  sofia   MARQUES ", "SOFIA\tMarques"])
def test_case_and_spaces_make_no_other_name(session: Session, ada: Person, again: str) -> None:
    assert add_contacts(session, ada, "Sofia Marques") == add_contacts(session, ada, again)
    assert count_contacts(session, ada.id) == 1


def test_letters_written_in_two_ways_are_one_name(session: Session, ada: Person) -> None:
    assert add_contacts(session, ada, "Jo\u00e3o") == add_contacts(session, ada, "Joa\u0303o")


def test_case_and_spaces_make_no_other_address(session: Session, ada: Person) -> None:
    assert add_contacts(session, ada, "sofia@elsewhere.example") == add_contacts(
        session, ada, " Sofia@Elsewhere.EXAMPLE "
    )


def test_the_address_decides_before_the_name(session: Session, ada: Person) -> None:
    (sofia,) = add_contacts(session, ada, "Sofia")
    contact = get_contact(session, ada.id, sofia)
    describe(session, contact, name="Sofia", email="sofia@elsewhere.example", shared=False)
    by_address, by_name, other = add_contacts(
        session, ada, "SOFIA@elsewhere.example", "sofia", "sofia@new.example"
    )
    assert by_address == by_name == sofia
    assert other != sofia


def test_a_bare_name_that_fits_several_is_asked_back(session: Session, ada: Person) -> None:
    numbers = add_contacts(session, ada, "a@elsewhere.example", "b@elsewhere.example")
    for number in numbers:
        contact = get_contact(session, ada.id, number)
        describe(session, contact, name="Sofia", email=contact.email, shared=False)
    with pytest.raises(SeveralFit) as asked:
        add_contacts(session, ada, " SOFIA ")
    assert [choice.id for choice in asked.value.choices] == numbers
    assert asked.value.name == "SOFIA"
    assert count_contacts(session, ada.id) == 2


def test_two_advocates_know_one_person_each_for_themselves(session: Session, ada: Person) -> None:
    bea = add_person(session, "bea@example.com")
    assert add_contacts(session, ada, "Sofia") != add_contacts(session, bea, "Sofia")
    assert count_contacts(session, ada.id) == count_contacts(session, bea.id) == 1


def test_the_same_new_name_twice_is_one_contact(session: Session, ada: Person) -> None:
    one, again = add_contacts(session, ada, "Sofia", "sofia")
    assert one == again


def test_numbers_within_an_advocate_count_from_one(session: Session, ada: Person) -> None:
    bea = add_person(session, "bea@example.com")
    add_contacts(session, ada, "One", "Two")
    ties = [*add_contacts(session, bea, "One"), *add_contacts(session, ada, "Three")]
    assert [session.get_one(Tie, tie).number for tie in ties] == [1, 3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "x" * (rules.NAME_LENGTH + 1),
        "So\x00fia",
        "So\x1bfia",
        "x" * rules.EMAIL_LENGTH + "@elsewhere.example",
    ],
    ids=["empty", "spaces", "too long", "null", "escape", "address too long"],
)
def test_a_name_that_is_none_is_refused(session: Session, ada: Person, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        find_or_add(session, ada.id, [text], noon(DAY))
    assert refused.value.field == "contact"
    assert count_contacts(session, ada.id) == 0


@pytest.mark.parametrize("name", ["x" * rules.NAME_LENGTH, "\u0390" * rules.NAME_LENGTH])
def test_the_longest_name_fits_its_table(session: Session, ada: Person, name: str) -> None:
    (number,) = add_contacts(session, ada, name)
    assert get_contact(session, ada.id, number).name == name


def test_an_address_of_another_contact_is_refused(session: Session, ada: Person) -> None:
    _, tom = add_contacts(session, ada, "sofia@elsewhere.example", "Tom")
    contact = get_contact(session, ada.id, tom)
    with pytest.raises(Conflict) as refused:
        describe(session, contact, name="Tom", email="SOFIA@elsewhere.example", shared=False)
    assert refused.value.field == "email"
    assert contact.email == ""


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("", "", "name"),
        ("x" * (rules.NAME_LENGTH + 1), "", "name"),
        ("Tom", "not an address", "email"),
        ("Tom", "x" * rules.EMAIL_LENGTH + "@elsewhere.example", "email"),
        ("To\x00m", "", "name"),
    ],
    ids=["neither", "long name", "no address", "long address", "null"],
)
def test_a_description_that_cannot_be_is_refused(
    session: Session, ada: Person, name: str, email: str, field: str
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    contact = get_contact(session, ada.id, tom)
    with pytest.raises(Invalid) as refused:
        describe(session, contact, name=name, email=email, shared=False)
    assert refused.value.field == field


def test_only_another_address_asks_for_settling(session: Session, ada: Person) -> None:
    (tom,) = add_contacts(session, ada, "tom@elsewhere.example")
    contact = get_contact(session, ada.id, tom)
    same = describe(session, contact, name="Tom", email="TOM@elsewhere.example", shared=True)
    assert same is False
    assert describe(session, contact, name="Tom", email="", shared=True) is True
    assert contact.label == "Tom"


def test_search_looks_into_names_and_addresses_and_takes_signs_literally(
    session: Session, ada: Person
) -> None:
    add_contacts(session, ada, "Sofia Marques", "tom@elsewhere.example", "100% Uwe", "Ana Sofia")
    bea = add_person(session, "bea@example.com")
    add_contacts(session, bea, "Sofia of another")

    def found(text: str) -> list[str]:
        return [one.label for one in search_contacts(session, ada.id, text, limit=9)]

    assert found("SOFIA") == ["Sofia Marques", "Ana Sofia"]
    assert found("tom@") == ["tom@elsewhere.example"]
    assert found("%") == ["100% Uwe"]
    assert found("_") == []
