"""Reading persons, teams and profiles."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from advocacy.core.errors import NotFound
from advocacy.core.statements import built_once
from advocacy.people.models import Absence, Membership, Person, ProfileVersion, Team
from advocacy.people.rules import Role, email_key, team_key


def get_person(session: Session, person_id: int) -> Person:
    """Return a person with the team.

    :raises NotFound: when there is none of that number.
    """
    person = session.get(Person, person_id, options=[joinedload(Person.team)])
    if person is None:
        raise NotFound("There is nobody of that number here.")
    return person


def fresh_person(session: Session, person_id: int) -> Person:
    """Return a person with the team as the database has them now. Hold the person before.

    :raises NotFound: when there is none of that number.
    """
    person = session.get(
        Person, person_id, options=[joinedload(Person.team)], populate_existing=True
    )
    if person is None:
        raise NotFound("There is nobody of that number here.")
    return person


def find_person_by_email(session: Session, email: str) -> Person | None:
    """Return the person with an e-mail address, case and spaces aside."""
    if "\0" in email:
        return None  # no database takes it, and nobody has it
    return session.scalar(
        select(Person).where(Person.email == email_key(email)).options(joinedload(Person.team))
    )


def get_person_by_email(session: Session, email: str) -> Person:
    """Return the person with an e-mail address.

    :raises NotFound: when nobody has it.
    """
    person = find_person_by_email(session, email)
    if person is None:
        raise NotFound(f"Nobody here has the address {email[:254]}.", field="email")
    return person


def people_by_email(session: Session, emails: Collection[str]) -> dict[str, Person]:
    """Return persons by e-mail address, those that are known."""
    people = session.scalars(select(Person).where(Person.email.in_(sorted(emails))))
    return {person.email: person for person in people}


def names_of(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Return the names of persons by their number."""
    if not numbers:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(sorted(numbers))))
    return {number: name for number, name in rows}


def hold_person(session: Session, person_id: int) -> None:
    """Hold a person, so that what is written about one is written one after the other."""
    session.connection().execute(*_held(person_id))


@built_once
def _held(person_id: int) -> Select[int]:
    return select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)


def hold_to_administer(session: Session, person_id: int) -> None:
    """Hold a person and every active administrator, in one order, before a role changes."""
    session.execute(
        select(Person.id)
        .where(
            or_(
                Person.id == person_id,
                and_(Person.role == Role.ADMINISTRATOR, Person.deactivated_at.is_(None)),
            )
        )
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )


def hold_everybody(session: Session) -> list[int]:
    """Hold all persons in order of their number, and return the numbers."""
    return list(
        session.scalars(select(Person.id).order_by(Person.id).with_for_update(key_share=True))
    )


def has_administrator(session: Session) -> bool:
    """Tell whether an active administrator exists; if not, the first set-up is still to come."""
    return count_administrators(session) > 0


def administrators(session: Session) -> list[Person]:
    """Return the active administrators."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.role == Role.ADMINISTRATOR, Person.deactivated_at.is_(None))
            .order_by(Person.id)
        )
    )


def count_administrators(session: Session) -> int:
    """Return how many active administrators there are."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Person)
            .where(Person.role == Role.ADMINISTRATOR, Person.deactivated_at.is_(None))
        )
        or 0
    )


def count_people(session: Session) -> tuple[int, int]:
    """Return how many people are active, and how many are deactivated."""
    everybody = select(func.count()).select_from(Person).scalar_subquery()
    gone = (
        select(func.count()).where(Person.deactivated_at.is_not(None)).scalar_subquery()
    )  # few, along their index
    people, deactivated = session.execute(select(everybody, gone)).one()
    return people - deactivated, deactivated


def has_colleagues(session: Session) -> bool:
    """Tell whether anybody is active beside the first."""
    found = select(Person.id).where(Person.deactivated_at.is_(None)).limit(2)
    return len(session.scalars(found).all()) > 1


def count_teams(session: Session) -> int:
    """Return how many teams there are."""
    return session.scalar(select(func.count()).select_from(Team)) or 0


_TEAMS = select(Team).order_by(Team.name_key)


def teams(session: Session) -> list[Team]:
    """Return all teams by name."""
    return list(session.scalars(_TEAMS).all())


def find_team(session: Session, name: str) -> Team | None:
    """Return a team by its name, case and spaces aside."""
    return session.scalar(select(Team).where(Team.name_key == team_key(name)))


def get_team(session: Session, team_id: int) -> Team:
    """Return a team.

    :raises NotFound: when there is none of that number.
    """
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("There is no such team.", field="team")
    return team


def team_sizes(session: Session) -> dict[int, int]:
    """Return how many active people each team has, by its number."""
    rows = session.execute(
        select(Person.team_id, func.count())
        .where(Person.deactivated_at.is_(None), Person.team_id.is_not(None))
        .group_by(Person.team_id)
    )
    return {team: people for team, people in rows if team is not None}


def last_absence(session: Session, person_id: int) -> Absence | None:
    """Return when a person was deactivated last, if ever."""
    return session.scalar(
        select(Absence)
        .where(Absence.person_id == person_id)
        .order_by(Absence.gone_on.desc())
        .limit(1)
    )


def ever_in_team(team_id: int) -> Select[int]:
    """Return the query for the numbers of everybody who is, or was once, in a team."""
    return select(Membership.person_id).where(Membership.team_id == team_id)


def team_on(
    session: Session, day: date, people: Collection[int] | Select[int] | None = None
) -> dict[int, int | None]:
    """Return people's team on a day, by the person's number; before the first, the first.

    :param people: their numbers, or the query for these; without, everybody.
    """
    latest: dict[int, int | None] = {}
    first: dict[int, int | None] = {}
    rows = session.execute(
        select(Membership.person_id, Membership.since, Membership.team_id)
        .where(true() if people is None else Membership.person_id.in_(people))
        .order_by(Membership.person_id, Membership.since)
    )
    for person, since, team in rows:
        first.setdefault(person, team)
        if since <= day:
            latest[person] = team
    return first | latest


def shown_profile(session: Session, person_id: int) -> ProfileVersion | None:
    """Return the version of a profile that the person agreed to, if it is shown now."""
    return session.scalar(
        select(ProfileVersion)
        .where(
            ProfileVersion.person_id == person_id,
            ProfileVersion.agreed_at.is_not(None),
            ProfileVersion.ended_at.is_(None),
        )
        .order_by(ProfileVersion.id.desc())
        .limit(1)
    )


def proposed_profile(session: Session, person_id: int) -> ProfileVersion | None:
    """Return the version that waits for the person's yes, if one does."""
    return session.scalars(*_proposed(person_id)).first()


@built_once
def _proposed(person_id: int) -> Select[ProfileVersion]:
    return (
        select(ProfileVersion)
        .where(
            ProfileVersion.person_id == person_id,
            ProfileVersion.agreed_at.is_(None),
            ProfileVersion.ended_at.is_(None),
        )
        .order_by(ProfileVersion.id.desc())
        .limit(1)
    )


def photo_of_version(session: Session, version_id: int) -> bytes | None:
    """Return the photo of a version; who may see it is for the caller to know."""
    return session.scalar(select(ProfileVersion.photo).where(ProfileVersion.id == version_id))


def shown_photo(session: Session, person_id: int, version_id: int) -> bytes | None:
    """Return the photo of a version that is shown now, None of any other."""
    return session.scalar(
        select(ProfileVersion.photo)
        .join(Person, Person.id == ProfileVersion.person_id)
        .where(
            ProfileVersion.id == version_id,
            ProfileVersion.person_id == person_id,
            _is_shown(),
            Person.deactivated_at.is_(None),
        )
    )


def get_live_version(session: Session, version_id: int) -> ProfileVersion:
    """Return a version that waits or is shown.

    :raises NotFound: when there is none of that number, or it ended.
    """
    version = session.get(ProfileVersion, version_id)
    if version is None or version.ended_at is not None:
        raise NotFound("There is no such version any more.")
    return version


def shown_profiles(
    session: Session, *, limit: int, offset: int
) -> list[tuple[Person, ProfileVersion]]:
    """Return active people who show a profile, by name, with their teams."""
    rows = session.execute(*_shown_profiles(limit, offset))
    return [(person, version) for person, version in rows]


@built_once
def _shown_profiles(limit: int, offset: int) -> Select[Person, ProfileVersion]:
    return (
        select(Person, ProfileVersion)
        .join(ProfileVersion, ProfileVersion.person_id == Person.id)
        .where(_is_shown(), Person.deactivated_at.is_(None))
        .options(joinedload(Person.team))
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
        .offset(offset)
    )


def live_versions(
    session: Session, numbers: Collection[int]
) -> tuple[dict[int, ProfileVersion], dict[int, ProfileVersion]]:
    """Return what people show, and what waits for their yes, by the person's number."""
    shown: dict[int, ProfileVersion] = {}
    waiting: dict[int, ProfileVersion] = {}
    for version in session.scalars(
        select(ProfileVersion)
        .where(ProfileVersion.person_id.in_(sorted(numbers)), ProfileVersion.ended_at.is_(None))
        .order_by(ProfileVersion.id)
    ):
        (waiting if version.agreed_at is None else shown)[version.person_id] = version
    return shown, waiting


def _is_shown() -> ColumnElement[bool]:
    return and_(ProfileVersion.agreed_at.is_not(None), ProfileVersion.ended_at.is_(None))
