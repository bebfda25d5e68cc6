"""Publishing terms, and accepting them."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from advocacy.core.errors import Conflict, Invalid
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.text import check_length
from advocacy.programme.queries import hold_for_closing
from advocacy.terms.models import Acceptance, Terms
from advocacy.terms.queries import current_terms
from advocacy.terms.rules import TEXT_LENGTH


def publish(
    session: Session, text: str, *, seen: str = "", published_by: int | None, now: datetime
) -> Terms:
    """Publish a new version: from now on everybody is asked to accept it.

    :param seen: the mark of the version that it follows (``stamp_of``).
    :raises Invalid: when the text is empty, too long, or as it stands already.
    :raises Conflict: when another was published meanwhile.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise Invalid("The terms are empty. Write what people agree to.", field="text")
    check_length(text, TEXT_LENGTH, field="text")
    if "\0" in text:
        raise Invalid("A control character cannot stand here.", field="text")
    hold_for_closing(session)  # versions are numbered one after the other
    holds = current_terms(session)
    check_stamp(seen, *_stamped(holds))
    if holds is not None and holds.text == text:
        raise Invalid("This is what holds already.", field="text")
    terms = Terms(
        version=holds.version + 1 if holds else 1,
        text=text,
        published_at=now,
        published_by=published_by,
    )
    session.add(terms)
    session.flush()
    return terms


def stamp_of(terms: Terms | None) -> str:
    """Return a mark of the version that holds, if any does."""
    return stamp(*_stamped(terms))


def _stamped(terms: Terms | None) -> tuple[object, ...]:
    return (terms.version if terms else None,)


def accept(session: Session, person_id: int, version: int, now: datetime) -> None:
    """Write down that a person accepts a version; twice changes nothing.

    :raises Conflict: when another version holds by now.
    """
    holds = current_terms(session)
    if holds is None or holds.version != version:
        raise Conflict("The terms changed meanwhile. Here is what holds now.")
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if postgres else sqlite.insert)(Acceptance)
    session.execute(
        statement.values(
            person_id=person_id, version=version, accepted_at=now
        ).on_conflict_do_nothing()
    )
