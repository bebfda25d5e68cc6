"""A programme that is lived through: generated steps, each a real action at its moment.

Beside the database only what no page can say later is kept: what was said at some moments, who had
left the ranking when a month was closed, in which team who was, and the limits of the rules.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.admin import actions as admin
from advocacy.confirmations import actions as confirmations
from advocacy.confirmations.rules import code_of
from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import ties_of
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import NewConversation, hold, settle_ties
from advocacy.conversations.answering import mark_answered, unmark_answered
from advocacy.conversations.erasing import erase_contact
from advocacy.conversations.models import Conversation
from advocacy.conversations.putting_right import put_right
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.errors import DomainError
from advocacy.core.stale import stamp
from advocacy.core.time import day_of, month_of, shift_month, start_of_day
from advocacy.people.actions import set_left_ranking
from advocacy.people.models import Person
from advocacy.people.queries import fresh_person
from advocacy.points.rule_sets import FIRST_RULES, RuleSet
from advocacy.points.standings import recounted
from advocacy.programme.actions import start
from advocacy.questions.actions import take_back
from advocacy.recognition.actions import close_months
from advocacy.recognition.queries import months
from advocacy.relationships.actions import merge
from advocacy.relationships.explained import explain
from advocacy.rulebook.actions import set_rules
from advocacy.shares import actions as shares
from advocacy.shares.actions import NewShare
from advocacy.shares.models import Share
from tests.builders import add_item

ZONE = "Pacific/Auckland"
"""Far from UTC, so that a day of the one that is taken for a day of the other is found."""
BEGAN = datetime(2026, 1, 11, 20, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 5)
SECRET = "of the links that contacts get"
LATER_COLLEAGUE = "ines@elsewhere.example"
CONTACTS = ("Maria Alves", "Tom", LATER_COLLEAGUE, "Sofia Marin")
TEAMS = ("North", "South")
RULES = (
    FIRST_RULES,
    RuleSet.of_numbers({**FIRST_RULES.numbers(), "word_limit": 9, "called": 9, "share": 2}),
    RuleSet.of_numbers({**FIRST_RULES.numbers(), "wrote_unanswered": 0, "beginning": 0, "met": 7}),
)
MOMENTS = 2  # so many of a history are kept for replaying

Manner = tuple[str, str, tuple[bool, ...]]


class Told(NamedTuple):
    """What is said of a person's month: the sums, and the numbers of the entries behind them."""

    points: int
    seen: int
    word: int
    shares: int
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Moment:
    """What was said of everybody's months at a moment, and which were closed."""

    at: datetime
    told: dict[tuple[int, str], Told]
    closed: frozenset[str]


@dataclass
class World:
    """A programme of four people, one of them its manager; others may be hired."""

    database: Database
    folder: Path
    set_clock: Callable[[datetime], None]
    at: datetime = BEGAN
    people: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    emails: dict[int, str] = field(default_factory=dict)
    joined: dict[int, date] = field(default_factory=dict)
    teams: dict[int, list[tuple[date, str]]] = field(default_factory=dict)
    away: dict[int, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    limits: dict[str, int] = field(default_factory=lambda: {"": FIRST_RULES.word_limit})
    closed: dict[str, frozenset[int]] = field(default_factory=dict)
    """The months that are closed, each with who had left the ranking then."""
    moments: list[Moment] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    last_done: tuple[str, int, int, int] | None = None

    def __post_init__(self) -> None:
        self.set_clock(self.at)
        with self.database.writing() as session:
            start(session, time_zone=ZONE, now=self.at).first_day = FIRST_DAY
            session.flush()
            self.item = add_item(session).id
            self.team_ids = [
                admin.add_team(session, name, actor_id=None, now=self.at).id for name in TEAMS
            ]
        for who, team in (("mina", 0), ("avi", 0), ("noor", 1), ("ben", 1)):
            self._add(f"{who}@example.com", who.title(), "manager" if who == "mina" else "", team)

    @property
    def manager(self) -> int:
        return self.people[0]

    @property
    def gone(self) -> frozenset[int]:
        """Who is deactivated now."""
        return frozenset(one for one, away in self.away.items() if away and away[-1][1] is None)

    def was_gone(self, person: int, at: datetime) -> bool:
        """Tell whether somebody was deactivated at a moment; of who is back only days are known."""
        return any(
            since <= at
            if back is None
            else day_of(since, ZONE) <= day_of(at, ZONE) < day_of(back, ZONE)
            for since, back in self.away.get(person, ())
        )

    @property
    def today(self) -> date:
        return day_of(self.at, ZONE)

    def limit(self, month: str) -> int:
        return self.limits[max(start for start in self.limits if start <= month)]

    def team_on(self, person: int, day: date) -> str:
        """Return the team that somebody counts in on a day: the first one before all others."""
        known = self.teams[person]
        return next((name for since, name in reversed(known) if since <= day), known[0][1])

    def live_through(self, history: Sequence[tuple[object, ...]]) -> None:
        """Take every step; what the product refuses changes nothing, as on its pages."""
        for verb, *details in history:
            self.at += timedelta(minutes=37)
            self.set_clock(self.at)
            with suppress(DomainError):
                getattr(self, f"_{verb}")(*details)
        self.at += timedelta(minutes=37)
        self.set_clock(self.at)

    # --- the steps

    def _wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    def _log(self, who: int, whom: Sequence[int], ago: int, manner: Manner) -> None:
        self._record(self._active(who), whom, ago, manner, reported=False)

    def _bring(self, who: int, whom: Sequence[int], ago: int, manner: Manner) -> None:
        """Import a row, which is of one contact; also for somebody who is gone."""
        self._record(self.people[who], whom[:1], ago, manner, reported=True)

    def _record(
        self, person: int, whom: Sequence[int], ago: int, manner: Manner, *, reported: bool
    ) -> None:
        texts, said = self._said(whom, ago, manner)
        with self.database.writing() as session:
            hold(session, person)
            contacts = find_or_add(session, person, texts, self.at)
            told = NewConversation(person, contacts, said, reported=reported)
            (number,) = conversations.record(session, [told], self.at)
        self.last_done = None if reported else ("logged", person, number, 0)

    def _said(self, whom: Sequence[int], ago: int, manner: Manner) -> tuple[list[str], Said]:
        """Return with whom and what was said, made into what can be."""
        kind, began, answers = manner
        if kind == "introduced":
            whom, began = (0, *whom)[-2:], "advocate"
        if kind == "met":
            answers = (True, True)
        day = self.today - timedelta(days=ago)
        return [CONTACTS[n] for n in whom], Said(day, kind, began, answers[: len(whom)])

    def _answer(self, which: int, whom: int, ago: int) -> None:
        with self._conversation(which) as (session, talk):
            together = participants_of(session, talk.id)
            contact = together[whom % len(together)].contact_id
            replied = max(talk.day, self.today - timedelta(days=ago))
            is_news = mark_answered(session, talk, contact, replied_on=replied, now=self.at)
            done = ("answered", talk.person_id, talk.id, contact)
            by_them = talk.began == "advocate"
        self.last_done = done if is_news and by_them else None

    def _undo(self) -> None:
        """Undo what was done last, if that was logging or marking an answer."""
        if self.last_done is None:
            return
        (what, person, number, contact), self.last_done = self.last_done, None
        with self.database.writing() as session:
            hold(session, person)
            talk = get_conversation(session, person, number)
            if what == "logged":
                take_back(session, talk, self.at)
            else:
                unmark_answered(session, talk, contact, self.at)

    def _correct(self, which: int, whom: Sequence[int], ago: int, manner: Manner) -> None:
        texts, said = self._said(whom, ago, manner)
        with self._conversation(which) as (session, talk):
            contacts = find_or_add(session, talk.person_id, texts, self.at)
            conversations.correct(session, talk, said, contacts, self.at)

    def _put_right(self, which: int, ago: int, manner: Manner) -> None:
        """Let the manager say what a talk was: of a month that may be closed by now."""
        with self._conversation(which) as (session, talk):
            together = participants_of(session, talk.id)
            _, said = self._said((0, 1, 2)[: len(together)], ago, manner)
            person, reason = talk.person_id, "It was so."
            manager, now = self.manager, self.at
            put_right(session, person, talk.id, said, reason, corrected_by=manager, now=now)

    def _take_back(self, which: int) -> None:
        with self._conversation(which) as (session, talk):
            take_back(session, talk, self.at)

    def _ask(self, which: int, whom: int) -> None:
        with self._conversation(which) as (session, talk):
            together = participants_of(session, talk.id)
            asked = together[whom % len(together)]
            made = confirmations.ask(session, talk, asked, SECRET, self.at)
            self.links.append(code_of(SECRET, made.seed))

    def _tap(self, which: int, says: str) -> None:
        if not self.links:
            return
        code = self.links[which % len(self.links)]
        with self.database.writing() as session:
            if says == "forget":
                confirmations.forget_me(session, code, self.at)
            else:
                confirmations.answer(session, code, is_so=says == "yes", now=self.at)

    def _erase(self, which: int) -> None:
        with self._contact(which) as (session, contact):
            erase_contact(session, contact, self.at)

    def _rename(self, which: int, shared: bool) -> None:
        """Share a contact's name with managers, and let a name be that of a later colleague."""
        with self._contact(which) as (session, contact):
            email = LATER_COLLEAGUE if shared else ""
            name = contact.name or "Ines"
            if describe(session, contact, name=name, email=email, shared=shared):
                settle_ties(session, {contact.id: contact.person_id}, self.at)

    def _merge(self, which: int, other: int) -> None:
        """Make one of two contacts of a person."""
        with self._contact(which) as (session, contact):
            theirs = [one for one in ties_of(session, contact.person_id) if one != contact.id]
            if theirs:
                gone = theirs[other % len(theirs)]
                merge(session, contact.person_id, contact.id, gone, self.at)

    def _hire(self) -> None:
        if LATER_COLLEAGUE not in self.emails.values():
            self._add(LATER_COLLEAGUE, "Ines", "", 0)

    def _add(self, email: str, name: str, role: str, team: int) -> None:
        """Add a person, who joined when the programme began or joins today."""
        joined = FIRST_DAY if len(self.people) < 4 else self.today
        with self.database.writing() as session:
            person = admin.add_person(
                session,
                email=email,
                name=f"{name} Somebody",
                title="",
                team_id=self.team_ids[team],
                role=role or "advocate",
                joined=joined,
                actor_id=None,
                now=self.at,
            )
        self.people.append(person.id)
        self.names[person.id], self.emails[person.id] = person.name, email
        self.joined[person.id], self.teams[person.id] = joined, [(joined, TEAMS[team])]

    def _share(self, who: int, ago: int) -> None:
        day = self.today - timedelta(days=ago)
        with self.database.writing() as session:
            shares.record(
                session, [NewShare(self._active(who), self.item, "linkedin", day)], self.at
            )

    def _take_share_back(self, which: int) -> None:
        with self.database.writing() as session:
            known = session.scalars(
                select(Share).where(Share.taken_back_at.is_(None)).order_by(Share.id)
            ).all()
            if known:
                shares.take_back(session, known[which % len(known)], self.at)

    def _close(self) -> None:
        last, by = shift_month(month_of(self.today), -1), self.manager
        with self.database.writing() as session:
            closed = close_months(session, last, closed_by=by, now=self.at, data=self.folder)
        self.closed |= dict.fromkeys(closed, frozenset(self.left))

    def _change_rules(self, which: int) -> None:
        month, rules = shift_month(month_of(self.today), 1), RULES[which]
        with self.database.writing() as session:
            set_rules(session, month, rules, "Why not", set_by=self.manager, now=self.at)
        self.limits[month] = rules.word_limit

    def _go_or_come_back(self, who: int) -> None:
        person = self.people[who]
        was_gone = person in self.gone
        if person == self.manager:
            return
        verb = admin.activate if was_gone else admin.deactivate
        with self.database.writing() as session:
            verb(session, person, actor_id=self.manager, now=self.at)
        away = self.away.setdefault(person, [])
        if not was_gone:
            back = away[-1][1] if away else None
            since = self.at
            if back is not None and day_of(back, ZONE) == self.today:
                # back and gone again on one day: away all the time, from a day on
                since = start_of_day(day_of(away.pop()[0], ZONE), ZONE)
            away.append((since, None))
        elif day_of((since := away.pop()[0]), ZONE) < self.today:
            away.append((since, self.at))

    def _leave_or_join_ranking(self, who: int) -> None:
        number = self.people[who]
        with self.database.writing() as session:
            person = session.get_one(Person, number)
            with recounted(session, person):
                set_left_ranking(session, person, number not in self.left)
        self.left ^= {number}

    def _move(self, who: int, team: int) -> None:
        number = self.people[who]
        with self.database.writing() as session:
            person = fresh_person(session, number)
            admin.change_person(
                session,
                number,
                seen=stamp(*admin.said_of(person)),
                name=person.name,
                title=person.title,
                team_id=self.team_ids[team],
                role=person.role,
                joined=person.joined,
                actor_id=None,
                now=self.at,
            )
        self.teams[number].append((self.today, TEAMS[team]))

    def _remember(self) -> None:
        if len(self.moments) < MOMENTS:
            with self.database.reading() as session:
                told = {
                    (number, one.month): told_of(
                        session, session.get_one(Person, number), one.month
                    )
                    for number in self.people
                    for one in months(session, self.today)
                }
            self.moments.append(Moment(self.at, told, frozenset(self.closed)))

    # --- what a step is about

    def _active(self, who: int) -> int:
        active = [person for person in self.people if person not in self.gone]
        return active[who % len(active)]

    @contextmanager
    def _conversation(self, which: int) -> Iterator[tuple[Session, Conversation]]:
        """Hold the person of one of the conversations that stand, and yield it."""
        with self.database.writing() as session:
            known = session.scalars(
                select(Conversation)
                .where(Conversation.taken_back_at.is_(None))
                .order_by(Conversation.id)
            ).all()
            known = [talk for talk in known if participants_of(session, talk.id)]
            if not known:
                raise DomainError("There is none.")
            talk = known[which % len(known)]
            hold(session, talk.person_id)
            yield session, talk

    @contextmanager
    def _contact(self, which: int) -> Iterator[tuple[Session, Contact]]:
        with self.database.writing() as session:
            known = session.scalars(select(Contact).order_by(Contact.id)).all()
            if not known:
                raise DomainError("There is none.")
            contact = known[which % len(known)]
            hold(session, contact.person_id)
            yield session, contact


def told_of(session: Session, person: Person, month: str, at: datetime | None = None) -> Told:
    """Return what the product itself says of a person's month, now or as of a moment."""
    found = explain(session, person, month, for_manager=True, as_of=at)
    numbers = tuple(entry.id for entry in found.entries)
    return Told(found.points, found.seen, found.word, found.shares, numbers)
