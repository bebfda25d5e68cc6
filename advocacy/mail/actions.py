"""Writing letters into the queue, delivering them, and forgetting old ones."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from advocacy.core.database import Database
from advocacy.core.errors import Invalid
from advocacy.mail import queries, rules
from advocacy.mail.letters import Outgoing, Written, write
from advocacy.mail.models import Letter
from advocacy.mail.rules import Bounced, NotDelivered, State

TRIED_AGAIN = "to be tried again"


class Office(Protocol):
    """Whoever takes letters."""

    @property
    def outcome(self) -> State:
        """What has become of a letter that was taken."""

    def send(self, letter: Outgoing) -> None:
        """Take a letter.

        :raises Bounced: when it will never be taken.
        :raises NotDelivered: when it is not taken now.
        """


def post(
    session: Session, name: str, *, to: str, values: Mapping[str, object], now: datetime
) -> Letter:
    """Put a letter into the queue, in the transaction of what causes it.

    :param name: its templates in ``templates/mail/``.
    :param values: what they speak of; addresses of pages are whole ones.
    :raises Invalid: when no letter can go to that address.
    """
    written = write(name, values)
    letter = Letter(
        name=name,
        address=rules.checked_address(to),
        subject=written.subject,
        text=written.text,
        html=written.html,
        mark=uuid4().hex,
        written_at=now,
        due_at=now,
    )
    session.add(letter)
    session.flush()
    return letter


def recall(session: Session, name: str, *, to: str) -> None:
    """Take letters out of the queue that say what is not so any more; one that is going goes."""
    with suppress(Invalid):  # then none was posted
        to = rules.checked_address(to)
    session.execute(
        delete(Letter)
        .where(
            Letter.name == name,
            Letter.address == to,
            Letter.state == State.WAITING,
            Letter.claimed_by.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def deliver(
    database: Database,
    office: Office,
    *,
    clock: Callable[[], datetime],
    is_stopping: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Try a few of the letters that are due, each in short transactions around its sending.

    :returns: how many there were of each outcome.
    """
    outcomes: Counter[str] = Counter()
    for _ in range(rules.AT_ONCE):
        if is_stopping():
            break
        claimed_by = uuid4().hex
        letter = _claimed(database, claimed_by, clock())
        if letter is None:
            break
        try:
            office.send(letter)
        except NotDelivered as failure:
            outcomes[_write_failure_down(database, letter, claimed_by, failure, clock())] += 1
            if failure.is_out_of_reach:
                break
        else:
            with database.writing() as session:
                _end(session, letter.id, office.outcome, clock())
            outcomes[office.outcome] += 1
    return outcomes


def _claimed(database: Database, claimed_by: str, now: datetime) -> Outgoing | None:
    """Claim the letter that has waited longest, so that nobody else sends it meanwhile."""
    with database.reading() as session:
        if not queries.is_any_due(session, now):
            return None  # without asking for the write lock
    with database.writing() as session:
        for letter in session.scalars(
            select(Letter)
            .where(queries.is_due(now))
            .order_by(Letter.due_at, Letter.id)
            .limit(rules.AT_ONCE)
        ).all():
            if claim(session, letter, claimed_by, now):
                return Outgoing(
                    id=letter.id,
                    address=letter.address,
                    written=Written(letter.subject, letter.text, letter.html),
                    mark=letter.mark,
                    written_at=letter.written_at,
                    attempts=letter.attempts + 1,
                )
    return None


def claim(session: Session, seen: Letter, claimed_by: str, now: datetime) -> bool:
    """Claim a letter as it was seen; of two at the same moment the database lets one through."""
    taken = session.scalar(
        update(Letter)
        .where(
            Letter.id == seen.id,
            Letter.state == State.WAITING,
            Letter.attempts == seen.attempts,
        )
        .values(
            attempts=seen.attempts + 1,
            tried_at=now,
            claimed_by=claimed_by,
            claimed_until=now + rules.LEASE,
        )
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def _write_failure_down(
    database: Database, letter: Outgoing, claimed_by: str, failure: NotDelivered, now: datetime
) -> str:
    with database.writing() as session:
        if isinstance(failure, Bounced):
            _end(session, letter.id, State.BOUNCED, now, failure.words)
            return State.BOUNCED
        if rules.is_hopeless(letter.attempts, letter.written_at, now):
            _end(session, letter.id, State.GIVEN_UP, now, failure.words)
            return State.GIVEN_UP
        session.execute(
            update(Letter)
            .where(Letter.id == letter.id, Letter.claimed_by == claimed_by)
            .values(
                due_at=now + rules.pause_after(letter.attempts),
                claimed_by=None,
                claimed_until=None,
                failure=failure.words,
            )
            .execution_options(synchronize_session=False)
        )
        return TRIED_AGAIN


def _end(session: Session, number: int, state: State, now: datetime, failure: str = "") -> None:
    """Write down what became of a letter, and erase what it said."""
    session.execute(
        update(Letter)
        .where(Letter.id == number, Letter.state == State.WAITING)
        .values(
            state=state,
            ended_at=now,
            failure=failure,
            text="",
            html="",
            claimed_by=None,
            claimed_until=None,
        )
        .execution_options(synchronize_session=False)
    )


def forget_old(session: Session, now: datetime) -> int:
    """Remove letters that went, or did not, a month ago; return how many."""
    gone = delete(Letter).where(Letter.ended_at <= now - rules.KEPT).returning(Letter.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())
