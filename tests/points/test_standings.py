"""Standings and tallies move together, however many people at once."""

from collections import Counter
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from advocacy.people.models import Person
from advocacy.points.models import Standing, Tally
from advocacy.points.queries import CHUNK
from advocacy.points.rule_sets import FIRST_BOOK
from advocacy.points.standings import Sums, add_to_standings
from tests.builders import add_programme, noon

MONTHS = ("2026-09", "2026-10")


def test_more_people_than_one_list_carries(session: Session) -> None:
    add_programme(session)
    numbers = range(1, CHUNK + 3)
    session.execute(
        insert(Person),
        [
            {
                "id": number,
                "email": f"person{number}@example.com",
                "name": f"Person {number}",
                "preferred_name": "",
                "say_it": "",
                "title": "",
                "role": "advocate",
                "joined": date(2026, 1, 1),
                "left_ranking": number == 1,
                "created_at": noon(date(2026, 1, 1)),
            }
            for number in numbers
        ],
    )
    for month in (*MONTHS, MONTHS[1]):  # the second time, all have standings of it
        moved = {
            (number, month): Sums(seen=4) for number in numbers if number % 3 or month > "2026-09"
        }
        add_to_standings(session, moved, FIRST_BOOK)
    kept = dict(
        session.execute(select(Standing.person_id, Standing.points).filter_by(period="all")).all()
    )
    assert kept == {number: 12 if number % 3 else 8 for number in numbers}
    tallies = session.execute(select(Tally.period, Tally.points, Tally.people)).all()
    for period in ("2026-09", "2026-10", "2026-Q3", "2026-Q4", "2026", "all"):
        standings = session.execute(
            select(Standing.person_id, Standing.points).filter_by(period=period)
        )
        told = Counter(points for person, points in standings if person != 1)
        assert {points: people for of, points, people in tallies if of == period and people} == told
