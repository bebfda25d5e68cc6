"""Filling an empty database with the sample programme."""

from datetime import date, datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from advocacy.auth.actions import set_password
from advocacy.config import Settings
from advocacy.contacts.actions import find_or_add
from advocacy.contacts.models import Contact
from advocacy.content.models import Item
from advocacy.content.rules import State
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import day_of, first_day, month_of, shift_month
from advocacy.demo import rules
from advocacy.demo.rules import ACTORS, ITEMS, MONTHS, Actor
from advocacy.people.actions import add_person, find_or_add_team, set_left_ranking
from advocacy.people.models import Person, ProfileVersion
from advocacy.people.queries import has_administrator
from advocacy.programme.actions import start
from advocacy.recognition.actions import close_months
from advocacy.shares.actions import NewShare
from advocacy.shares.actions import record as record_shares

SHARED_CONTACTS = 2


def fill(database: Database, settings: Settings, now: datetime) -> bool:
    """Fill a database with the sample programme, unless somebody is in it already.

    All or nothing: one transaction. All but the last two months are closed.

    :param settings: they name the folder that the files of closed months are kept in.
    :returns: whether it was filled now.
    """
    with database.writing() as session:
        programme = start(session, time_zone=rules.TIME_ZONE, now=now, is_sample=True)
        if has_administrator(session):
            return False
        programme.name, programme.is_sample = rules.PROGRAMME, True
        programme.time_zone = rules.TIME_ZONE
        today = day_of(now, programme.time_zone)
        start_day = first_day(shift_month(month_of(today), 1 - MONTHS))
        programme.first_day = start_day
        session.flush()
        people = [_add_person(session, actor, start_day, now) for actor in ACTORS]
        items = _add_items(session, start_day, now)
        for actor, person in zip(ACTORS, people, strict=True):
            _add_talks(session, actor, person, (start_day, today), now)
            _add_shares(session, person, items, (start_day, today), now)
        _add_profiles(session, people, now)
        session.flush()
        session.expire_all()
        close_months(
            session,
            shift_month(month_of(today), -2),
            closed_by=people[-2].id,
            now=now,
            data=settings.data,
        )
    return True


def _add_person(session: Session, actor: Actor, start_day: date, now: datetime) -> Person:
    joined = first_day(shift_month(month_of(start_day), actor.joined_month))
    person = add_person(
        session,
        email=actor.email,
        name=actor.name,
        role=actor.role,
        team=find_or_add_team(session, actor.team),
        title=actor.title,
        say_it=actor.say_it,
        joined=joined,
        now=now,
    )
    if actor.name in rules.PASSWORD_FOR:
        set_password(session, person.id, rules.PASSWORD, now)
    set_left_ranking(session, person, actor.left_ranking)
    return person


def _add_items(session: Session, start_day: date, now: datetime) -> list[Item]:
    items = []
    for number, (title, url, text, topics) in enumerate(ITEMS):
        published = now - timedelta(days=(len(ITEMS) - number) * 23)
        items.append(
            Item(
                title=title,
                url=url,
                text=text,
                topics=topics,
                state=State.PUBLISHED,
                published_at=published,
                created_at=published,
            )
        )
    session.add_all(items)
    session.flush()
    return items


def _add_talks(
    session: Session, actor: Actor, person: Person, days: tuple[date, date], now: datetime
) -> None:
    start_day, today = days
    hold(session, person.id)
    contacts = find_or_add(session, person.id, rules.contacts_of(actor), now)
    for number in contacts[:SHARED_CONTACTS]:
        contact = session.get(Contact, number)
        if contact is not None:
            contact.shared = True
    talks = list(rules.talks_of(actor, start_day, today))
    old = today - timedelta(days=10)
    record(
        session,
        [
            NewConversation(
                person_id=person.id,
                contacts=[contacts[talk.contact]],
                said=Said(
                    day=talk.day,
                    kind=talk.kind,
                    began=talk.began,
                    answered=[talk.answered],
                    note=talk.note,
                ),
                reported=talk.day < old,
            )
            for talk in talks
        ],
        now,
    )


def _add_shares(
    session: Session, person: Person, items: list[Item], span: tuple[date, date], now: datetime
) -> None:
    start_day, today = span
    days = [start_day + timedelta(days=n) for n in range((today - start_day).days + 1)]
    shares = [
        NewShare(
            person_id=person.id,
            item_id=items[rules.dice(person.name, day, "what") % len(items)].id,
            channel="linkedin" if day.day % 2 else "mastodon",
            day=day,
            reported=True,
        )
        for day in days
        if day >= person.joined and rules.dice(person.name, day, "shares") < 9
    ]
    if shares:
        record_shares(session, shares, now)


def _add_profiles(session: Session, people: list[Person], now: datetime) -> None:
    """Propose two profiles; one is agreed to, the other waits for a yes."""
    for person, agreed in ((people[1], True), (people[0], False)):
        session.add(
            ProfileVersion(
                person_id=person.id,
                headline=f"{person.title}, and good to talk to",
                words=f"{person.called} answers the letters that come in late at night.",
                photo=_portrait(person),
                has_photo=True,
                proposed_by=people[-2].id,
                proposed_at=now,
                agreed_at=now if agreed else None,
            )
        )


def _portrait(person: Person) -> bytes:
    """Draw a picture that is plainly nobody's: two circles on a warm ground."""
    ground = ("#f3d9cf", "#dbe6f0", "#f2e3c2", "#d5e6dc", "#e6dcf0")[person.id % 5]
    picture = Image.new("RGB", (256, 256), ground)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((84, 52, 172, 140), fill="#7a2e1d")
    draw.ellipse((44, 152, 212, 320), fill="#7a2e1d")
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
