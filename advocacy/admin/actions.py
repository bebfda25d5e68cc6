"""What an administrator does, each verb with what follows from it: points, sign-ins, the trail.

Administrators take turns: each verb holds the programme alone, so nothing is posted meanwhile.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from advocacy.admin.rules import EARLIEST_DAY, LATEST_DAY
from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth.actions import end_links, end_sign_ins, make_link, withdraw_invitation
from advocacy.auth.queries import has_password, without_way_in
from advocacy.auth.rules import Purpose
from advocacy.contacts.queries import ties_of, ties_with_emails
from advocacy.conversations.actions import hold, settle_ties
from advocacy.core.errors import Conflict, Invalid
from advocacy.core.stale import check_stamp
from advocacy.core.time import day_of
from advocacy.factors.actions import remove_all
from advocacy.mail.actions import recall
from advocacy.people import actions as people
from advocacy.people.models import Person, Team
from advocacy.people.queries import (
    find_team,
    fresh_person,
    get_team,
    hold_everybody,
    hold_to_administer,
)
from advocacy.people.rules import clean_name, email_key
from advocacy.points.queries import last_closed_month
from advocacy.points.standings import recounted
from advocacy.programme import actions as programme_actions
from advocacy.programme.models import Programme
from advocacy.programme.queries import get_programme, hold_for_closing
from advocacy.shares.actions import settle_person

CHUNK = 1000
"""How many ties are settled at once."""
INVITED_AT_ONCE = 100
"""How many people are invited in one transaction: who writes meanwhile waits no longer."""


def settings_of(programme: Programme) -> tuple[object, ...]:
    """Return the programme's settings: what a form is opened with."""
    return (
        programme.name,
        programme.time_zone,
        programme.first_day,
        programme.second_step_required,
    )


def said_of(person: Person) -> tuple[object, ...]:
    """Return what an administrator says of a person: what a form is opened with."""
    return person.name, person.title, person.team_id or "", person.role, person.joined


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    title: str,
    team_id: int | None,
    role: str,
    joined: date,
    actor_id: int | None,
    now: datetime,
) -> Person:
    """Add a person, and settle the ties of contacts who turn out to be this colleague.

    :raises DomainError: naming the field.
    """
    hold_for_closing(session)
    team = get_team(session, team_id) if team_id is not None else None
    _check_day(joined, "joined")
    known = ties_with_emails(session, [email_key(people.checked_email(email))])
    for number in sorted(set(known.values())):
        hold(session, number)
    person = people.add_person(
        session,
        email=email,
        name=name,
        role=role,
        team=team,
        title=title,
        joined=joined,
        now=now,
    )
    settle_ties(session, known, now)
    note(
        session,
        Action.PERSON_ADDED,
        actor_id=actor_id,
        subject_id=person.id,
        detail=person.role,
        now=now,
    )
    return person


def change_person(
    session: Session,
    person_id: int,
    *,
    seen: str,
    name: str,
    title: str,
    team_id: int | None,
    role: str,
    joined: date,
    actor_id: int | None,
    now: datetime,
) -> Person:
    """Change what is said of a person; a moved day of joining is settled at once.

    :param seen: the mark of what the form was opened with.
    :raises DomainError: naming the field; ``Conflict`` when it was changed meanwhile or nobody
        would be left to administer.
    """
    person = _hold_person_alone(session, person_id)
    check_stamp(seen, *said_of(person))
    team = get_team(session, team_id) if team_id is not None else None

    def noted(action: Action, detail: str) -> None:
        note(session, action, actor_id=actor_id, subject_id=person.id, detail=detail, now=now)

    before = (person.name, person.title)
    people.change_person(
        session,
        person,
        name=name,
        title=title,
        preferred_name=person.preferred_name,
        say_it=person.say_it,
    )
    named = zip(("name", "title"), before, (person.name, person.title), strict=True)
    changed = [word for word, old, new in named if old != new]
    if person.team_id != team_id:
        today = day_of(now, get_programme(session).time_zone)
        people.move_to_team(session, person, team, today)
        changed.append("team")
    if person.role != role:
        people.set_role(session, person, role)
        noted(Action.ROLE_CHANGED, person.role)
    if person.joined != joined:
        _check_day(joined, "joined")
        today = day_of(now, get_programme(session).time_zone)
        people.check_joined(person, joined, today)
        people.set_joined(session, person, joined)
        settle_ties(session, ties_of(session, person.id), now)
        settle_person(session, person, now)
        changed.append("joined")
    if changed:
        noted(Action.PERSON_CHANGED, ", ".join(changed))
    return fresh_person(session, person_id)


def deactivate(session: Session, person_id: int, *, actor_id: int | None, now: datetime) -> Person:
    """Deactivate a person: sign-ins and links end at once, the history stays.

    :raises Conflict: when nobody would be left to administer.
    """
    person = _hold_person_alone(session, person_id)
    if person.deactivated_at is None:
        with recounted(session, person):
            people.deactivate(session, person, now)
        end_sign_ins(session, person.id)
        end_links(session, person.id)
        note(session, Action.DEACTIVATED, actor_id=actor_id, subject_id=person.id, now=now)
    return person


def activate(session: Session, person_id: int, *, actor_id: int | None, now: datetime) -> Person:
    """Let a deactivated person in again, with the password of before."""
    person = _hold_person_alone(session, person_id)
    if person.deactivated_at is not None:
        with recounted(session, person):
            people.activate(session, person, now)
        end_sign_ins(session, person.id)  # one begun while the person was being deactivated
        note(session, Action.ACTIVATED, actor_id=actor_id, subject_id=person.id, now=now)
    return person


def new_link(
    session: Session, person_id: int, *, actor_id: int | None, now: datetime
) -> tuple[Person, str]:
    """Make a person a new one-time link; every one before ends, also of a forgotten password.

    :raises Conflict: when the person is deactivated, or oneself.
    """
    _refuse_own(person_id, actor_id)
    person = _hold_person_alone(session, person_id)
    if person.deactivated_at is not None:
        raise Conflict(f"{person.called} is deactivated. Activate first, then make a link.")
    end_links(session, person.id)
    for letter in ("invitation", "forgotten"):
        recall(session, letter, to=person.email)
    return person, _noted_link(session, person, actor_id, now)


def _refuse_own(person_id: int, actor_id: int | None) -> None:
    """Keep whoever finds an administrator's browser open from taking the account over."""
    if person_id == actor_id:
        raise Conflict("Your own way in changes on your page “Signing in”, with your password.")


def invite(
    session: Session, person_id: int, *, actor_id: int | None, now: datetime
) -> tuple[Person, str]:
    """Make a person a link that goes out in a letter; the one before ends.

    :returns: the person, and the code that the caller posts.
    :raises Conflict: when the person is deactivated.
    """
    person = _hold_person_alone(session, person_id)
    if person.deactivated_at is not None:
        raise Conflict(f"{person.called} is deactivated. Activate first, then invite.")
    return person, _invited(session, person, actor_id, now)


def invite_some(
    session: Session, *, actor_id: int | None, now: datetime
) -> list[tuple[Person, str]]:
    """Invite some of those who can get in by nothing yet.

    :returns: the persons, each with the code that the caller posts; nobody when all are invited.
    """
    hold_for_closing(session)
    return [
        (person, _invited(session, person, actor_id, now))
        for person in without_way_in(session, now, limit=INVITED_AT_ONCE)
    ]


def _invited(session: Session, person: Person, actor_id: int | None, now: datetime) -> str:
    purpose = Purpose.FORGOTTEN if has_password(session, person.id) else Purpose.INVITATION
    code = make_link(session, person.id, now, purpose=purpose, by_mail=True)
    note(session, Action.INVITED, actor_id=actor_id, subject_id=person.id, now=now)
    return code


def withdraw(session: Session, person_id: int, *, actor_id: int | None, now: datetime) -> Person:
    """Withdraw a person's invitation: its link opens nothing any more."""
    person = _hold_person_alone(session, person_id)
    withdraw_invitation(session, person_id)
    recall(session, "invitation", to=person.email)
    note(session, Action.INVITATION_WITHDRAWN, actor_id=actor_id, subject_id=person.id, now=now)
    return person


def forget_factors(
    session: Session, person_id: int, *, actor_id: int | None, now: datetime
) -> tuple[Person, bool]:
    """Remove the second step of somebody who lost it, and sign that person out everywhere.

    :returns: the person, and whether there was one.
    :raises Conflict: when it is one's own.
    """
    _refuse_own(person_id, actor_id)
    person = _hold_person_alone(session, person_id)
    had_one = remove_all(session, person.id)
    if had_one:
        end_sign_ins(session, person.id)
        note(session, Action.FACTOR_REMOVED, actor_id=actor_id, subject_id=person.id, now=now)
    return person, had_one


def add_team(session: Session, name: str, *, actor_id: int | None, now: datetime) -> Team:
    """Add a team.

    :raises Invalid: when the name is empty, too long or taken.
    """
    hold_for_closing(session)
    if "\0" not in name and (known := find_team(session, clean_name(name))) is not None:
        raise Invalid(f"There is a team {known.name} already.", field="name")
    team = people.find_or_add_team(session, name)
    if team is None:
        raise Invalid("A team needs a name.", field="name")
    _note_team(session, team, "added", actor_id, now)
    return team


def rename_team(
    session: Session, team_id: int, name: str, *, seen: str, actor_id: int | None, now: datetime
) -> Team:
    """Rename a team.

    :raises Invalid: when the name is empty, too long or taken.
    :raises Conflict: when it was renamed meanwhile.
    """
    hold_for_closing(session)
    team = get_team(session, team_id)
    session.refresh(team)
    check_stamp(seen, team.name)
    before = team.name
    people.rename_team(session, team, name)
    if team.name != before:
        _note_team(session, team, "renamed", actor_id, now)
    return team


def change_settings(
    session: Session,
    *,
    seen: str,
    name: str,
    time_zone: str,
    first_day: date,
    second_step_required: bool,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Change the programme's settings; a first day that moves back is settled for everybody.

    :raises Invalid: naming the field.
    :raises Conflict: when they were changed meanwhile, or a month is closed already.
    """
    hold_for_closing(session)
    programme = get_programme(session)
    before = settings_of(programme)
    check_stamp(seen, *before)
    programme_actions.describe(programme, name=name, time_zone=time_zone.strip())
    programme.second_step_required = second_step_required
    if first_day != programme.first_day:
        if last_closed_month(session) is not None:
            raise Conflict(
                "A month is closed, so the first day stays where it is.", field="first_day"
            )
        _check_day(first_day, "first_day")
        today = day_of(now, programme.time_zone)
        programme_actions.set_first_day(programme, first_day, today=today)
        session.flush()
        _settle_everybody(session, now)
    after = settings_of(programme)
    step = "required" if second_step_required else "not required"
    words = ("name", "time zone", f"first day {programme.first_day}", f"second step {step}")
    changed = [word for word, old, new in zip(words, before, after, strict=True) if old != new]
    if changed:
        note(
            session,
            Action.SETTINGS_CHANGED,
            actor_id=actor_id,
            detail=", ".join(changed),
            now=now,
        )
    session.flush()


def _hold_person_alone(session: Session, person_id: int) -> Person:
    hold_for_closing(session)
    hold_to_administer(session, person_id)
    return fresh_person(session, person_id)


def _settle_everybody(session: Session, now: datetime) -> None:
    numbers = hold_everybody(session)
    ties = sorted(ties_of(session).items(), key=lambda tie: (tie[1], tie[0]))
    for at in range(0, len(ties), CHUNK):
        settle_ties(session, dict(ties[at : at + CHUNK]), now)
    for number in numbers:
        settle_person(session, fresh_person(session, number), now)


def _noted_link(session: Session, person: Person, actor_id: int | None, now: datetime) -> str:
    code = make_link(session, person.id, now)
    note(session, Action.LINK_MADE, actor_id=actor_id, subject_id=person.id, now=now)
    return code


def _note_team(
    session: Session, team: Team, what: str, actor_id: int | None, now: datetime
) -> None:
    note(session, Action.TEAM_CHANGED, actor_id=actor_id, detail=f"team {team.id} {what}", now=now)


def _check_day(day: date, field: str) -> None:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise Invalid(
            f"A day from {EARLIEST_DAY:%-d %B %Y} to {LATEST_DAY:%-d %B %Y}, please.", field=field
        )
