"""The clock's work: every job there is, and doing them beside the pages."""

import logging
from collections import Counter
from datetime import datetime, time, timedelta
from multiprocessing.util import Finalize
from threading import Event, Thread

from advocacy.admin.letters import tell_of_letters_given_up
from advocacy.auth.actions import forget_ended, pull_back
from advocacy.backups.actions import back_up, keep_newest
from advocacy.backups.rules import NAME_PATTERN
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.jobs.rules import Job, Turn
from advocacy.jobs.runner import Runner
from advocacy.mail import rules as mail
from advocacy.mail.actions import deliver, forget_old
from advocacy.mail.folder import FolderOffice, folder_of, forget_filed, letters_folder
from advocacy.mail.queries import is_any_due, is_any_untold
from advocacy.mail.smtp import SmtpOffice
from advocacy.points.seals import PIECE, take_checkpoint
from advocacy.points.totals import STANDINGS
from advocacy.programme.queries import find_programme
from advocacy.relationships.days import DAYS
from advocacy.web.actions import forget_sent_forms

log = logging.getLogger(__name__)

BACKUPS = "backups"
"""The folder of the data folder that daily backups lie in."""
STOP_SECONDS = 4
"""How long a worker that ends waits for a job; a little less than the server waits for it."""


def jobs(settings: Settings, database: Database) -> list[Job]:
    """Return every job there is."""

    def deliver_letters(turn: Turn) -> str:
        with _office(settings, database) as office:
            outcomes = deliver(database, office, clock=now, is_stopping=turn.is_stopping)
        with database.reading() as session:
            is_untold = is_any_untold(session, now())
        if is_untold:
            with database.writing() as session:
                link = f"{settings.base_url}/programme/work?letters=given-up"
                outcomes["word to administrators"] = tell_of_letters_given_up(session, link, now())
        return _in_words(outcomes, "nothing was due")

    def is_a_letter_due(at: datetime) -> bool:
        with database.reading() as session:
            return is_any_due(session, at)

    def tidy_up(turn: Turn) -> str:
        gone = _tidied(database, turn.started_at)
        gone["letters in the folder"] = forget_filed(folder_of(settings), turn.started_at)
        return _in_words(gone, "nothing was old enough")

    def take_checkpoints(turn: Turn) -> str:
        with database.reading() as session:
            if find_programme(session) is None:
                return "nothing to take"
        taken, piece = 0, PIECE
        while piece == PIECE and not turn.is_stopping():
            with database.writing() as session:  # each for itself: whoever posts waits for it
                piece = take_checkpoint(session, turn.started_at)
            taken += piece
        return _in_words(Counter(entries=taken), "nothing was entered")

    def back_up_daily(turn: Turn) -> str:
        if not settings.keep_backups:
            return "no backups are kept"
        folder = settings.data / BACKUPS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{turn.started_at:{NAME_PATTERN}}"
        taken = back_up(database, path, turn.started_at)
        gone = keep_newest(folder, settings.keep_backups, taken=path)
        return f"{sum(part.rows for part in taken.tables.values())} rows, {len(gone)} old ones gone"

    return [
        Job(
            "deliver letters",
            deliver_letters,
            every=timedelta(minutes=1),
            calls=is_a_letter_due,
        ),
        Job("tidy up", tidy_up, every=timedelta(hours=1)),
        Job("take a checkpoint", take_checkpoints, daily_at=time(3, 0)),
        Job("back up", back_up_daily, daily_at=time(3, 30)),
    ]


def _office(settings: Settings, database: Database) -> SmtpOffice | FolderOffice:
    with database.reading() as session:
        programme = find_programme(session)
    sender = mail.Sender(
        programme.name if programme else "Advocacy",
        mail.sender_address(settings.mail_url, settings.base_url),
    )
    if folder := letters_folder(settings):
        return FolderOffice(folder, sender)
    return SmtpOffice(mail.server_of(settings.mail_url or ""), sender)


def _tidied(database: Database, at: datetime) -> Counter[str]:
    """Remove what is old, each kind for itself: whoever writes waits; return how many are gone."""
    gone: Counter[str] = Counter()
    with database.writing() as session:
        gone["sign-ins and links"] = forget_ended(session, at)
        pull_back(session, at)
    with database.writing() as session:
        gone["sent forms"] = forget_sent_forms(session, at)
    with database.writing() as session:
        gone["letters"] = forget_old(session, at)
    for counts in (DAYS, STANDINGS):
        with database.writing() as session:
            gone["rows of counts"] += counts.fold(session)
    return gone


def _in_words(counted: Counter[str], nothing: str) -> str:
    return ", ".join(f"{count} {what}" for what, count in counted.items() if count) or nothing


def runner(settings: Settings, database: Database) -> Runner:
    """Return a runner of every job."""

    def zone() -> str:
        with database.reading() as session:
            programme = find_programme(session)
            return programme.time_zone if programme else settings.time_zone

    return Runner(database, jobs(settings, database), zone=zone)


def run_beside_the_pages(settings: Settings, database: Database) -> None:
    """Do the clock's work in a thread of this process, until the process ends."""
    stop = Event()
    thread = Thread(
        target=runner(settings, database).run_until, args=(stop,), name="clock", daemon=True
    )

    def end() -> None:
        stop.set()
        thread.join(STOP_SECONDS)

    # Unlike atexit, this also runs where the process is a worker that multiprocessing started.
    Finalize(None, end, exitpriority=10)
    thread.start()
