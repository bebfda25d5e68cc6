"""Rings, the balance of a month, and a month's entries in words."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from advocacy.contacts.actions import describe
from advocacy.contacts.queries import get_contact
from advocacy.conversations.actions import correct, settle_ties, take_back
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.models import Conversation
from advocacy.conversations.rules import Said
from advocacy.core.time import month_of
from advocacy.people.actions import set_joined
from advocacy.people.models import Person
from advocacy.programme.queries import get_programme
from advocacy.recognition.actions import close_months
from advocacy.relationships.balance import balance_of, balance_with_months
from advocacy.relationships.explained import explain
from advocacy.relationships.queries import people_known, rings_of, strength_of, worth_reaching_out
from advocacy.relationships.rules import Fate, Told, in_words, why_nothing
from advocacy.relationships.titles import labels_of_ties
from advocacy.relationships.weeks import by_week
from advocacy.shares.actions import settle_person
from advocacy.shares.actions import take_back as take_share_back
from advocacy.shares.models import Share
from advocacy.shares.queries import get_share
from tests.builders import (
    FIRST_DAY,
    add_contacts,
    add_item,
    add_person,
    add_programme,
    log,
    noon,
    points_in,
    share,
)

MONDAY = date(2026, 1, 5)


@pytest.fixture
def ada(session: Session) -> Person:
    add_programme(session)
    return add_person(session)


@pytest.fixture
def sofia(session: Session, ada: Person) -> int:
    return add_contacts(session, ada, "Sofia")[0]


# --- rings


def test_a_ring_fades_and_says_so(session: Session, ada: Person, sofia: int) -> None:
    log(session, ada, sofia, MONDAY)
    ring = rings_of(session, ada.id, [sofia], MONDAY)[sofia]
    assert (ring.strength, ring.word, ring.talks, ring.last_day) == (29, "growing", 1, MONDAY)
    later = rings_of(session, ada.id, [sofia], MONDAY + timedelta(days=400))[sofia]
    assert (later.strength, later.word) == (0, "long ago")


def test_what_is_only_remembered_counts_for_strength(
    session: Session, ada: Person, sofia: int
) -> None:
    today = MONDAY + timedelta(days=30)
    log(session, ada, sofia, MONDAY, today=today)
    assert rings_of(session, ada.id, [sofia], MONDAY)[sofia].strength == 29
    assert explain(session, ada, "2026-01", for_manager=False).points == 0


def test_what_was_taken_back_counts_for_nothing(session: Session, ada: Person, sofia: int) -> None:
    take_back(session, log(session, ada, sofia, MONDAY), noon(MONDAY))
    ring = rings_of(session, ada.id, [sofia], MONDAY)[sofia]
    assert (ring.strength, ring.word) == (0, "not yet spoken")
    assert strength_of(session, ada.id, sofia, MONDAY).built == {
        "conversations": 0,
        "answers": 0,
        "in_person": 0,
    }


def test_what_built_a_tie(session: Session, ada: Person, sofia: int) -> None:
    log(session, ada, sofia, MONDAY)
    log(session, ada, sofia, MONDAY, "met", began="contact")
    log(session, ada, sofia, MONDAY, began="contact", answered=False)
    assert strength_of(session, ada.id, sofia, MONDAY).built == {
        "conversations": 1,
        "answers": 1,
        "in_person": 1,
    }
    ring = rings_of(session, ada.id, [sofia], MONDAY)[sofia]
    assert ring.both_ways


def test_people_known_come_latest_first_and_are_the_own(
    session: Session, ada: Person, sofia: int
) -> None:
    tom, uwe = add_contacts(session, ada, "Tom", "Uwe")
    bea = add_person(session, "bea@example.com")
    add_contacts(session, bea, "Zoe")
    log(session, ada, tom, MONDAY)
    log(session, ada, sofia, MONDAY + timedelta(days=1))
    found = people_known(session, ada.id, MONDAY, limit=9)
    assert [known.contact.id for known in found] == [sofia, tom, uwe]
    assert [one.contact.id for one in people_known(session, ada.id, MONDAY, limit=1, offset=1)] == [
        tom
    ]


# --- the balance


def alive_history(session: Session, ada: Person, contact: int, *weeks: int) -> None:
    for week in weeks:
        log(session, ada, contact, MONDAY + timedelta(weeks=week))


def test_the_balance_of_every_month_adds_up(session: Session, ada: Person) -> None:
    ties = add_contacts(session, ada, "A", "B", "C", "D")
    alive_history(session, ada, ties[0], 0, 1, 20, 40)
    alive_history(session, ada, ties[1], 0, 4, 8, 12, 24)
    alive_history(session, ada, ties[2], 3)
    alive_history(session, ada, ties[3], 16, 29, 42, 43)
    today = date(2026, 12, 31)
    closing = 0
    history = balance_with_months(session, ada.id, "2026-12", today, months=12)[1]
    for n, shown in enumerate(history, start=1):
        balance = balance_of(session, ada.id, f"2026-{n:02d}", today)
        assert balance.before == closing
        grown = len(balance.begun) + len(balance.revived) - len(balance.drifted)
        closing = balance.before + grown
        assert balance.alive == closing == shown


def test_a_relationship_drifts_on_the_91st_day_of_silence(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, date(2025, 12, 22), today=date(2026, 1, 2), reported=True)
    log(session, ada, sofia, date(2025, 12, 31), today=date(2026, 1, 2), reported=True)
    last, drift = date(2026, 3, 31), date(2026, 4, 1)  # 90 and 91 days later
    assert balance_of(session, ada.id, "2026-03", last).alive == 1
    assert balance_of(session, ada.id, "2026-03", last).drifted == []
    april = balance_of(session, ada.id, "2026-04", drift)
    assert (april.before, april.drifted, april.alive) == (1, [sofia], 0)
    for day in (last, last - timedelta(days=62)):
        reach = worth_reaching_out(session, ada.id, day, limit=5)
        assert [(contact.id, day) for contact, day in reach] == [(sofia, date(2025, 12, 31))]
    for day in (drift, last - timedelta(days=63)):
        assert worth_reaching_out(session, ada.id, day, limit=5) == []


# --- a month in words


def test_an_entry_names_what_it_was_written_for(session: Session, ada: Person, sofia: int) -> None:
    talks = [log(session, ada, sofia, MONDAY + timedelta(weeks=week)).id for week in range(3)]
    shared = [share(session, ada, add_item(session, title), MONDAY) for title in "ab"]
    session.get_one(Conversation, talks[0]).external_id = "talk 1"
    session.get_one(Share, shared[0]).external_id = "post 1"
    session.flush()
    sources = {one.source for one in explain(session, ada, "2026-01", for_manager=False).entries}
    assert {"share:post 1", "conversation:talk 1", f"conversation:{talks[1]}"} <= sources


def words(session: Session, ada: Person, month: str = "2026-01") -> list[tuple[int, str, str]]:
    shown = explain(session, ada, month, for_manager=False)
    return [(entry.points, entry.words.title, entry.words.reason) for entry in shown.entries]


def test_the_entries_of_a_month_add_up_to_it(session: Session, ada: Person, sofia: int) -> None:
    alive_history(session, ada, sofia, 0, 1, 2)
    item = add_item(session, "Our new bridge")
    share(session, ada, item, MONDAY)
    shown = explain(session, ada, "2026-01", for_manager=False)
    assert sum(entry.points for entry in shown.entries) == shown.entered == shown.points == 21
    assert (shown.seen, shown.word, shown.shares) == (0, 20, 1)
    weeks = by_week(shown)
    assert [(week.points, week.sum) for week in weeks] == [(4, 21), (12, 17), (5, 5)]
    (invitation,) = (entry for entry in shown.entries if entry.rule == "share")
    assert "Our new bridge" in invitation.reason
    assert invitation.source.startswith("share:")


def test_a_first_answer_later_says_how_much_came_with_it(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY)
    asked = log(session, ada, sofia, MONDAY + timedelta(days=7), answered=False)
    (unanswered, _) = words(session, ada)
    assert unanswered[0] == 1
    assert "No answer yet: 1 of the 4" in unanswered[2]
    mark_answered(session, asked, sofia, now=noon(MONDAY + timedelta(days=9)))
    told = words(session, ada)
    assert [points for points, *_ in told] == [8, 3, 1, 4]
    assert "has answered since: the other 3 of 4" in told[1][2]


def test_what_was_taken_back_says_why(session: Session, ada: Person, sofia: int) -> None:
    taken = log(session, ada, sofia, MONDAY)
    changed = log(session, ada, sofia, MONDAY + timedelta(days=7), "called")
    take_back(session, taken, noon(MONDAY + timedelta(days=8)))
    said = Said(MONDAY + timedelta(days=8), "wrote", "advocate", [True])
    correct(session, changed, said, [sofia], noon(MONDAY + timedelta(days=8)))
    told = words(session, ada)
    assert sum(points for points, *_ in told) == 4
    negative = [reason for points, _, reason in told if points < 0]
    assert any("you took it back" in reason for reason in negative)
    assert any("you corrected it on 13 January" in reason for reason in negative)


def test_a_colleague_is_named_as_the_reason(session: Session, ada: Person, sofia: int) -> None:
    log(session, ada, sofia, MONDAY)
    add_person(session, "sofia@example.com")
    contact = get_contact(session, ada.id, sofia)
    describe(session, contact, name="Sofia", email="sofia@example.com", shared=False)
    settle_ties(session, {sofia: ada.id}, noon(MONDAY))
    assert "colleague" in words(session, ada)[0][2]


def test_a_first_day_that_moves_is_the_reason_and_moves_back(
    session: Session, ada: Person, sofia: int
) -> None:
    log(session, ada, sofia, MONDAY)
    share(session, ada, add_item(session, "Our new bridge"), MONDAY)
    for joined in (MONDAY + timedelta(days=1), FIRST_DAY):
        set_joined(session, ada, joined)
        settle_ties(session, {sofia: ada.id}, noon(MONDAY))
        settle_person(session, ada, noon(MONDAY))
        negative = [reason for points, _, reason in words(session, ada) if points < 0]
        assert len(negative) == 2
        wanted = "before you joined" if joined > MONDAY else "entered again since"
        assert all(wanted in reason for reason in negative), negative
        (of_managers,) = {
            entry.reason.partition(": ")[2]
            for entry in explain(session, ada, "2026-01", for_manager=True).entries
            if entry.points < 0
        }
        assert "you" not in of_managers
    get_programme(session).first_day = MONDAY + timedelta(days=1)
    settle_ties(session, {sofia: ada.id}, noon(MONDAY))
    settle_person(session, ada, noon(MONDAY))
    latest = [reason for points, _, reason in words(session, ada) if points < 0]
    assert all("before the programme began" in reason for reason in latest)


def test_an_answer_that_was_put_right_has_no_other_talk_in_its_place(
    session: Session, ada: Person, sofia: int
) -> None:
    wrong = log(session, ada, sofia, MONDAY)
    said = Said(MONDAY, "wrote", "advocate", [False])
    correct(session, wrong, said, [sofia], noon(MONDAY))
    negative = [reason for points, _, reason in words(session, ada) if points < 0]
    assert len(negative) == 1
    assert "you corrected it on 5 January" in negative[0]


def test_what_counts_later_names_the_closed_month(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    today = date(2026, 2, 2)
    close_months(session, "2026-01", closed_by=None, now=noon(today), data=tmp_path)
    log(session, ada, sofia, date(2026, 1, 28), today=today)
    assert words(session, ada) == []
    share(session, ada, add_item(session), date(2026, 1, 29), today=today)
    told = words(session, ada, "2026-02")
    assert sorted(points for points, *_ in told) == [1, 4]
    for points, _, reason in told:
        day = "28 January" if points == 4 else "29 January"
        expected = f"{day}, and January 2026 was closed by then: it counts in February 2026"
        assert expected in reason


def test_a_manager_sees_numbers_and_shared_names_only(
    session: Session, ada: Person, sofia: int
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    describe(session, get_contact(session, ada.id, tom), name="Tom", email="", shared=True)
    log(session, ada, [sofia, tom], MONDAY)
    assert labels_of_ties(session, [sofia, tom], for_manager=True) == {
        sofia: "private contact 1",
        tom: "Tom",
    }
    shown = explain(session, ada, "2026-01", for_manager=True)
    assert {entry.contact for entry in shown.entries} == {"private contact 1", "Tom"}
    assert not any("Sofia" in entry.reason for entry in shown.entries)
    assert shown.quiet == []


def test_an_introduction_names_both(session: Session, ada: Person, sofia: int) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    get_contact(session, ada.id, tom).shared = True
    log(session, ada, [sofia, tom], MONDAY, "introduced")
    titles = {title for _, title, _ in words(session, ada)}
    assert titles == {"Introduced Sofia to Tom", "Introduced Tom to Sofia"}
    shown = explain(session, ada, "2026-01", for_manager=True).entries
    assert {entry.words.title for entry in shown} == {
        "Introduced private contact 1 to Tom",
        "Introduced Tom to private contact 1",
    }


def test_a_message_that_became_an_introduction_is_told_as_the_message_that_it_was(
    session: Session, ada: Person, sofia: int
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    talk = log(session, ada, [sofia, tom], MONDAY)
    said = Said(MONDAY, "introduced", "advocate", [True, True])
    correct(session, talk, said, [sofia, tom], noon(MONDAY))
    assert {title for _, title, _ in words(session, ada)} == {
        "Wrote to Sofia",
        "Wrote to Tom",
        "Correction",
        "Introduced Sofia to Tom",
        "Introduced Tom to Sofia",
    }


def test_a_replay_is_told_in_the_words_of_now(session: Session, ada: Person, sofia: int) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    log(session, ada, sofia, MONDAY)
    talk = log(session, ada, [tom, sofia], MONDAY, "introduced", answered=[False, True])
    answered_on = MONDAY + timedelta(days=1)
    mark_answered(session, talk, tom, now=noon(answered_on))
    now = explain(session, ada, "2026-01", for_manager=False).entries
    then = explain(session, ada, "2026-01", for_manager=False, as_of=noon(MONDAY)).entries
    assert 0 < len(then) < len(now)
    assert set(then) <= set(now)
    assert any(entry.words.title == "Introduced Sofia to Tom" for entry in then)


def test_conversations_that_earned_nothing_say_why(
    session: Session, ada: Person, sofia: int
) -> None:
    (tom,) = add_contacts(session, ada, "Tom")
    log(session, ada, sofia, MONDAY)
    log(session, ada, sofia, MONDAY + timedelta(days=1))
    log(session, ada, tom, MONDAY, began="contact", answered=False)
    log(session, ada, tom, MONDAY, answered=False)
    log(session, ada, tom, MONDAY, today=MONDAY + timedelta(days=15))
    shown = explain(session, ada, "2026-01", for_manager=False, with_quiet=True)
    reasons = "\n".join(quiet.reason for quiet in shown.quiet)
    assert len(shown.quiet) == 4
    for part in ("once a week", "waits for your answer", "has no answer yet", "14 days"):
        assert part in reasons


def test_an_entry_names_the_conversation_that_earns_it(
    session: Session, ada: Person, sofia: int, tmp_path: Path
) -> None:
    first, second = log(session, ada, sofia, MONDAY), log(session, ada, sofia, MONDAY)
    take_back(session, first, noon(MONDAY))
    told = explain(session, ada, "2026-01", for_manager=False)
    assert [(entry.source, entry.points) for entry in told.entries] == [
        (f"conversation:{second.id}", 4),
        (f"conversation:{first.id}", -4),
        (f"conversation:{first.id}", 4),
    ]
    assert "you took it back" in told.entries[1].reason
    third = log(session, ada, sofia, MONDAY)
    close_months(session, "2026-01", closed_by=None, now=noon(date(2026, 2, 9)), data=tmp_path)
    take_back(session, second, noon(date(2026, 2, 9)))
    moved = explain(session, ada, "2026-02", for_manager=False)
    assert [(entry.source, entry.points) for entry in moved.entries] == [
        (f"conversation:{third.id}", 4),
        (f"conversation:{second.id}", -4),
    ]
    assert moved.points == 0


def test_a_shares_entry_names_the_share_that_earns_it(session: Session, ada: Person) -> None:
    first, second = (share(session, ada, add_item(session, title), MONDAY) for title in "AB")
    take_share_back(session, get_share(session, ada.id, first), noon(MONDAY))
    told = explain(session, ada, "2026-01", for_manager=False)
    assert [(entry.source, entry.points) for entry in told.entries] == [
        (f"share:{second}", 1),
        (f"share:{first}", -1),
        (f"share:{first}", 1),
    ]


@pytest.mark.parametrize(
    ("kind", "evidence", "points", "reason"),
    [
        ("met", "word", 8, "A meeting on your word is worth 8; seen, it would be 12."),
        (
            "met",
            "seen",
            12,
            "A meeting that was seen is worth 12. Seen: an import reported a talk that day.",
        ),
        ("called", "word", 8, "An answered call is worth 8."),
    ],
)
def test_an_entry_says_why_it_is_worth_that(
    kind: str, evidence: str, points: int, reason: str
) -> None:
    told = Told(
        rule="week",
        evidence=evidence,
        points=points,
        day=MONDAY,
        month=month_of(MONDAY),
        kind=kind,
        began="advocate",
        contact="Sofia",
        answered_now=True,
        fate=Fate.STANDS,
    )
    assert in_words(told).reason == reason


def test_what_an_answer_would_bring_is_what_it_brings(
    session: Session, ada: Person, sofia: int
) -> None:
    """Bonuses are in it, and a week that is credited already brings nothing more."""
    log(session, ada, sofia, MONDAY, "called")
    again = log(session, ada, sofia, MONDAY + timedelta(days=1), "called", answered=False)
    later = log(session, ada, sofia, MONDAY + timedelta(days=7), answered=False)
    told = explain(session, ada, month_of(MONDAY), for_manager=False, with_quiet=True)
    assert [(one.points, one.words.waiting) for one in told.entries] == [
        (1, "+11 when Sofia answers, a bonus included"),
        (8, ""),
    ]
    assert [(one.reason, one.waiting) for one in told.quiet] == [
        (
            "This call has no answer yet, and the week with Sofia counts already by another talk.",
            "",
        )
    ]
    mark_answered(session, again, sofia, now=noon(MONDAY + timedelta(days=8)))
    assert points_in(session, ada, month_of(MONDAY)) == 9
    mark_answered(session, later, sofia, now=noon(MONDAY + timedelta(days=9)))
    assert points_in(session, ada, month_of(MONDAY)) == 20


def test_what_has_no_answer_yet_is_called_by_its_kind() -> None:
    kind = ("introduced", "advocate", False, None)
    reason, waiting = why_nothing(*kind, contact="Sofia", gain=14)
    assert waiting == "+14 when Sofia answers, a bonus included"
    assert reason == "This introduction has no answer yet: it is worth 6 once Sofia answers."


def test_what_was_taken_off_is_told_from_what_stands(
    session: Session, ada: Person, sofia: int
) -> None:
    talk = log(session, ada, sofia, MONDAY)
    take_back(session, talk, noon(MONDAY))
    log(session, ada, sofia, MONDAY)
    told = explain(session, ada, month_of(MONDAY), for_manager=True).entries
    assert [(one.points, one.taken_off) for one in told] == [(4, False), (-4, False), (4, True)]


def test_each_of_several_alike_talks_counts_for_what_a_ring_is_built_of(
    session: Session, ada: Person, sofia: int
) -> None:
    for _ in range(3):
        log(session, ada, sofia, MONDAY)
    for kind in ("called", "met"):
        log(session, ada, sofia, MONDAY, kind, began="contact" if kind == "called" else "advocate")
    last = log(session, ada, sofia, MONDAY + timedelta(days=1), "met")
    told = strength_of(session, ada.id, sofia, MONDAY + timedelta(days=1))
    assert told.built == {"conversations": 3, "answers": 1, "in_person": 2}
    assert (told.ring.talks, told.ring.tone, told.ring.last_day) == (6, "leaf", last.day)
