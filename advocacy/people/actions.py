"""Writing persons, teams and profiles."""

from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from advocacy.core import time
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.core.text import check_length, check_letters
from advocacy.people import queries, rules
from advocacy.people.models import Absence, Membership, Person, PersonWord, ProfileVersion, Team
from advocacy.people.rules import Role
from advocacy.programme.queries import get_programme


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    role: str = Role.ADVOCATE,
    team: Team | None = None,
    title: str = "",
    preferred_name: str = "",
    say_it: str = "",
    joined: date,
    now: datetime,
) -> Person:
    """Add a person. Contacts with this address become colleagues: the caller settles their ties.

    :raises Invalid: naming the field.
    :raises Conflict: when somebody has the address already.
    """
    person = Person(
        email=checked_email(email),
        name=checked_name(name),
        role=checked_role(role),
        title=_short(title, rules.TITLE_LENGTH, "title"),
        preferred_name=_short(preferred_name, rules.NAME_LENGTH, "preferred_name"),
        say_it=_short(say_it, rules.NAME_LENGTH, "say_it"),
        joined=joined,
        team_id=team.id if team else None,
        created_at=now,
    )
    if queries.find_person_by_email(session, person.email):
        raise Conflict(f"Somebody with the address {person.email} is here already.", field="email")
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, since=joined, team_id=person.team_id))
    session.flush()
    keep_words(session, person)
    return person


def keep_words(session: Session, person: Person) -> None:
    """Let a person be found by the name and the address of now."""
    session.execute(delete(PersonWord).where(PersonWord.person_id == person.id))
    words = sorted(rules.words_of(person.name, person.email))
    if words:
        rows = [{"person_id": person.id, "word": word} for word in words]
        session.execute(insert(PersonWord), rows)


def change_person(
    session: Session,
    person: Person,
    *,
    name: str,
    title: str,
    preferred_name: str,
    say_it: str,
) -> None:
    """Change what a person is called.

    :raises Invalid: naming the field.
    """
    person.name = checked_name(name)
    person.title = _short(title, rules.TITLE_LENGTH, "title")
    person.preferred_name = _short(preferred_name, rules.NAME_LENGTH, "preferred_name")
    person.say_it = _short(say_it, rules.NAME_LENGTH, "say_it")
    session.flush()
    keep_words(session, person)


def change_called(session: Session, person: Person, *, preferred_name: str, say_it: str) -> None:
    """Change what a person likes to be called.

    :raises Invalid: naming the field.
    """
    person.preferred_name = _short(preferred_name, rules.NAME_LENGTH, "preferred_name")
    person.say_it = _short(say_it, rules.NAME_LENGTH, "say_it")
    session.flush()


def set_role(session: Session, person: Person, role: str) -> None:
    """Give a person a role.

    :raises Conflict: when nobody would be left to administer.
    """
    role = checked_role(role)
    if person.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _keep_an_administrator(session, person)
    person.role = role
    session.flush()


def move_to_team(session: Session, person: Person, team: Team | None, day: date) -> None:
    """Put a person into a team, or none, from a day on."""
    team_id = team.id if team else None
    if person.team_id == team_id:
        return
    person.team_id = team_id
    later = delete(Membership).where(Membership.person_id == person.id, Membership.since > day)
    session.execute(later)  # of somebody who is still to join
    known = session.get(Membership, (person.id, day))
    if known is None:
        session.add(Membership(person_id=person.id, since=day, team_id=team_id))
    else:
        known.team_id = team_id
    session.flush()


def deactivate(session: Session, person: Person, now: datetime) -> None:
    """Deactivate a person; the history stays. The caller ends the sessions.

    :raises Conflict: when nobody would be left to administer.
    """
    if person.deactivated_at is None:
        _keep_an_administrator(session, person)
        person.deactivated_at = now
        day = time.day_of(now, get_programme(session).time_zone)
        absence = queries.last_absence(session, person.id)
        if absence is None or (absence.back_on and absence.back_on < day):
            session.add(Absence(person_id=person.id, gone_on=day))
        else:  # back today, and gone again
            absence.back_on = None
        session.flush()


def activate(session: Session, person: Person, now: datetime) -> None:
    """Let a deactivated person in again."""
    person.deactivated_at = None
    absence = queries.last_absence(session, person.id)
    if absence is not None and absence.back_on is None:
        day = time.day_of(now, get_programme(session).time_zone)
        if day > absence.gone_on:
            absence.back_on = day
        else:
            session.delete(absence)
    session.flush()


def check_joined(person: Person, joined: date, today: date) -> None:
    """Refuse a day of joining to come for somebody who has joined.

    :raises Invalid: naming the field.
    """
    if person.joined <= today < joined:
        raise Invalid(
            f"{person.called} has joined already: until that day nothing would count.",
            field="joined",
        )


def set_joined(session: Session, person: Person, joined: date) -> None:
    """Set the day a person joined. The caller settles the person's ties again."""
    person.joined = joined
    session.flush()


def set_left_ranking(session: Session, person: Person, left: bool) -> None:
    """Take a person off the boards at the own wish, or back onto them."""
    person.left_ranking = left
    session.flush()


def find_or_add_team(session: Session, name: str) -> Team | None:
    """Return the team of that name, made when it is new; None for an empty name.

    :raises Invalid: when the name is too long.
    """
    name = rules.clean_name(name)
    if not name:
        return None
    _short(name, rules.TEAM_LENGTH, "team")
    team = queries.find_team(session, name)
    if team is None:
        team = Team(name=name, name_key=rules.team_key(name))
        session.add(team)
        session.flush()
    return team


def rename_team(session: Session, team: Team, name: str) -> None:
    """Rename a team.

    :raises Invalid: when the name is empty, too long or taken.
    """
    name = rules.clean_name(name)
    if not name:
        raise Invalid("A team needs a name.", field="name")
    _short(name, rules.TEAM_LENGTH, "name")
    other = queries.find_team(session, name)
    if other is not None and other.id != team.id:
        raise Invalid(f"There is a team {other.name} already.", field="name")
    team.name, team.name_key = name, rules.team_key(name)
    session.flush()


def propose_profile(
    session: Session,
    person: Person,
    *,
    headline: str,
    words: str,
    photo: bytes | None,
    keep_photo: bool,
    replaces: int | None,
    proposed_by: int,
    now: datetime,
) -> ProfileVersion:
    """Propose a version of a person's profile; it is shown once the person agrees.

    A version that still waits gives way to it. What is shown stays as it is.

    :param photo: a picture as ``photos.small_jpeg`` gives it, None for none.
    :param keep_photo: take the photo of the version that waits or, without one, is shown.
    :param replaces: the waiting version that the proposer has seen.
    :raises Invalid: naming the field.
    :raises Conflict: when somebody else proposed meanwhile, or the person left.
    """
    headline = _short(headline, rules.HEADLINE_LENGTH, "headline")
    if not headline:
        raise Invalid(
            "A headline is needed: what the person does, in a few words.", field="headline"
        )
    words = _checked_words(words)
    queries.hold_person(session, person.id)
    session.refresh(person, ["deactivated_at"])
    if person.deactivated_at is not None:
        raise Conflict(f"{person.called} is deactivated: there is nobody to agree.")
    waiting = queries.proposed_profile(session, person.id)
    if (waiting.id if waiting else None) != replaces:
        raise Conflict(
            "What waits for a yes was changed while you had this open. Look at it, then send "
            "yours or leave it."
        )
    if photo is None and keep_photo:
        before = waiting or queries.shown_profile(session, person.id)
        photo = queries.photo_of_version(session, before.id) if before else None
    if waiting is not None:
        _end(waiting, now)
    version = ProfileVersion(
        person_id=person.id,
        headline=headline,
        words=words,
        photo=photo,
        has_photo=photo is not None,
        proposed_by=proposed_by,
        proposed_at=now,
    )
    session.add(version)
    session.flush()
    return version


def agree_to_profile(session: Session, person_id: int, version_id: int, now: datetime) -> bool:
    """Show a version of one's profile from now on, instead of the one before.

    :returns: whether anything changed; agreeing twice changes nothing.
    :raises NotFound: when it is not a version of this person's.
    :raises Conflict: when it does not wait any more.
    """
    version = _held_version(session, person_id, version_id)
    if version.ended_at is not None:
        raise Conflict("This version gave way to another one. Here is what stands now.")
    if version.agreed_at is not None:
        return False
    shown = queries.shown_profile(session, person_id)
    if shown is not None:
        _end(shown, now)
    version.agreed_at = now
    session.flush()
    return True


def decline_profile(session: Session, person_id: int, version_id: int, now: datetime) -> bool:
    """Say no to a version that waits; what is shown stays.

    :returns: whether anything changed.
    :raises NotFound: when it is not a version of this person's.
    :raises Conflict: when the person agreed to it meanwhile.
    """
    version = _held_version(session, person_id, version_id)
    if version.ended_at is not None:
        return False
    if version.agreed_at is not None:
        raise Conflict("You agreed to this version meanwhile. You can take it down below.")
    _end(version, now)
    session.flush()
    return True


def withdraw_profile(session: Session, person_id: int, now: datetime) -> bool:
    """Show nothing of a person any more, and decline what waits.

    :returns: whether anything changed.
    """
    queries.hold_person(session, person_id)
    versions = [
        version
        for version in (
            queries.shown_profile(session, person_id),
            queries.proposed_profile(session, person_id),
        )
        if version is not None
    ]
    for version in versions:
        _end(version, now)
    session.flush()
    return bool(versions)


def _held_version(session: Session, person_id: int, version_id: int) -> ProfileVersion:
    queries.hold_person(session, person_id)
    version = session.get(ProfileVersion, version_id, populate_existing=True)
    if version is None or version.person_id != person_id:
        raise NotFound("There is no such version of your profile.")
    return version


def _end(version: ProfileVersion, now: datetime) -> None:
    """End a version. Nobody can see it any more, so neither words nor photo are kept."""
    version.ended_at = now
    version.headline = version.words = ""
    version.photo = None
    version.has_photo = False


def _checked_words(words: str) -> str:
    words = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    check_length(words, rules.WORDS_LENGTH, field="words")
    if "\0" in words:
        raise Invalid("A control character cannot stand here.", field="words")
    return words


def checked_email(email: str) -> str:
    """Return an address as it is kept.

    :raises Invalid: when it is not one.
    """
    key = rules.email_key(email)
    local, _, host = key.partition("@")
    if not local or not host or "@" in host or any(letter.isspace() for letter in key):
        raise Invalid("An e-mail address looks like name@example.org.", field="email")
    return _short(key, rules.EMAIL_LENGTH, "email")


def checked_name(name: str) -> str:
    """Return a name as it is kept.

    :raises Invalid: when it is empty or too long.
    """
    name = rules.clean_name(name)
    if not name:
        raise Invalid("A name is needed.", field="name")
    return _short(name, rules.NAME_LENGTH, "name")


def checked_role(role: str) -> Role:
    """Return a role.

    :raises Invalid: when it is none of the three.
    """
    try:
        return Role(role.strip().lower())
    except ValueError as error:
        raise Invalid("A role is advocate, manager or administrator.", field="role") from error


def _short(text: str, limit: int, field: str) -> str:
    text = rules.clean_name(text)
    check_length(text, limit, field=field)
    check_letters(text, field=field)
    return text


def _keep_an_administrator(session: Session, person: Person) -> None:
    """Hold the administrators and refuse when this person is the only one that is active."""
    active = session.scalars(
        select(Person.id)
        .where(Person.role == Role.ADMINISTRATOR, Person.deactivated_at.is_(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if list(active) == [person.id]:
        raise Conflict(
            f"{person.called} is the only administrator. Make somebody else one first.",
            field="role",
        )
