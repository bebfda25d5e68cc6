"""Reading the programme."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.core.errors import NotFound
from advocacy.programme.models import Programme


def find_programme(session: Session) -> Programme | None:
    """Return the programme, or None before its first start."""
    programme = session.get(Programme, 1)
    keep_at_hand(session, programme)
    return programme


def keep_at_hand(session: Session, programme: Programme | None) -> None:
    """Keep the row in a session that holds rows weakly: it is asked for often."""
    session.info[Programme] = programme


def get_programme(session: Session) -> Programme:
    """Return the programme.

    :raises NotFound: before its first start.
    """
    programme = find_programme(session)
    if programme is None:
        raise NotFound("There is no programme here yet. Start one with: advocacy serve")
    return programme


def hold_for_posting(session: Session) -> None:
    """Hold the programme shared, so that no month closes while something is being entered."""
    _hold(session, alone=False)


def hold_for_closing(session: Session) -> None:
    """Hold the programme alone, so that nothing is entered while a month closes."""
    _hold(session, alone=True)


_AFRESH = select(Programme).execution_options(populate_existing=True)
_HELD_ALONE, _HELD_SHARED = _AFRESH.with_for_update(), _AFRESH.with_for_update(read=True)


def _hold(session: Session, *, alone: bool) -> None:
    """Hold the row, and read it again: it may have changed since this session first saw it."""
    programme = session.scalar(_HELD_ALONE if alone else _HELD_SHARED)
    keep_at_hand(session, programme)
