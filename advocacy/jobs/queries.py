"""Reading what the clock has to do."""

from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from advocacy.jobs.models import KeptJob
from advocacy.jobs.rules import LATE, Seen


def jobs(session: Session) -> list[KeptJob]:
    """Return every job, by its name."""
    return list(session.scalars(select(KeptJob).order_by(KeptJob.name)))


def seen_jobs(session: Session) -> dict[str, Seen]:
    """Return how every job stands, by its name."""
    rows = session.execute(
        select(
            KeptJob.name,
            KeptJob.due_at,
            KeptJob.claimed_until,
            KeptJob.claimed_by,
            KeptJob.failures,
        )
    )
    return {row.name: Seen(*row[1:]) for row in rows}


def is_a_job_in_trouble(session: Session, now: datetime) -> bool:
    """Tell whether the last try of some job failed, or one waits for somebody to do it."""
    since = now - LATE
    is_late = and_(
        KeptJob.due_at < since,
        or_(KeptJob.claimed_until.is_(None), KeptJob.claimed_until < since),
    )
    return bool(session.scalar(select(exists().where(or_(KeptJob.failures > 0, is_late)))))
