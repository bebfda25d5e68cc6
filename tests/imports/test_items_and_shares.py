"""Importing items and shares."""

from sqlalchemy import func, select

from advocacy.content.models import Item
from advocacy.content.queries import items_page
from advocacy.content.rules import State
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.points.models import Entry
from advocacy.recognition.verify import verify
from advocacy.shares.models import Share
from tests.imports.conftest import Import
from tests.imports.files import counts, reasons

ITEMS = "title,url,text,topics,published_at,expires_at,external_id\n"
FIRST = "Launch,https://example.org/a,Read it,news,2026-01-05T09:00:00Z,2999-01-01T00:00:00Z,i1\n"
SHARES = "advocate,item,channel,occurred_at,address,external_id\n"


def test_items_are_published_once(bring_in: Import, programme: Database) -> None:
    text = ITEMS + FIRST + "Plain,,,,,,\n"
    assert counts(bring_in("items", text)) == (2, 0, 0, 0)
    assert counts(bring_in("items", text)) == (0, 0, 2, 0)
    assert counts(bring_in("items", "title\nPlain\nPlain\n")) == (0, 0, 2, 0)
    with programme.reading() as session:
        items, total = items_page(session, State.PUBLISHED, now=now(), limit=10)
    assert total == 2
    assert [item.title for item in items] == ["Plain", "Launch"]
    assert (items[1].url, items[1].text, items[1].topics) == (
        "https://example.org/a",
        "Read it",
        "news",
    )


def test_items_that_cannot_be_so(bring_in: Import) -> None:
    bring_in("items", ITEMS + FIRST)
    rows = [
        FIRST.replace("Launch", "Lunch").replace("news", "food").strip(),
        FIRST.replace("2026-01-05T09:00:00Z", "").strip(),
        ",,,,,,",
        "A,javascript:alert(1),,,,,",
        "A,https://[half,,,,,",
        f"{'t' * 201},,,,,,",
        f"A,,{'t' * 5001},,,,",
        "A,,,,yesterday,,",
        "A,,,,2026-01-05T09:00:00Z,2026-01-05T09:00:00Z,",
        "A,,,,,9999-12-31T23:59:59Z,",
    ]
    result = bring_in("items", ITEMS + "\n".join(rows))
    assert counts(result) == (0, 0, 0, len(rows))
    told = reasons(result)
    assert told[2] == "external_id i1 is here already, with another title, topics"
    assert told[3] == "external_id i1 is here already, with another published_at"
    assert told[4] == "title is empty"
    assert "https://" in told[5]
    assert told[6] == "url names no site: “https://[half”"
    assert told[7] == "title has 201 letters; up to 200 fit"
    assert told[8] == "text has 5001 letters; up to 5000 fit"
    assert "published_at is not a time" in told[9]
    assert told[10] == "expires_at is not after published_at"
    assert told[11] == "expires_at lies after 2999"


def test_shares_earn_one_point_a_day(with_people: Import, programme: Database) -> None:
    with_people("items", ITEMS + FIRST + "Plain,,,,,,\n")
    rows = [
        "mia@example.com,i1,LinkedIn,2026-03-02T10:00:00Z,https://example.org/p/1,s1",
        "mia@example.com,Plain,x,2026-03-02T11:00:00Z,,",
        "mia@example.com,Launch,x,2026-03-03T11:00:00Z,,",
        "ben@example.com,Plain,x,2020-03-02T11:00:00Z,,",
    ]
    text = SHARES + "\n".join(rows)
    assert counts(with_people("shares", text)) == (4, 0, 0, 0)
    assert counts(with_people("shares", text)) == (0, 0, 4, 0)
    with programme.reading() as session:
        assert session.scalar(select(func.sum(Entry.points))) == 3
        assert session.scalar(select(func.count()).select_from(Share)) == 4
        assert verify(session).problems == []


def test_shares_that_cannot_be_so(with_people: Import, programme: Database) -> None:
    with_people("items", ITEMS + FIRST + "Twin,,one,,,,\nTwin,,two,,,,\n")
    when = "2026-03-02T10:00:00Z"
    with_people("shares", SHARES + f"mia@example.com,i1,x,{when},,s1\n")
    rows = {
        f"nobody@example.com,i1,x,{when},,": "advocate nobody@example.com is nobody here",
        f"mia@example.com,Nothing,x,{when},,": "item “Nothing” is neither",
        f"mia@example.com,Twin,x,{when},,": "is the title of 2 items; give the external_id",
        f"mia@example.com,,x,{when},,": "item is empty",
        f"mia@example.com,i1,,{when},,": "channel is empty",
        "mia@example.com,i1,x,2999-01-01T00:00:00Z,,": "after today",
        f"mia@example.com,i1,x,{when},example.org,": "address does not begin with https://",
        f"mia@example.com,i1,x,{when},https://a..b/,": "address names no site: “https://a..b/”",
        f"mia@example.com,i1,mail,{when},,s1": "external_id s1 is here already, with another chann",
    }
    result = with_people("shares", SHARES + "\n".join(rows))
    assert counts(result) == (0, 0, 0, len(rows))
    for reason, expected in zip(reasons(result).values(), rows.values(), strict=True):
        assert expected in reason
    with programme.reading() as session:
        assert session.scalar(select(func.count()).select_from(Share)) == 1
        assert session.scalar(select(func.count()).select_from(Item)) == 3
