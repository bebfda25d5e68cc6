"""Writing a batch of imported people. They get no letter."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.contacts.queries import ties_of, ties_with_emails
from advocacy.conversations.actions import hold, settle_ties
from advocacy.core.errors import DomainError
from advocacy.imports.outcome import Outcome
from advocacy.imports.rules import PersonRow
from advocacy.imports.spool import Spooled
from advocacy.people import actions
from advocacy.people.models import Person, Team
from advocacy.people.queries import people_by_email
from advocacy.people.rules import Role
from advocacy.programme.queries import hold_for_closing
from advocacy.shares.actions import settle_person


def write(session: Session, batch: Sequence[Spooled], now: datetime, today: date) -> Outcome:
    """Add who is new and change who is given otherwise; an empty cell changes nothing.

    Nobody logs meanwhile: whom they speak with for the first time may be in the file.
    """
    hold_for_closing(session)
    outcome = Outcome()
    rows = [(spooled, PersonRow.of(spooled.values)) for spooled in batch]
    emails = {row.email for _, row in rows}
    people = people_by_email(session, emails)
    known_elsewhere = ties_with_emails(session, emails - people.keys())
    for number in sorted({person.id for person in people.values()} | {*known_elsewhere.values()}):
        hold(session, number)
    teams: dict[str, Team | None] = {}
    moved: list[Person] = []
    for spooled, row in rows:
        team = _team(session, teams, row.team)
        person = people.get(row.email)
        try:
            if person is None:
                _add(session, row, team, now, today)
                outcome.add(spooled)
            elif _change(session, person, row, team, now=now, today=today, moved=moved):
                outcome.change(spooled)
            else:
                outcome.keep(spooled)
        except DomainError as refused:
            outcome.refuse(spooled, refused.message)
    settle_ties(session, known_elsewhere, now)
    for person in moved:
        settle_ties(session, ties_of(session, person.id), now)
        settle_person(session, person, now)
    return outcome


def _team(session: Session, teams: dict[str, Team | None], name: str | None) -> Team | None:
    if name is None:
        return None
    if name not in teams:
        teams[name] = actions.find_or_add_team(session, name)
    return teams[name]


def _add(session: Session, row: PersonRow, team: Team | None, now: datetime, today: date) -> None:
    person = actions.add_person(
        session,
        email=row.email,
        name=row.name,
        role=row.role or Role.ADVOCATE,
        team=team,
        title=row.title or "",
        preferred_name=row.preferred_name or "",
        say_it=row.say_it or "",
        joined=row.joined or today,
        now=now,
    )
    note(
        session,
        Action.PERSON_ADDED,
        actor_id=None,
        subject_id=person.id,
        detail=person.role,
        now=now,
    )


def _change(
    session: Session,
    person: Person,
    row: PersonRow,
    team: Team | None,
    *,
    now: datetime,
    today: date,
    moved: list[Person],
) -> bool:
    """Change what is given and different; return whether anything was.

    :raises Invalid: when the day of joining cannot be so; nothing is changed then.
    :raises Conflict: when nobody would be left to administer; nothing is changed then.
    """
    if row.joined is not None:
        actions.check_joined(person, row.joined, today)

    def noted(action: Action, detail: str = "") -> bool:
        note(session, action, actor_id=None, subject_id=person.id, detail=detail, now=now)
        return True

    changed = False
    if row.role is not None and row.role != person.role:
        actions.set_role(session, person, row.role)
        changed = noted(Action.ROLE_CHANGED, row.role)
    called = {
        "name": row.name,
        "title": row.title or person.title,
        "preferred_name": row.preferred_name or person.preferred_name,
        "say_it": row.say_it or person.say_it,
    }
    if any(getattr(person, field) != text for field, text in called.items()):
        actions.change_person(session, person, **called)
        changed = noted(Action.PERSON_CHANGED)
    if row.joined is not None and row.joined != person.joined:
        actions.set_joined(session, person, row.joined)
        moved.append(person)
        changed = noted(Action.PERSON_CHANGED, "joined")
    if team is not None and team.id != person.team_id:
        actions.move_to_team(session, person, team, today)
        changed = noted(Action.TEAM_CHANGED)
    return changed
