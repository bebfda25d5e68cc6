"""Writing down what is due, who does it, and how it ended."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from advocacy.jobs.models import KeptJob
from advocacy.jobs.rules import CUT_OFF, NOTE_LENGTH, Job, Seen, pause_after


def add_jobs(session: Session, due: Mapping[str, datetime]) -> None:
    """Write down jobs that are not there yet, and when each is due."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(KeptJob)
    session.execute(
        insert.on_conflict_do_nothing(),
        [
            {"name": name, "due_at": due_at, "failures": 0, "last_failure": "", "note": ""}
            for name, due_at in due.items()
        ],
    )


def claim(session: Session, job: Job, seen: Seen, who: str, now: datetime) -> bool:
    """Claim a job as it was seen; of two at the same moment the database lets one through.

    One that was somebody's until its lease ran out has failed: it was cut off.
    """
    cut_off = seen.claimed_by is not None
    failed = {"failures": seen.failures + 1, "last_failed_at": now, "last_failure": CUT_OFF}
    taken = session.scalar(
        update(KeptJob)
        .where(_as_seen(job.name, seen))
        .values(
            claimed_by=who,
            claimed_until=now + job.lease,
            last_started_at=now,
            **(failed if cut_off else {}),
        )
        .returning(KeptJob.name)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def pull_back(session: Session, job: Job, seen: Seen, now: datetime) -> None:
    """Let a claim end one lease from now that a clock which was ahead has made too long."""
    session.execute(
        update(KeptJob)
        .where(_as_seen(job.name, seen))
        .values(claimed_until=now + job.lease)
        .execution_options(synchronize_session=False)
    )


def hold(session: Session, name: str, who: str, until: datetime) -> None:
    """Make the lease of a job longer that is still being done."""
    session.execute(
        update(KeptJob)
        .where(KeptJob.name == name, KeptJob.claimed_by == who)
        .values(claimed_until=until)
        .execution_options(synchronize_session=False)
    )


def _as_seen(name: str, seen: Seen) -> ColumnElement[bool]:
    return and_(
        KeptJob.name == name,
        KeptJob.due_at == seen.due_at,
        KeptJob.claimed_by.is_not_distinct_from(seen.claimed_by),
        KeptJob.claimed_until.is_not_distinct_from(seen.claimed_until),
    )


def end(
    session: Session, name: str, who: str, *, due_at: datetime, note: str, now: datetime
) -> None:
    """Write down that a job was done, unless somebody else has taken it up meanwhile."""
    session.execute(
        update(KeptJob)
        .where(KeptJob.name == name, KeptJob.claimed_by == who)
        .values(
            due_at=due_at,
            claimed_by=None,
            claimed_until=None,
            last_ended_at=now,
            failures=0,
            note=note[:NOTE_LENGTH],
        )
        .execution_options(synchronize_session=False)
    )


def fail(session: Session, name: str, who: str, *, failure: str, now: datetime) -> None:
    """Write down that a job failed, and let it rest the longer, the oftener it did."""
    kept = session.get(KeptJob, name, populate_existing=True, with_for_update=True)
    if kept is None or kept.claimed_by != who:
        return
    kept.failures += 1
    kept.due_at = now + pause_after(kept.failures)
    kept.claimed_by = kept.claimed_until = None
    kept.last_ended_at = kept.last_failed_at = now
    kept.last_failure = failure
