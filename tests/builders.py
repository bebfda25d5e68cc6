"""Small histories for tests: a programme, persons, contacts and conversations on fixed days."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.contacts.actions import find_or_add
from advocacy.content.models import Item
from advocacy.content.rules import State
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.models import Conversation, Participant
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said
from advocacy.people import actions as people
from advocacy.people.models import Person, PersonWord, Team
from advocacy.people.rules import words_of
from advocacy.points.models import Entry, Standing
from advocacy.programme.models import Programme
from advocacy.questions.models import Question
from advocacy.shares import actions as shares
from advocacy.shares.actions import NewShare

FIRST_DAY = date(2026, 1, 1)


def noon(day: date) -> datetime:
    """Return noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)


def add_programme(
    session: Session, *, first_day: date = FIRST_DAY, time_zone: str = "UTC"
) -> Programme:
    programme = Programme(
        name="Sample",
        time_zone=time_zone,
        first_day=first_day,
        is_sample=False,
        created_at=noon(first_day),
    )
    session.add(programme)
    session.flush()
    return programme


def is_found_by_words(session: Session) -> bool:
    """Tell whether the words that searches go by are those of everybody's name and address."""
    kept: dict[int, set[str]] = {}
    for one in session.scalars(select(PersonWord)):
        kept.setdefault(one.person_id, set()).add(one.word)
    everybody = session.scalars(select(Person)).all()
    return kept == {person.id: words_of(person.name, person.email) for person in everybody}


def add_person(
    session: Session,
    email: str = "ada@example.com",
    *,
    name: str = "",
    joined: date = FIRST_DAY,
    team: Team | None = None,
    role: str = "advocate",
) -> Person:
    return people.add_person(
        session,
        email=email,
        name=name or email.partition("@")[0].title(),
        role=role,
        team=team,
        joined=joined,
        now=noon(joined),
    )


def add_team(session: Session, name: str) -> Team:
    team = people.find_or_add_team(session, name)
    assert team is not None
    return team


def add_contacts(session: Session, person: Person, *texts: str) -> list[int]:
    return find_or_add(session, person.id, texts, noon(FIRST_DAY))


def log(
    session: Session,
    person: Person,
    contacts: int | Sequence[int],
    day: date,
    kind: str = "wrote",
    *,
    began: str = "advocate",
    answered: bool | Sequence[bool] = True,
    today: date | None = None,
    reported: bool = False,
) -> Conversation:
    """Log a conversation on its day, or later when ``today`` says so."""
    contacts = [contacts] if isinstance(contacts, int) else contacts
    replies = [answered] * len(contacts) if isinstance(answered, bool) else answered
    hold(session, person.id)
    told = NewConversation(person.id, contacts, Said(day, kind, began, replies), reported=reported)
    (number,) = record(session, [told], noon(today or day))
    return get_conversation(session, person.id, number)


def participant(session: Session, conversation: Conversation, contact: int) -> Participant:
    (found,) = (
        one for one in participants_of(session, conversation.id) if one.contact_id == contact
    )
    return found


def add_item(session: Session, title: str = "A story") -> Item:
    item = Item(title=title, state=State.PUBLISHED, created_at=noon(FIRST_DAY))
    session.add(item)
    session.flush()
    return item


def share(
    session: Session,
    person: Person,
    item: Item,
    day: date,
    *,
    today: date | None = None,
    reported: bool = False,
) -> int:
    (number,) = shares.record(
        session,
        [NewShare(person.id, item.id, "linkedin", day, reported=reported)],
        noon(today or day),
    )
    return number


def put_question(session: Session, conversation: int, by: Person) -> int:
    """Write a question down, whether the conversation has an entry (still) or none."""
    made = Question(
        conversation_id=conversation, asked_by=by.id, asked_at=noon(FIRST_DAY), text="Why?"
    )
    session.add(made)
    session.flush()
    return made.id


def ledger(session: Session, *, tie: int | None = None) -> dict[tuple[date, str, str | None], int]:
    """Return what the ledger says, by day, rule and evidence, what adds up to nothing left out."""
    sums: Counter[tuple[date, str, str | None]] = Counter()
    for entry in entries(session):
        if tie is None or entry.tie_id == tie:
            sums[entry.day, entry.rule, entry.evidence] += entry.points
    return {key: points for key, points in sums.items() if points}


def entries(session: Session) -> list[Entry]:
    return list(session.scalars(select(Entry).order_by(Entry.id)))


def points_in(session: Session, person: Person, period: str) -> int:
    session.expire_all()
    standing = session.get(Standing, (person.id, period))
    return standing.points if standing else 0
