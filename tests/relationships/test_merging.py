"""Two contacts who turn out to be one person: what both earned is worked out as one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.audit.models import Event
from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import get_contact
from advocacy.conversations.actions import hold, settle_ties, take_back
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.models import Tie
from advocacy.recognition.actions import close_months
from advocacy.recognition.behind import behind_person
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.actions import merge
from advocacy.relationships.balance import balance_of
from advocacy.relationships.explained import explain, explain_tie
from advocacy.relationships.merging import preview
from tests.builders import (
    add_contacts,
    add_person,
    add_programme,
    entries,
    ledger,
    log,
    noon,
    participant,
    points_in,
)
from tests.databases import undone
from tests.relationships.merged import LATER, MONDAY, WEEK, foreseen, one

# --- as if there had been one from the start


class Talk(NamedTuple):
    whom: tuple[int, ...]
    ago: int
    kind: str
    began: str
    answered: bool
    reported: bool
    late: bool


TALK = st.builds(
    Talk,
    st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2)]),
    st.integers(0, 130),
    st.sampled_from(["commented", "wrote", "called", "met"]),
    st.sampled_from(["advocate", "advocate", "contact"]),
    st.booleans(),
    st.sampled_from([False, False, True]),
    st.sampled_from([False, False, True]),
)
END = date(2026, 6, 29)
MERGES = st.permutations([0, 1, 2])


def tell(session: Session, ada: Person, ties: Sequence[int], talk: Talk) -> None:
    day = END - timedelta(days=talk.ago)
    whom = [*dict.fromkeys(ties[n] for n in talk.whom)]
    if talk.reported:
        whom = whom[:1]
    log(
        session, ada, whom, day, talk.kind, began=talk.began,
        answered=talk.answered or talk.kind == "met",
        today=END if talk.late else day, reported=talk.reported,
    )  # fmt: skip


def sums(session: Session, ada: Person) -> tuple[object, ...]:
    months = [f"2026-0{month}" for month in range(1, 7)]
    return ledger(session), [points_in(session, ada, month) for month in months]


def test_merged_at_any_moment_is_as_one_from_the_start(database: Database) -> None:
    @settings(
        max_examples=40 if database.is_sqlite else 10,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(TALK, min_size=3, max_size=10), MERGES, st.integers(0, 10), st.booleans())
    def ends_alike(talks: list[Talk], order: list[int], at: int, chained: bool) -> None:
        with undone(database) as session:
            add_programme(session)
            ada = add_person(session)
            ties = add_contacts(session, ada, "One", "Two", "Three")
            first, second, third = (ties[n] for n in order)
            for talk in talks[:at]:
                tell(session, ada, ties, talk)
            steps = [(second, first), (third, second)] if chained else [(second, first)]
            steps += [] if chained else [(second, third)]
            for kept, gone in steps:
                before = sum(entry.points for entry in entries(session))
                expected = foreseen(session, ada, kept, gone, END)
                one(session, ada, kept, gone, END)
                assert sum(entry.points for entry in entries(session)) - before == expected
            last = steps[-1][0]
            for talk in talks[at:]:
                tell(session, ada, [last] * 3, talk)
            assert verify(session).problems == []
            count = len(entries(session))
            settle_ties(session, {last: ada.id}, noon(END))
            assert len(entries(session)) == count
            end = sums(session, ada)
            assert set(session.scalars(select(Tie.merged_into))) == {None, last}
        with undone(database) as session:
            add_programme(session)
            ada = add_person(session)
            [tie] = add_contacts(session, ada, "One")
            for talk in talks:
                tell(session, ada, [tie] * 3, talk)
            assert sums(session, ada) == end

    ends_alike()


# --- the ledger


def test_only_the_difference_is_entered_and_it_says_why(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    for tie, weeks in ((sofia, (0, 1)), (again, (2, 3))):
        for week in weeks:
            log(session, ada, tie, MONDAY + week * WEEK, "called")
    assert points_in(session, ada, "2026-03") == 4 * 8 + 2 * 8
    assert foreseen(session, ada, sofia, again) == -8
    count = len(entries(session))
    one(session, ada, sofia, again)
    (off,) = entries(session)[count:]
    assert (off.tie_id, off.rule, off.points) == (sofia, "beginning", -8)
    assert points_in(session, ada, "2026-03") == 4 * 8 + 8
    for for_manager, who, whom in (
        (False, "you", "Sofia Marin"),
        (True, "Ada", "private contact 1"),
    ):
        told = explain(session, ada, "2026-03", for_manager=for_manager).entries
        assert {entry.contact for entry in told} == {
            "private contact 1" if for_manager else "Sofia Marin"
        }
        (reason,) = (entry.words.reason for entry in told if entry.points < 0)
        assert reason == (
            f"The new relationship with {whom} of 23 March: {who} made two contacts one on "
            "23 March, and one relationship begins once."
        )
        assert sum(entry.taken_off for entry in told) == 1
    card = explain_tie(session, ada, sofia)
    assert (card.points, len(card.entries), len(card.by_talk)) == (40, 7, 4)
    assert (verify(session).problems, rebuild(session, noon(LATER)).problems) == ([], [])
    (said,) = session.scalars(select(Event).where(Event.action == "two contacts merged"))
    assert (said.actor_id, said.subject_id, said.detail) == (ada.id, ada.id, "")


def test_of_a_closed_month_the_difference_is_in_the_first_open_one(
    session: Session, ada: Person, both: tuple[int, int], tmp_path: Path
) -> None:
    sofia, again = both
    for tie in both:
        log(session, ada, tie, MONDAY, "called")
    april = date(2026, 4, 6)
    close_months(session, "2026-03", closed_by=None, now=noon(april), data=tmp_path)
    contacts = [get_contact(session, ada.id, number) for number in both]
    assert preview(session, contacts[0], contacts[1], april).entered_in == "2026-04"
    one(session, ada, sofia, again, april)
    assert points_in(session, ada, "2026-03") == 16
    assert points_in(session, ada, "2026-04") == -8
    (entry,) = explain(session, ada, "2026-04", for_manager=False).entries
    assert "a week with one person counts once" in entry.words.reason
    assert "it counts in April 2026" in entry.words.reason
    assert verify(session).problems == []


def test_a_relationship_that_is_merged_away_ends_and_the_balance_adds_up(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    for tie in both:
        for week in range(2):
            log(session, ada, tie, MONDAY + week * WEEK)
    before = balance_of(session, ada.id, "2026-03", LATER)
    assert (len(before.begun), before.alive) == (2, 2)
    one(session, ada, *both)
    after = balance_of(session, ada.id, "2026-03", LATER)
    assert (len(after.begun), list(after.ended), after.alive) == (2, [both[1]], 1)
    assert after.counted().adds_up
    (line,) = behind_person(session, ada, "ended", "2026-03", LATER, for_manager=False).lines
    assert (line.label, line.number) == ("Sofia Marin", both[0])
    (line,) = behind_person(session, ada, "ended", "2026-03", LATER, for_manager=True).lines
    assert line.label == "Private contact 1"
    assert verify(session).problems == []


@pytest.mark.parametrize("stays", [0, 1], ids=["brought", "added late"])
def test_of_two_parts_in_a_talk_one_stays_with_the_best_of_both(
    session: Session, ada: Person, both: tuple[int, int], stays: int
) -> None:
    """The one was brought by an import, unanswered as yet; the other was added late, answered."""
    brought, added = both
    talk = log(session, ada, both, MONDAY, answered=[False, True])
    part = participant(session, talk, brought)
    part.reported, part.brought_answered = True, False
    participant(session, talk, added).logged_on = MONDAY + 2 * WEEK + timedelta(days=1)
    session.flush()
    settle_ties(session, dict.fromkeys(both, ada.id), noon(LATER))
    assert points_in(session, ada, "2026-03") == 0
    kept, gone = both[stays], both[1 - stays]
    assert foreseen(session, ada, kept, gone) == 4
    one(session, ada, kept, gone)
    assert points_in(session, ada, "2026-03") == 4
    part = participant(session, talk, kept)
    assert (part.answered, part.reported, part.brought_answered) == (True, True, False)
    assert (part.logged_on, part.position) == (MONDAY, 0)
    assert verify(session).problems == []


def test_what_saw_the_one_vouches_for_the_other(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    log(session, ada, both[0], MONDAY, "met")
    log(session, ada, both[1], MONDAY, reported=True)
    assert foreseen(session, ada, *both) == 12 - (8 + 4)
    one(session, ada, *both)
    assert ledger(session) == {(MONDAY, "week", "seen"): 12}


def test_taking_back_what_brought_the_one_keeps_who_was_merged_into_it(
    session: Session, ada: Person
) -> None:
    hold(session, ada.id)
    sofia, tom = find_or_add(session, ada.id, ["Sofia", "Tom"], noon(MONDAY))
    talk = log(session, ada, sofia, MONDAY)
    one(session, ada, sofia, tom)
    assert take_back(session, talk, noon(LATER)) == []
    assert add_contacts(session, ada, "Tom") == [sofia]


# --- what cannot be


def test_who_was_introduced_to_whom_are_two(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    talk = log(session, ada, both, MONDAY, "introduced", answered=[True, False])
    with pytest.raises(Conflict, match="introduced them to each other on 2 March 2026"):
        one(session, ada, *both)
    take_back(session, talk, noon(MONDAY))
    one(session, ada, *both)
    assert ledger(session) == {}
    assert verify(session).problems == []


def test_who_is_no_other_of_ones_own_is_refused(
    session: Session, ada: Person, both: tuple[int, int]
) -> None:
    sofia, again = both
    bea = add_person(session, "bea@example.com")
    [theirs] = add_contacts(session, bea, "Sofia Marin")
    for kept, gone in ((sofia, theirs), (theirs, sofia), (sofia, 10**9 - 1), (theirs, theirs + 1)):
        with pytest.raises(NotFound):
            one(session, ada, kept, gone)
    with pytest.raises(Invalid):
        one(session, ada, sofia, sofia)
    one(session, ada, sofia, again)
    for pair in ((sofia, again), (again, sofia)):
        with pytest.raises(Conflict, match="one person already"):
            one(session, ada, *pair)
    assert session.scalars(select(func.count()).select_from(Contact)).one() == 2


def test_two_tabs_at_once_merge_once(fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        add_programme(session)
        ada = add_person(session).id
        both = add_contacts(session, get_person(session, ada), "Sofia", "Fia")
        for tie in both:
            log(session, get_person(session, ada), tie, MONDAY)
    together = Barrier(2)

    def tab(pair: tuple[int, int]) -> str:
        together.wait()
        try:
            with fresh_database.writing() as session:
                merge(session, ada, *pair, noon(LATER))
        except DomainError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(2) as tabs:
        said = list(tabs.map(tab, [(both[0], both[1]), (both[1], both[0])]))
    assert sorted(said) == ["", "These two are one person already."]
    with fresh_database.reading() as session:
        assert len(entries(session)) == 3
        assert verify(session).problems == []
