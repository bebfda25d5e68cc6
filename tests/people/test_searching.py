"""Finding people by the beginnings of words, whichever way they came here."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.people import actions, searching
from advocacy.people.models import Person
from advocacy.people.searching import people_page
from tests.builders import FIRST_DAY, add_person, add_programme, is_found_by_words, noon


def found(session: Session, search: str) -> list[str]:
    people, total, has_more = people_page(session, limit=9, offset=0, search=search)
    assert (total, has_more) == (len(people), False)
    by_number = select(Person.id).where(searching.Search(session, search).finds(Person.id))
    assert set(session.scalars(by_number)) == {one.id for one in people}
    return [person.name for person in people]


@pytest.fixture(params=["rare", "common"])
def three(
    request: pytest.FixtureRequest, session: Session, monkeypatch: pytest.MonkeyPatch
) -> Session:
    """Some people, whose words are rare, or so many have each of them as is thought common."""
    if request.param == "common":
        monkeypatch.setattr(searching, "FEW", 0)
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
    is_by_name = searching.FEW > 0 or not search.strip("\0 ")
    assert (found(three, search) if is_by_name else sorted(found(three, search))) == names


def test_who_is_renamed_is_found_by_the_new_name_alone(three: Session) -> None:
    kim = three.scalars(select(Person).where(Person.email == "kim@elsewhere.example")).one()
    actions.change_person(three, kim, name="Kim Lee", title="", preferred_name="", say_it="")
    assert found(three, "lee") == ["Kim Lee"]
    assert found(three, "金") == []
    assert found(three, "kim elsewhere") == ["Kim Lee"]
    assert is_found_by_words(three)


def test_what_a_search_finds_is_counted_where_it_is_read_to_its_end(three: Session) -> None:
    is_rare = searching.FEW > 0
    for search, limit, offset, total, has_more in (
        ("oli", 1, 0, 2 if is_rare else None, True),
        ("oli", 1, 1, 2, False),
        ("oli", 2, 0, 2, False),
        ("example", 2, 0, 4 if is_rare else None, True),
        ("", 3, 0, 4, True),
    ):
        found = people_page(three, limit=limit, offset=offset, search=search)
        assert (len(found.people), *found[1:]) == (limit, total, has_more)


def test_of_common_words_they_come_in_the_order_of_the_words(three: Session) -> None:
    """João has marsh, oliveira and the address; Olive has olive, strasse and hers."""
    names = ["João Oliveira-Marsh", "Olive STRASSE"]
    assert found(three, "oli") == (names if searching.FEW > 0 else names[::-1])


@pytest.mark.parametrize("search", ["", "example", "oli"])
def test_who_left_is_neither_listed_nor_counted_where_only_the_active_are(
    three: Session, search: str
) -> None:
    everybody = people_page(three, limit=9, offset=0, search=search).people
    everybody[0].deactivated_at = noon(FIRST_DAY)
    three.flush()
    active = people_page(three, limit=9, offset=0, search=search, only_active=True)
    assert active == (everybody[1:], len(everybody) - 1, False)


def test_pages_after_one_another_show_everybody_once(three: Session) -> None:
    """Of a person with two words that begin so, and of several with the same word."""
    for name in ("Olive Oliver", "Oliver Olive", "Olive Olive-Oliveira"):
        add_person(three, f"{name.split()[-1]}@again.example".lower(), name=name)
    together = [people_page(three, limit=1, offset=at, search="oli") for at in range(5)]
    assert [page.has_more for page in together] == [True] * 4 + [False]
    everybody = people_page(three, limit=9, offset=0, search="oli").people
    assert [one for page in together for one in page.people] == everybody
    assert len({one.id for one in everybody}) == 5


def test_somebody_without_a_word_can_be_here(session: Session) -> None:
    add_programme(session)
    nobody = add_person(session, "?@!", name="🙂")
    assert found(session, "") == ["🙂"]
    actions.change_person(session, nobody, name="🙃", title="", preferred_name="", say_it="")
    assert found(session, "") == ["🙃"]
