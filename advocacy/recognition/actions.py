"""Closing months, and handing on their files."""

import hashlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core import time
from advocacy.core.errors import Conflict, Unavailable
from advocacy.core.files import written_whole
from advocacy.people.queries import team_on, teams
from advocacy.points.models import ClosedMonth
from advocacy.points.queries import first_open_month, last_closed_month
from advocacy.points.seals import PIECE, find_seal, seal_closed_months, take_checkpoint
from advocacy.points.standings import recount
from advocacy.programme.queries import get_programme, hold_for_closing
from advocacy.recognition import files, queries
from advocacy.recognition.balances import rows_to_seal
from advocacy.recognition.boards import rows_to_close
from advocacy.recognition.closed_totals import SEALED, keep_totals
from advocacy.recognition.models import ClosedBalance, ClosedStanding, ExportFile
from advocacy.recognition.rules import Format, can_be_closed

FOLDER = "recognition"


def close_months(
    session: Session, month: str, *, closed_by: int | None, now: datetime, data: Path
) -> list[str]:
    """Close a month and every open one before it, once and for all, and make their files.

    :param data: the folder that the files are kept in.
    :returns: the months that were closed, in order.
    :raises Conflict: when it is closed already, not over, or before anything counts.
    """
    time.parse_month(month)
    hold_for_closing(session)
    today = time.day_of(now, get_programme(session).time_zone)
    earliest = queries.earliest_month(session, today)
    can_be_closed(month, earliest=earliest, last_closed=last_closed_month(session), today=today)
    closed = time.months_between(first_open_month(session) or earliest, month)
    while take_checkpoint(session, now) == PIECE:
        pass  # nobody posts meanwhile: what is sealed below is all there is
    for each in closed:
        _close(session, each, closed_by, now)
        seal_closed_months(session)
        note(session, Action.MONTH_CLOSED, actor_id=closed_by, detail=each, now=now)
        for format in Format:
            rows, seal = queries.get_closed_rows(session, each), find_seal(session, each)
            content = files.render(each, rows, format, seal)
            session.add(
                ExportFile(month=each, format=format, sha256=hashlib.sha256(content).hexdigest())
            )
            _keep(data, each, format, content)
    session.flush()
    return closed


def _close(session: Session, month: str, closed_by: int | None, now: datetime) -> None:
    today = time.day_of(now, get_programme(session).time_zone)
    team_of = team_on(session, time.last_day(month))
    names = {team.id: team.name for team in teams(session)}
    balances = rows_to_seal(session, month, today)
    rows = []
    for rank, row in rows_to_close(session, month, today):
        team = team_of.get(row.person_id)
        rows.append(
            {
                "person_id": row.person_id,
                "month": month,
                "rank": rank,
                "email": row.email,
                "name": row.name,
                "team_id": team,
                "team": names[team] if team else "",
                "points": row.points,
                "begun": row.figures.begun,
                "alive": row.figures.alive,
                "conversations": row.figures.conversations,
                "answered": row.figures.answered,
                "in_person": row.figures.in_person,
                "shares": row.figures.shares,
            }
        )
    session.add(ClosedMonth(month=month, closed_at=now, closed_by=closed_by))
    get_programme(session).closed_through = month
    session.flush()
    recount(session, [one for one in time.periods_of(month) if time.ends_with(one, month)])
    if rows:
        session.execute(insert(ClosedStanding), rows)
    if balances:
        session.execute(
            insert(ClosedBalance),
            [
                {
                    "person_id": person,
                    "month": month,
                    "team_before": row.team_before,
                    "team_id": row.team,
                    **{name: getattr(row.balance, name) for name in SEALED},
                    "conversations": row.conversations,
                    "they_began": row.they_began,
                }
                for person, row in balances.items()
            ],
        )
    keep_totals(session, month)


def export_file(session: Session, month: str, format: str, data: Path) -> bytes:
    """Return a file of a closed month: the kept one, or made anew when it is gone or altered.

    :raises NotFound: when the month is not closed.
    :raises Conflict: when what is made anew is not what was made at the closing.
    """
    time.parse_month(month)
    path = _path(data, month, format)
    wanted = queries.get_hash(session, month, format)
    try:
        kept = path.read_bytes()
    except OSError:
        kept = b""
    if wanted and hashlib.sha256(kept).hexdigest() == wanted:
        return kept
    rows, seal = queries.get_closed_rows(session, month), find_seal(session, month)
    content = files.made_anew(month, rows, format, seal, wanted)
    if content is None:
        raise Conflict(
            f"The rows of {time.words_for_period(month)} are not those that were closed. "
            "Run: advocacy ledger verify",
            field="month",
        )
    with suppress(Unavailable):  # it is whole without being kept: made anew next time, too
        _keep(data, month, format, content)
    return content


def _path(data: Path, month: str, format: str) -> Path:
    return data / FOLDER / f"{month}.{format}"


def _keep(data: Path, month: str, format: str, content: bytes) -> None:
    path = _path(data, month, format)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{path.parent} cannot be made: {error.strerror}.") from error
    with written_whole(path, 0o600) as file:
        file.write(content)
