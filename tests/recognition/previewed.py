"""What the preview of a close says, against the rows that would be sealed."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from advocacy.points.models import Standing
from advocacy.recognition.boards import first_to_close, rows_to_close
from advocacy.recognition.closed_totals import Rows, kept_totals
from advocacy.recognition.preview import most_on_word, preview
from advocacy.recognition.queries import first_closed_rows, get_closed_rows

SUMS = ("alive", "begun", "conversations")


def check_preview(session: Session, people: Collection[int], month: str, today: date) -> None:
    """Hold what the database adds up, and what it finds first, against every single row."""
    rows = rows_to_close(session, month, today)
    ranked = [row._replace(rank=rank) for rank, row in rows if rank is not None]
    for limit in (2, len(rows) + 1):
        assert first_to_close(session, month, today, limit=limit) == ranked[:limit], month
    found = preview(session, month, today)
    assert found[:5] == (
        len(rows),
        len(rows) - len(ranked),
        sum(row.points for _, row in rows),
        sum(row.figures.begun for _, row in rows),
        sum(row.figures.alive for _, row in rows),
    ), month
    standings = {person: session.get(Standing, (person, month)) for person in people}
    words = Counter({person: one.word for person, one in standings.items() if one})
    assert found.on_word == Counter(words[row.person_id] for _, row in rows), month
    told = [(row.person_id, row.name, words[row.person_id]) for row in ranked]
    best = sorted(told, key=lambda one: -one[2])[:2]
    assert most_on_word(session, month, 2) == [one for one in best if one[2] > 0], month


def check_closed(session: Session, month: str) -> None:
    """Hold what the database adds up of a closed month against every single row."""
    rows = get_closed_rows(session, month)
    totals = {name: sum(getattr(row, name) for row in rows) for name in SUMS}
    ranked = [row for row in rows if row.rank is not None]
    left = len(rows) - len(ranked)
    wanted = {"people": len(rows), "left": left, **totals}
    assert kept_totals(session, Rows.STANDINGS, [month]) == {month: wanted}
    assert first_closed_rows(session, month, 2) == ranked[:2], month
