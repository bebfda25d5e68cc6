"""Finding people by the beginnings of words, whichever way they came here."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.people import actions
from advocacy.people.models import Person
from advocacy.people.queries import numbers_of_matching, people_page
from tests.builders import add_person, add_programme, is_found_by_words


def found(session: Session, search: str) -> list[str]:
    people, total = people_page(session, limit=9, offset=0, search=search)
    assert total == len(people)
    assert set(session.scalars(numbers_of_matching(search))) == {one.id for one in people}
    return [person.name for person in people]


@pytest.fixture
def three(session: Session) -> Session:
    add_programme(session)
    add_person(session, "jo.oliveira@example.com", name="João Oliveira-Marsh")
    add_person(session, "olive@example.org", name="Olive STRASSE")
    add_person(session, "kim@elsewhere.example", name="金 Kim")
    add_person(session, "xm.wang@third.example", name="王小明")
    return session


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("oli", ["João Oliveira-Marsh", "Olive STRASSE"]),
        ("  OLI jo", ["João Oliveira-Marsh"]),
        ("jo.oliveira@example.com", ["João Oliveira-Marsh"]),
        ("marsh", ["João Oliveira-Marsh"]),
        ("joa\u0303o", ["João Oliveira-Marsh"]),
        ("straße", ["Olive STRASSE"]),
        ("elsewhere", ["金 Kim"]),
        ("金", ["金 Kim"]),
        ("example.org", ["Olive STRASSE"]),
        ("iveira", []),
        ("小明", ["王小明"]),
        ("王明", []),
        ("oli kim", []),
        ("%", []),
        ("_", []),
        ("zz\0", []),
        ("\0 ", ["João Oliveira-Marsh", "Olive STRASSE", "王小明", "金 Kim"]),
    ],
)
def test_what_is_typed_begins_words(three: Session, search: str, names: list[str]) -> None:
    assert found(three, search) == names


def test_who_is_renamed_is_found_by_the_new_name_alone(three: Session) -> None:
    kim = three.scalars(select(Person).where(Person.email == "kim@elsewhere.example")).one()
    actions.change_person(three, kim, name="Kim Lee", title="", preferred_name="", say_it="")
    assert found(three, "lee") == ["Kim Lee"]
    assert found(three, "金") == []
    assert found(three, "kim elsewhere") == ["Kim Lee"]
    assert is_found_by_words(three)
