"""Reading the letters that wait in the queue."""

import re

from sqlalchemy import select

from advocacy.core.database import Database
from advocacy.mail.models import Letter


def letters_to(database: Database, address: str) -> list[str]:
    """Return what the letters to an address say, the first first."""
    with database.reading() as session:
        return list(
            session.scalars(
                select(Letter.text).where(Letter.address == address).order_by(Letter.id)
            )
        )


def link_in(letter: str) -> str:
    """Return the path of the link in a letter."""
    found = re.search(r"http://[^/\s]+(/\S+)", letter)
    assert found, letter
    return found[1]
