"""Posting: what is due, less what is written, becomes entries, and standings move with them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, tuple_, update
from sqlalchemy.orm import Session

from advocacy.core.database import insert_numbered, upsert
from advocacy.core.time import month_of
from advocacy.points import queries, rules
from advocacy.points.models import Entry, Life, Tie
from advocacy.points.rules import Deed, Rule, RuleBook
from advocacy.points.standings import move_standings


def open_ties(session: Session, person_id: int, count: int) -> list[int]:
    """Make new ties for a person and return their numbers in the database.

    The caller holds the person, so that numbers within the person stay in order.
    """
    if not count:
        return []
    first = queries.highest_tie_number(session, person_id) + 1
    return insert_numbered(
        session,
        Tie.id,
        [{"person_id": person_id, "number": number} for number in range(first, first + count)],
    )


def end_tie(session: Session, tie: int, today: date) -> None:
    """End a tie whose contact is gone: what is alive ends today. It is never settled again."""
    session.execute(
        update(Life)
        .where(Life.tie_id == tie, Life.ends_on >= today)
        .values(ends_on=today - timedelta(days=1), ended=True)
        .execution_options(synchronize_session=False)
    )


def merge_tie(session: Session, gone: int, kept: int, now: datetime, today: date) -> None:
    """Let a tie be one with another from now on; what was one with it is, too.

    What it earned is written of the one that stays, which the caller settles. What of it is alive
    ends today, and it is never settled again itself.
    """
    end_tie(session, gone, today)
    session.execute(
        update(Tie)
        .where(Tie.merged_into == gone)
        .values(merged_into=kept)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Tie)
        .where(Tie.id == gone)
        .values(merged_into=kept, merged_at=now)
        .execution_options(synchronize_session=False)
    )


def settle(
    session: Session,
    person_of_tie: Mapping[int, int],
    deeds: Mapping[int, Sequence[Deed]],
    now: datetime,
) -> None:
    """Enter, for each tie, the difference between what its deeds are worth and what is written.

    While months are open the order of calls never matters, and a second call changes nothing.

    :param person_of_tie: the ties to settle, each with its person.
    :param deeds: the deeds of each tie that count; a tie that is missing has none.
    """
    first_open = queries.first_open_month(session)
    book = queries.rule_book(session)
    written = queries.written_for_ties(session, person_of_tie)
    entries: list[dict[str, Any]] = []
    for tie, person in person_of_tie.items():
        for line, points, deed in rules.postings(written.get(tie, {}), deeds.get(tie, ()), book):
            entries.append(
                {
                    "person_id": person,
                    "month": max(month_of(line.day), first_open or ""),
                    "day": line.day,
                    "tie_id": tie,
                    "rule": str(line.rule),
                    "evidence": str(line.evidence),
                    "points": points,
                    "kind": str(line.kind),
                    "began": str(line.began),
                    "deed": deed,
                    "recorded_at": now,
                }
            )
    write_lives(session, person_of_tie, deeds)
    _write(session, entries, book)  # last: others wait for the tallies that it moves


def settle_shares(
    session: Session, shares: Mapping[tuple[int, date], Sequence[int]], now: datetime
) -> None:
    """Enter the difference for the shares of persons on some days.

    :param shares: for each person and day in question the numbers of the shares that count.
    """
    first_open = queries.first_open_month(session)
    book = queries.rule_book(session)
    written = queries.written_for_shares(session, shares)
    _write(
        session,
        [
            {
                "person_id": person,
                "month": max(month_of(day), first_open or ""),
                "day": day,
                "tie_id": None,
                "rule": str(Rule.SHARE),
                "evidence": None,
                "points": points,
                "kind": None,
                "began": None,
                "deed": number,
                "recorded_at": now,
            }
            for (person, day), numbers in sorted(shares.items())
            for number, points in rules.share_postings(
                written.get((person, day), {}), numbers, book.of(day)
            )
        ],
        book,
    )


def _write(session: Session, entries: list[dict[str, Any]], book: RuleBook) -> None:
    if entries:
        session.connection().execute(insert(Entry), entries)
        move_standings(session, entries, book)


def write_lives(
    session: Session, person_of_tie: Mapping[int, int], deeds: Mapping[int, Sequence[Deed]]
) -> None:
    """Bring the living stretches of ties to what their deeds say."""
    known = queries.lives_of_ties(session, person_of_tie)
    gone: list[tuple[int, date]] = []
    fresh: list[dict[str, Any]] = []
    for tie, person in person_of_tie.items():
        before = known.get(tie, [])
        lives = rules.lives(deeds.get(tie, ()))
        begun = {life.starts_on for life in lives}
        gone += [(tie, life.starts_on) for life in before if life.starts_on not in begun]
        fresh += [
            {
                "tie_id": tie,
                "person_id": person,
                "starts_on": life.starts_on,
                "ends_on": life.ends_on,
                "revived": life.revived,
                "ended": False,
            }
            for life in lives
            if life not in before
        ]
    for at in range(0, len(gone), queries.CHUNK):
        session.execute(
            delete(Life)
            .where(tuple_(Life.tie_id, Life.starts_on).in_(gone[at : at + queries.CHUNK]))
            .execution_options(synchronize_session=False)
        )
    upsert(session, Life, fresh, keys=("tie_id", "starts_on"))
