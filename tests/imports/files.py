"""What import tests look at: rejected rows, the whole record, and who listens."""

import csv
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from advocacy.contacts.models import Contact
from advocacy.conversations.models import Conversation, Participant
from advocacy.core.database import Database
from advocacy.imports.actions import Result
from advocacy.people.models import Person
from advocacy.points.models import Entry, Standing

STUDY = Path(__file__).resolve().parent.parent / "data" / "reality_mining"

HEADER = "advocate,contact,occurred_at,kind,began,answered,channel,note,external_id\n"


class Listener:
    """Keeps what an import tells of its way."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.parts: dict[str, tuple[int, int]] = {}
        self._part = ""

    def begin(self, doing: str, total: int, unit: str) -> None:
        self._part = doing
        self.parts[doing] = (total, 0)

    def advance(self, done: int) -> None:
        total, before = self.parts[self._part]
        self.parts[self._part] = (total, before + done)

    def warn(self, message: str) -> None:
        self.heard.append(message)


def counts(result: Result) -> tuple[int, int, int, int]:
    """Return added, changed, unchanged and rejected, which are all the rows there are."""
    told = (result.added, result.changed, result.unchanged, result.rejected)
    assert sum(told) == result.rows
    return told


def rejected(result: Result, delimiter: str = ",") -> list[list[str]]:
    """Return the rejected rows: line, reason, cells."""
    assert result.rejected_file
    with Path(result.rejected_file).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    assert rows[0][:2] == ["line", "reason"]
    return rows[1:]


def reasons(result: Result) -> dict[int, str]:
    """Return why each line was rejected."""
    return {int(line): reason for line, reason, *_ in rejected(result)}


def record_of(database: Database) -> dict[str, list[Any]]:
    """Return people, contacts, conversations and points, without the numbers of rows."""
    with database.reading() as session:
        people = session.execute(
            select(Person.email, Person.name, Person.role).order_by(Person.email)
        )
        contacts = session.execute(
            select(Person.email, Contact.name, Contact.email)
            .join(Contact, Contact.person_id == Person.id)
            .order_by(Person.email, Contact.name, Contact.email)
        )
        conversations = session.execute(
            select(
                Person.email,
                Contact.name,
                Conversation.day,
                Conversation.occurred_at,
                Conversation.kind,
                Conversation.began,
                Participant.answered,
                Conversation.channel,
                Conversation.note,
                Conversation.external_id,
                Conversation.digest,
            )
            .join(Conversation, Conversation.person_id == Person.id)
            .join(Participant, Participant.conversation_id == Conversation.id)
            .join(Contact, Contact.id == Participant.contact_id)
            .order_by(Person.email, Conversation.digest)
        )
        points = session.execute(
            select(
                Person.email,
                Contact.name,
                Entry.month,
                Entry.day,
                Entry.rule,
                Entry.evidence,
                func.sum(Entry.points),
            )
            .join(Entry, Entry.person_id == Person.id)
            .join(Contact, Contact.id == Entry.tie_id)
            .group_by(
                Person.email, Contact.name, Entry.month, Entry.day, Entry.rule, Entry.evidence
            )
            .having(func.sum(Entry.points) != 0)
            .order_by(Person.email, Contact.name, Entry.day, Entry.rule, Entry.evidence)
        )
        standings = session.execute(
            select(Person.email, Standing.period, Standing.points)
            .join(Standing, Standing.person_id == Person.id)
            .where(Standing.points != 0)
            .order_by(Person.email, Standing.period)
        )
        return {
            "people": [tuple(row) for row in people],
            "contacts": [tuple(row) for row in contacts],
            "conversations": [tuple(row) for row in conversations],
            "points": [tuple(row) for row in points],
            "standings": [tuple(row) for row in standings],
        }
