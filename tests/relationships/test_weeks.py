"""A month week by week: what is told of talks that earned nothing."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from advocacy.conversations.actions import take_back
from advocacy.people.models import Person
from advocacy.relationships.explained import explain
from advocacy.relationships.weeks import by_week
from tests.builders import add_contacts, log, noon, put_question

MONDAY = date(2026, 1, 5)


def test_talks_of_which_all_the_same_is_told_are_one_line(
    session: Session, ada: Person, mona: Person, sofia: int
) -> None:
    [tom] = add_contacts(session, ada, "Tom")
    earning, *alike = (log(session, ada, sofia, MONDAY, "called") for _ in range(5))
    log(session, ada, tom, MONDAY, "called")
    log(session, ada, tom, MONDAY, "wrote")
    put_question(session, earning.id, mona)
    put_question(session, alike[0].id, mona)
    told = explain(session, ada, "2026-01", for_manager=False, with_quiet=True)
    [week] = by_week(told)
    assert week.count == "2 with points · 5 without"
    assert (
        [(one.title, one.conversations) for one in week.quiet]
        == [
            ("Called Sofia Marin", [alike[0].id]),  # of which a question is asked
            ("Called Sofia Marin", [talk.id for talk in alike[:0:-1]]),
            ("Wrote to Tom", [alike[-1].id + 2]),
        ]
    )


def test_what_decides_nothing_of_what_is_told_makes_no_line_of_its_own(
    session: Session, ada: Person, sofia: int
) -> None:
    """Logged too late they bring nothing, whether they were answered or not."""
    late = MONDAY + timedelta(days=30)
    talks = [
        log(session, ada, sofia, MONDAY, answered=answered, today=late)
        for answered in (True, False, True)
    ]
    told = explain(session, ada, "2026-01", for_manager=False, with_quiet=True)
    [week] = by_week(told)
    assert [one.conversations for one in week.quiet] == [[talk.id for talk in talks[::-1]]]


def test_those_who_were_in_a_talk_stand_in_the_same_order_every_time(
    session: Session, ada: Person, sofia: int
) -> None:
    """Whatever the words, and whatever of them the database puts together first."""
    ties = [sofia, *add_contacts(session, ada, "Zoe", "Ada", "Tom")]
    for _ in range(2):
        log(session, ada, ties[::-1], MONDAY, "wrote", today=MONDAY + timedelta(days=30))
    told = explain(session, ada, "2026-01", for_manager=False, with_quiet=True)
    [week] = by_week(told)
    assert [one.tie for one in week.quiet] == ties


def test_of_what_was_taken_back_nothing_is_told(session: Session, ada: Person, sofia: int) -> None:
    _, stays, goes = (log(session, ada, sofia, MONDAY) for _ in range(3))
    take_back(session, goes, noon(MONDAY))
    told = explain(session, ada, "2026-01", for_manager=False, with_quiet=True)
    assert [one.conversations for one in told.quiet] == [[stays.id]]
