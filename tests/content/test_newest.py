"""What Today shows of the library."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from advocacy.content.queries import newest_items
from advocacy.content.rules import State
from tests.builders import add_item, noon

DAY = date(2026, 3, 10)


def test_the_newest_items_are_those_everybody_may_read_now(session: Session) -> None:
    now = noon(DAY)
    for title, days, state in (
        ("older", 2, State.PUBLISHED),
        ("newer", 1, State.PUBLISHED),
        ("oldest", 3, State.PUBLISHED),
        ("draft", 1, State.DRAFT),
        ("still to come", -1, State.PUBLISHED),
    ):
        item = add_item(session, title)
        item.state, item.published_at = state, now - timedelta(days=days)
    session.flush()
    assert [one.title for one in newest_items(session, now, 2)] == ["newer", "older"]
