"""Imports while others write: nobody waits for somebody who waits for them."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import text

from advocacy.core.database import Database
from advocacy.recognition.verify import verify
from tests.imports.conftest import Import
from tests.imports.files import HEADER, counts

SHARES = "advocate,item,channel,occurred_at\n"
POINTS = {"shares": 1, "conversations": 4}
EXPECTED = {"shares": (2, 0, 0, 0), "conversations": (1, 1, 0, 0)}
MARCH, MAY = "2020-03-02T10:00:00Z", "2020-05-05T10:00:00Z"


def share(who: str, when: str) -> str:
    return f"{who}@example.com,Plain,x,{when}\n"


def talk(who: str, when: str, *, answered: str = "true") -> str:
    contact = f"Ada of {when[:7]}"
    return f"{who}@example.com,{contact},{when},wrote,advocate,{answered},,,\n"


HERE = {
    "shares": SHARES + share("zoe", MARCH) + share("zoe", MAY),
    "conversations": HEADER
    + talk("zoe", MARCH)
    + talk("zoe", MAY)
    + talk("ben", MAY, answered="false"),
}
BROUGHT = {
    "shares": SHARES + share("ben", MAY) + share("mia", MARCH),
    "conversations": HEADER + talk("ben", MAY) + talk("mia", MARCH),
}


@pytest.mark.parametrize("kind", ["shares", "conversations"])
def test_an_import_takes_the_places_of_boards_in_order(
    with_people: Import, programme: Database, kind: str
) -> None:
    """Zoe, too, takes those of March before those of May."""
    with_people("people", "email,name\nzoe@example.com,Zoe\n")
    with_people("items", "title\nPlain\n")
    with_people(kind, HERE[kind])
    place = text("UPDATE tally SET people = people WHERE period = :month AND points = :points")
    with ThreadPoolExecutor(1) as pool:
        with programme.writing() as session:
            session.execute(place, {"month": "2020-03", "points": POINTS[kind]})
            brought = pool.submit(with_people, kind, BROUGHT[kind])
            wait([brought], timeout=1)
            session.execute(place, {"month": "2020-05", "points": POINTS[kind]})
        assert counts(brought.result()) == EXPECTED[kind]
    with programme.reading() as session:
        assert verify(session).problems == []
