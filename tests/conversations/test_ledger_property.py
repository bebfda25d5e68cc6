"""Whatever was done, in whatever order, the ledger says what the record is worth now.

Generated histories of verbs are carried out on a real database and, beside it, on a plain
record in memory, whose worth the slow telling of the points page knows.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from advocacy.contacts.actions import describe, find_or_add
from advocacy.contacts.models import Contact
from advocacy.contacts.queries import ties_of, ties_with_emails
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import (
    NewConversation,
    bring_in,
    correct,
    hold,
    record,
    settle_ties,
    take_back,
)
from advocacy.conversations.answering import mark_answered
from advocacy.conversations.models import Witness
from advocacy.conversations.putting_right import put_right
from advocacy.conversations.queries import get_conversation, participants_of
from advocacy.conversations.rules import Said, Source
from advocacy.core.database import Database
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.core.time import month_of, periods_of
from advocacy.people.actions import activate, deactivate, set_joined, set_left_ranking
from advocacy.people.models import Person
from advocacy.points.models import Entry, Life, Standing, Tally
from advocacy.points.queries import first_open_month, has_entries
from advocacy.points.rules import Deed
from advocacy.points.standings import recounted
from advocacy.programme.actions import set_first_day
from advocacy.questions import queries as questions_queries
from advocacy.questions.actions import decide, restore
from advocacy.recognition.actions import close_months
from advocacy.recognition.verify import rebuild, verify
from advocacy.relationships.actions import merge
from advocacy.shares import actions as shares
from advocacy.shares.queries import get_share
from tests.builders import (
    add_item,
    add_person,
    add_programme,
    entries,
    noon,
    put_question,
    share,
)
from tests.databases import undone
from tests.points import oracle

EMAILS = ("ines@elsewhere.example", "joao@elsewhere.example")
OWNERS = (0, 0, 0, 1, 1)
"""Whose contact each of five is."""

# --- what can happen, in plain values; numbers are taken modulo what there is

AGO = st.sampled_from([0, 0, 1, 2, 6, 7, 8, 13, 14, 15, 30, 45])
KIND = st.sampled_from(["commented", "wrote", "introduced", "called", "met"])
BEGAN = st.sampled_from(["advocate", "advocate", "contact"])
ANSWERS = st.tuples(st.booleans(), st.booleans(), st.booleans())
WHOM = st.sampled_from([(0,), (0,), (1,), (0, 1), (1, 0), (0, 1, 2)])
MANNER = st.tuples(KIND, BEGAN, ANSWERS)
PICK = st.integers(0, 30)

Manner = tuple[str, str, tuple[bool, ...]]
"""How it was: the kind, who began, and whether each answered."""

STEP = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 3, 7, 7, 14, 15, 40, 92])),
    st.tuples(st.just("log"), st.integers(0, 1), WHOM, AGO, MANNER),
    st.tuples(st.just("log"), st.integers(0, 1), WHOM, AGO, MANNER),
    st.tuples(st.just("log_many"), st.integers(0, 1), st.lists(AGO, max_size=5), KIND),
    st.tuples(st.just("answer"), PICK, PICK, AGO),
    st.tuples(st.just("correct"), PICK, WHOM, AGO, MANNER),
    st.tuples(st.just("take_back"), PICK),
    st.tuples(st.just("set_aside"), PICK),
    st.tuples(st.just("restore"), PICK),
    st.tuples(st.just("put_right"), PICK, AGO, MANNER),
    st.tuples(
        st.just("bring"),
        st.integers(0, 4),
        st.sampled_from([0, 1, 7, 8, 35, 80, 120]),
        KIND,
        BEGAN,
        st.booleans(),
    ),
    st.tuples(st.just("hear"), PICK),
    st.tuples(st.just("address"), st.integers(0, 4), st.sampled_from([None, *EMAILS])),
    st.tuples(st.just("merge"), st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.just("hire"), st.sampled_from(EMAILS)),
    st.tuples(st.just("join"), st.integers(0, 1), st.sampled_from([0, 10, 30, 100])),
    st.tuples(st.just("begin_earlier"), st.sampled_from([1, 10, 40])),
    st.tuples(st.just("share"), st.integers(0, 1), AGO, st.booleans()),
    st.tuples(st.just("take_share_back"), PICK),
    st.tuples(st.just("close")),
    st.tuples(st.just("leave_or_return"), st.integers(0, 1)),
    st.tuples(st.just("go_or_come_back"), st.integers(0, 1)),
)
HISTORIES = st.lists(STEP, min_size=4, max_size=24)

# Deciding over talks that are there already, in one long story of one person.
TOLD = st.tuples(st.just("log"), st.just(0), WHOM, AGO, MANNER)
DECIDED = st.one_of(
    TOLD,
    st.tuples(st.just("set_aside"), PICK),
    st.tuples(st.just("set_aside"), PICK),
    st.tuples(st.just("restore"), PICK),
    st.tuples(st.just("put_right"), PICK, AGO, MANNER),
    st.tuples(st.just("put_right"), PICK, AGO, MANNER),
    st.tuples(st.just("answer"), PICK, PICK, AGO),
    st.tuples(st.just("correct"), PICK, WHOM, AGO, MANNER),
    st.tuples(st.just("take_back"), PICK),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 14, 40])),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("close")),
)
DECISIONS = st.builds(
    lambda told, decided: [*told, *decided],
    st.lists(TOLD, min_size=5, max_size=8),
    st.lists(DECIDED, min_size=8, max_size=16),
)


class Part(NamedTuple):
    """Somebody's part in a conversation: ``reported`` as brought, ``named`` by an import's row."""

    answered: bool
    logged_on: date
    reported: bool = False
    named: bool = False


@dataclass
class Talk:
    """A conversation as it stands, with the part of each contact."""

    number: int
    person: int
    day: date
    kind: str
    began: str
    with_whom: dict[int, Part]
    taken_back: bool = False
    aside: int | None = None
    """The number of the question by which it is set aside."""
    put_right: bool = False
    """Whether a manager put it right, whose word stands."""


@dataclass
class Post:
    number: int
    person: int
    day: date
    logged_on: date
    reported: bool
    taken_back: bool = False


@dataclass
class World:
    """A programme in the database, and the same record in memory."""

    session: Session
    folder: Path
    today: date = date(2026, 3, 3)
    first_day: date = date(2026, 2, 1)
    joined: list[date] = field(default_factory=lambda: [date(2026, 2, 10), date(2026, 1, 5)])
    email_of: dict[int, str | None] = field(default_factory=lambda: dict.fromkeys(range(5)))
    others_of: dict[int, set[str]] = field(default_factory=lambda: {n: set() for n in range(5)})
    same: dict[int, int] = field(default_factory=lambda: {n: n for n in range(5)})
    """Which of the five each of them is by now, since some were merged."""
    hired: set[str] = field(default_factory=set)
    talks: list[Talk] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    witnessed: set[tuple[int, date]] = field(default_factory=set)
    has_closed: bool = False
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.programme = add_programme(self.session, first_day=self.first_day)
        self.people = [
            add_person(self.session, f"advocate{n}@example.com", joined=joined)
            for n, joined in enumerate(self.joined)
        ]
        self.manager = add_person(self.session, "mona@example.com", role="manager")
        self.item = add_item(self.session)
        self.ties: list[int] = []
        known_before = noon(self.today - timedelta(days=1))  # so that no conversation brought them
        for n, owner in enumerate(OWNERS):
            self.ties += find_or_add(
                self.session, self.people[owner].id, [f"Contact {n}"], known_before
            )

    # --- verbs: each on the database and on the record

    def act(self, step: tuple[object, ...]) -> None:
        verb, *details = step
        getattr(self, f"_{verb}")(*details)
        self._look_at_new_entries()

    def _look_at_new_entries(self) -> None:
        """Every entry stands in the month of its day, if open, else in the first open one."""
        first_open = first_open_month(self.session) or ""
        for entry in self.session.scalars(select(Entry).where(Entry.id > self.looked_at)):
            assert entry.month == max(month_of(entry.day), first_open)
            self.looked_at = max(self.looked_at, entry.id)

    def _wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    def _close(self) -> None:
        last = month_of(self.today.replace(day=1) - timedelta(days=1))
        if (first_open_month(self.session) or "") > last:
            with pytest.raises(Conflict):
                self._close_up_to(last)
        else:
            self._close_up_to(last)
            self.has_closed = True

    def _close_up_to(self, month: str) -> None:
        close_months(self.session, month, closed_by=None, now=noon(self.today), data=self.folder)

    def known_to(self, person: int) -> list[int]:
        """Return a person's contacts, each that was merged into another left out."""
        return [n for n, owner in enumerate(OWNERS) if owner == person and self.same[n] == n]

    def said(
        self, person: int, whom: Sequence[int], day: date, manner: Manner
    ) -> tuple[list[int], Said]:
        """Return whom of the person's and what was said, made into what can be."""
        own = self.known_to(person)
        contacts = list(dict.fromkeys(own[n % len(own)] for n in whom))
        kind, began, answers = manner
        replies = list(answers[: len(contacts)])
        if kind == "introduced":
            began = "advocate"
            contacts = own[:2]
            replies = list(answers[:2])
        if kind == "met":
            replies = [True] * len(contacts)
        return contacts, Said(day, kind, began, replies)

    def _log(self, person: int, whom: Sequence[int], ago: int, manner: Manner) -> None:
        contacts, said = self.said(person, whom, self.today - timedelta(days=ago), manner)
        self._record([(person, contacts, said)], reported=False)

    def _log_many(self, person: int, agos: Sequence[int], kind: str) -> None:
        told = []
        for n, ago in enumerate(agos):
            day = self.today - timedelta(days=ago)
            contacts, said = self.said(
                person, [n], day, (kind, "advocate", (n % 2 == 0, True, True))
            )
            told.append((person, contacts, said))
        if told:
            self._record(told, reported=False)

    def _bring(self, contact: int, ago: int, kind: str, began: str, answered: bool) -> None:
        """Import a row; one of an introduction stands for one of the two."""
        contact = self.same[contact]
        began = "advocate" if kind == "introduced" else began
        day = self.today - timedelta(days=ago)
        said = Said(day, kind, began, [answered or kind == "met"])
        self._record([(OWNERS[contact], [contact], said)], reported=True)
        self.witnessed.add((contact, day))

    def _record(self, told: list[tuple[int, list[int], Said]], *, reported: bool) -> None:
        hold(self.session, self.people[told[0][0]].id)
        numbers = record(
            self.session,
            [
                NewConversation(
                    self.people[person].id,
                    [self.ties[n] for n in contacts],
                    said,
                    reported=reported,
                )
                for person, contacts, said in told
            ],
            noon(self.today),
        )
        for number, (person, contacts, said) in zip(numbers, told, strict=True):
            whom = {
                n: Part(reply, self.today, reported, reported)
                for n, reply in zip(contacts, said.answered, strict=True)
            }
            self.talks.append(Talk(number, person, said.day, said.kind, said.began, whom))

    def standing_talks(self) -> list[Talk]:
        return [talk for talk in self.talks if not talk.taken_back]

    def pick(self, which: int) -> Talk | None:
        talks = self.standing_talks()
        return talks[which % len(talks)] if talks else None

    def _answer(self, which: int, whom: int, ago: int) -> None:
        if (talk := self.pick(which)) is None:
            return
        contact = sorted(talk.with_whom)[whom % len(talk.with_whom)]
        reply = max(talk.day, self.today - timedelta(days=ago))
        row = get_conversation(self.session, self.people[talk.person].id, talk.number)
        hold(self.session, row.person_id)
        mark_answered(self.session, row, self.ties[contact], replied_on=reply, now=noon(self.today))
        part = talk.with_whom[contact]
        if part.answered:
            return
        part = part._replace(answered=True)
        if talk.began == "advocate":
            talk.with_whom[contact] = part
            return
        if len(talk.with_whom) > 1:
            del talk.with_whom[contact]
            number = self.session.scalar(select(func.max(type(row).id)))
            assert number is not None
            talk = replace(talk, number=number, with_whom={})
            self.talks.append(talk)
            part = part._replace(named=False)
        if reply != talk.day:
            talk.day = reply
            part = part._replace(logged_on=self.today, reported=False)
        talk.with_whom[contact] = part

    def _correct(self, which: int, whom: Sequence[int], ago: int, manner: Manner) -> None:
        if (talk := self.pick(which)) is None:
            return
        contacts, said = self.said(talk.person, whom, self.today - timedelta(days=ago), manner)
        after = dict(zip(contacts, said.answered, strict=True))
        same = (said.day, said.kind, said.began, after) == (
            talk.day,
            talk.kind,
            talk.began,
            {n: part.answered for n, part in talk.with_whom.items()},
        )
        row = get_conversation(self.session, self.people[talk.person].id, talk.number)
        hold(self.session, row.person_id)
        ties = [self.ties[n] for n in contacts]
        if not same and (talk.put_right or (self.today - talk.day).days > 14):
            with pytest.raises(Conflict):
                correct(self.session, row, said, ties, noon(self.today))
            return
        correct(self.session, row, said, ties, noon(self.today))
        moved = said.day != talk.day
        talk.day, talk.kind, talk.began = said.day, said.kind, said.began
        before, talk.with_whom = talk.with_whom, {}
        for n, answered in after.items():
            part = before.get(n, Part(answered, self.today))._replace(answered=answered)
            if moved:
                part = part._replace(logged_on=self.today, reported=False)
            talk.with_whom[n] = part

    def _take_back(self, which: int) -> None:
        if (talk := self.pick(which)) is not None:
            row = get_conversation(self.session, self.people[talk.person].id, talk.number)
            hold(self.session, row.person_id)
            take_back(self.session, row, noon(self.today))
            talk.taken_back = True

    def _set_aside(self, which: int) -> None:
        talk = self.pick(which)
        if talk is not None and talk.aside is None:
            talk.aside = self.put_aside(talk.number)

    def put_aside(self, number: int) -> int:
        """Ask about a conversation, set it aside, and return the number of the question."""
        question = put_question(self.session, number, self.manager)
        mona, now = self.manager.id, noon(self.today)
        decide(self.session, question, "set aside", "So.", decided_by=mona, now=now)
        return question

    def _restore(self, which: int) -> None:
        standing = {talk.number for talk in self.standing_talks()}
        asked = sorted({talk.aside for talk in self.talks if talk.aside is not None})
        if not asked:
            return
        question = asked[which % len(asked)]
        about = questions_queries.get_question(self.session, question).conversation.id
        mona, now = self.manager.id, noon(self.today)
        if about not in standing:
            with pytest.raises(Conflict):
                restore(self.session, question, "So.", restored_by=mona, now=now)
            return
        restore(self.session, question, "So.", restored_by=mona, now=now)
        for talk in self.talks:
            if talk.aside == question:
                talk.aside = None

    def _put_right(self, which: int, ago: int, manner: Manner) -> None:
        """A manager says what a talk was, whenever that is: it is on time, and stands."""
        if (talk := self.pick(which)) is None:
            return
        (kind, began, answers), day = manner, self.today - timedelta(days=ago)
        if kind == "introduced":
            kind, began = ("introduced", "advocate") if len(talk.with_whom) == 2 else ("met", began)
        replies = [kind == "met" or reply for reply in answers[: len(talk.with_whom)]]
        person, mona = self.people[talk.person].id, self.manager.id
        said = Said(day, kind, began, replies)

        def put_it_right() -> None:
            put_right(
                self.session,
                person,
                talk.number,
                said,
                "So.",
                corrected_by=mona,
                now=noon(self.today),
            )

        before = [part.answered for part in talk.with_whom.values()]
        if not has_entries(self.session, person, talk.number):
            with pytest.raises(NotFound):
                put_it_right()
            return
        nothing_new = (day, kind, began, replies) == (talk.day, talk.kind, talk.began, before)
        counts_from = max(self.first_day, self.joined[talk.person])
        reported = any(part.reported for part in talk.with_whom.values())
        too_early = day != talk.day and day < counts_from and not reported
        if nothing_new or too_early:
            with pytest.raises(Invalid):
                put_it_right()
            return
        put_it_right()
        talk.day, talk.kind, talk.began, talk.put_right = day, kind, began, True
        for contact, answered in zip(list(talk.with_whom), replies, strict=True):
            part = talk.with_whom[contact]
            talk.with_whom[contact] = part._replace(answered=answered, logged_on=day)

    def _hear(self, which: int) -> None:
        """An import brings a row again, answered meanwhile."""
        brought = [
            talk for talk in self.talks if any(part.named for part in talk.with_whom.values())
        ]
        if brought:
            talk = brought[which % len(brought)]
            hold(self.session, self.people[talk.person].id)
            bring_in(self.session, [], [talk.number], noon(self.today))
            talk.with_whom = {
                n: part._replace(answered=part.answered or part.named)
                for n, part in talk.with_whom.items()
            }

    def _address(self, contact: int, email: str | None) -> None:
        contact = self.same[contact]
        others = [n for n in self.known_to(OWNERS[contact]) if n != contact]
        taken = {self.email_of[n] for n in others}.union(*(self.others_of[n] for n in others))
        if email is not None and email in taken:
            return
        row = self.session.get_one(Contact, self.ties[contact])
        hold(self.session, row.person_id)
        if describe(self.session, row, name=f"Contact {contact}", email=email or "", shared=False):
            settle_ties(self.session, {row.id: row.person_id}, noon(self.today))
        self.email_of[contact] = email
        self.others_of[contact].discard(email or "")

    def _merge(self, kept: int, gone: int) -> None:
        kept, gone = self.same[kept], self.same[gone]
        person = OWNERS[kept]
        if kept == gone or person != OWNERS[gone] or len(self.known_to(person)) < 3:
            return  # two stay, who can be introduced to each other
        ties = self.ties[kept], self.ties[gone]
        if any(
            talk.kind == "introduced" and {kept, gone} <= set(talk.with_whom)
            for talk in self.standing_talks()
        ):
            with pytest.raises(Conflict):
                merge(self.session, self.people[person].id, *ties, noon(self.today))
            return
        merge(self.session, self.people[person].id, *ties, noon(self.today))
        self.same = {n: kept if one == gone else one for n, one in self.same.items()}
        for talk in self.talks:
            if (part := talk.with_whom.get(gone)) is not None:
                also = talk.with_whom.get(kept, part)
                both = Part(
                    part.answered or also.answered,
                    min(part.logged_on, also.logged_on),
                    part.reported or also.reported,
                    part.named or also.named,
                )
                # in the place of whoever of the two was named first
                talk.with_whom = {
                    self.same[n]: both if n in (kept, gone) else one
                    for n, one in talk.with_whom.items()
                }
        self.witnessed = {(self.same[contact], day) for contact, day in self.witnessed}
        emails = [one for one in (self.email_of[kept], self.email_of[gone]) if one]
        self.email_of |= {kept: emails[0] if emails else None, gone: None}
        self.others_of[kept] |= self.others_of.pop(gone) | set(emails[1:])
        self.others_of[gone] = set()

    def _hire(self, email: str) -> None:
        if email in self.hired:
            return
        ties = ties_with_emails(self.session, [email])
        add_person(self.session, email, joined=self.today)
        settle_ties(self.session, ties, noon(self.today))
        self.hired.add(email)

    def _join(self, person: int, ago: int) -> None:
        self.joined[person] = self.today - timedelta(days=ago)
        set_joined(self.session, self.people[person], self.joined[person])
        self._judge_anew(self.people[person])

    def _begin_earlier(self, days: int) -> None:
        if not self.has_closed:
            self.first_day -= timedelta(days=days)
            set_first_day(self.programme, self.first_day, today=self.today)
            self.session.flush()
            for person in self.people:
                self._judge_anew(person)

    def _judge_anew(self, person: Person) -> None:
        settle_ties(self.session, ties_of(self.session, person.id), noon(self.today))
        shares.settle_person(self.session, person, noon(self.today))

    def _leave_or_return(self, person: int) -> None:
        row = self.people[person]
        with recounted(self.session, row):
            set_left_ranking(self.session, row, not row.left_ranking)

    def _go_or_come_back(self, person: int) -> None:
        row = self.people[person]
        with recounted(self.session, row):
            if row.deactivated_at is None:
                deactivate(self.session, row, noon(self.today))
            else:
                activate(self.session, row, noon(self.today))

    def _share(self, person: int, ago: int, reported: bool) -> None:
        day = self.today - timedelta(days=ago)
        number = share(
            self.session, self.people[person], self.item, day, today=self.today, reported=reported
        )
        self.posts.append(Post(number, person, day, self.today, reported))

    def _take_share_back(self, which: int) -> None:
        posts = [post for post in self.posts if not post.taken_back]
        if posts:
            post = posts[which % len(posts)]
            row = get_share(self.session, self.people[post.person].id, post.number)
            shares.take_back(self.session, row, noon(self.today))
            post.taken_back = True

    # --- what the record is worth

    def deeds(self, contact: int) -> list[Deed]:
        """Return the deeds with a contact that count, as the points page tells them."""
        if self.hired & {self.email_of[contact], *self.others_of[contact]}:
            return []
        found = []
        for talk in self.standing_talks():
            if contact not in talk.with_whom or talk.aside is not None:
                continue
            part = talk.with_whom[contact]
            seen = (contact, talk.day) in self.witnessed
            late_before = part.logged_on - timedelta(days=14)
            from_day = max(self.first_day, self.joined[talk.person], late_before)
            if part.reported or talk.day >= from_day:
                deed = Deed(talk.day, talk.kind, talk.began, part.answered, seen, talk.number)
                found.append(deed)
        return found

    def days_of_shares(self, person: int) -> set[date]:
        return {
            post.day
            for post in self.posts
            if post.person == person
            and not post.taken_back
            and (
                post.reported
                or post.day
                >= max(self.first_day, self.joined[person], post.logged_on - timedelta(days=14))
            )
        }

    def worth(self) -> dict[tuple[int, date, str, str | None], int]:
        """Return what is due, by contact (shares: by person, below nought)."""
        found: dict[tuple[int, date, str, str | None], int] = {}
        for contact in range(5):
            for (day, rule, evidence), points in oracle.sums(self.deeds(contact)).items():
                found[contact, day, rule, evidence] = points
        for person in (0, 1):
            for day in self.days_of_shares(person):
                found[-1 - person, day, "share", None] = 1
        return found

    def written(self) -> dict[tuple[int, date, str, str | None], int]:
        """Return what the ledger says, in the same shape."""
        sums: Counter[tuple[int, date, str, str | None]] = Counter()
        for entry in entries(self.session):
            if entry.tie_id is None:
                numbers = [person.id for person in self.people]
                whom = -1 - numbers.index(entry.person_id)
            else:
                whom = self.same[self.ties.index(entry.tie_id)]
                assert entry.person_id == self.people[OWNERS[whom]].id
            sums[whom, entry.day, entry.rule, entry.evidence] += entry.points
        return {key: points for key, points in sums.items() if points}

    def named(self) -> set[int]:
        """Return the numbers of the conversations that the ledger's points name."""
        sums: Counter[tuple[int, int, date, str, str | None]] = Counter()
        for entry in entries(self.session):
            if entry.tie_id is not None:
                whom = self.same[self.ties.index(entry.tie_id)]
                of = entry.deed, whom, entry.day, entry.rule, entry.evidence
                sums[of] += entry.points
        return {number for (number, *_), points in sums.items() if points}

    def month_points(self) -> Counter[tuple[int, str]]:
        """Return what every person's periods are worth while all months are open."""
        seen: Counter[tuple[int, str]] = Counter()
        word: Counter[tuple[int, str]] = Counter()
        for (whom, day, _, evidence), points in self.worth().items():
            person = -1 - whom if whom < 0 else OWNERS[whom]
            (word if evidence == "word" else seen)[person, month_of(day)] += points
        found: Counter[tuple[int, str]] = Counter()
        for person, month in {*seen, *word}:
            for period in periods_of(month):
                found[person, period] += seen[person, month] + min(200, word[person, month])
        return found

    def standings(self) -> dict[tuple[int, str], tuple[int, ...]]:
        self.session.expire_all()
        numbers = [person.id for person in self.people]
        return {
            (numbers.index(one.person_id), one.period): (
                one.points,
                one.seen,
                one.word,
                one.shares,
                one.conversations,
                one.answers,
                one.in_person,
            )
            for one in self.session.scalars(select(Standing))
        }

    def tallies(self) -> dict[tuple[str, int], int]:
        self.session.expire_all()
        return {
            (one.period, one.points): one.people
            for one in self.session.scalars(select(Tally))
            if one.people
        }

    def lives(self) -> set[tuple[int, date, date, bool]]:
        self.session.expire_all()
        return {
            (self.ties.index(one.tie_id), one.starts_on, one.ends_on, one.revived)
            for one in self.session.scalars(select(Life))
            if self.ties.index(one.tie_id) in self.same.values()
        }

    def check(self) -> None:
        """Hold the ledger and everything made from it against the record."""
        assert self.written() == self.worth()
        assert self.named() <= {one.number for one in self.standing_talks() if one.aside is None}
        count = len(entries(self.session))
        settle_ties(self.session, ties_of(self.session), noon(self.today))
        for person in self.people:
            shares.settle_person(self.session, person, noon(self.today))
        assert len(entries(self.session)) == count, "settling again entered something"
        assert verify(self.session).problems == []
        if not self.has_closed:
            shown = {key: values[0] for key, values in self.standings().items() if values[0]}
            assert shown == {key: points for key, points in self.month_points().items() if points}
        before = self.standings(), self.tallies(), self.lives()
        report = rebuild(self.session, noon(self.today))
        assert report.problems == []
        assert (self.standings(), self.tallies(), self.lives()) == before

    def told_from_the_start(self, session: Session) -> "World":
        """Return a world with the final record alone, told backwards."""
        fresh = World(session, self.folder, self.today, self.first_day, list(self.joined))
        for contact, email in self.email_of.items():
            hired = self.hired & self.others_of[contact]
            fresh._address(contact, min(hired) if hired else email)
        for email in sorted(self.hired):
            fresh._hire(email)
        for talk in reversed(self.standing_talks()):
            answers = [part.answered for part in talk.with_whom.values()]
            said = Said(talk.day, talk.kind, talk.began, answers)
            (number,) = record(
                session,
                [
                    NewConversation(
                        fresh.people[talk.person].id,
                        [fresh.ties[contact] for contact in talk.with_whom],
                        said,
                        reported=any(part.reported for part in talk.with_whom.values()),
                    )
                ],
                noon(self.today),
            )
            rows = {one.contact_id: one for one in participants_of(session, number)}
            for contact, part in talk.with_whom.items():
                row = rows[fresh.ties[contact]]
                row.logged_on, row.reported = part.logged_on, part.reported
            session.flush()
            if talk.aside is not None:
                fresh.put_aside(number)
        session.execute(delete(Witness))  # of days as they stand now, not as they were brought
        conversations.testify(
            session,
            {(fresh.ties[contact], day) for contact, day in self.witnessed},
            Source.IMPORT,
            noon(self.today),
        )
        fresh.witnessed = self.witnessed
        settle_ties(session, ties_of(session), noon(self.today))
        for post in reversed(self.posts):
            if not post.taken_back:
                share(
                    session,
                    fresh.people[post.person],
                    fresh.item,
                    post.day,
                    today=post.logged_on,
                    reported=post.reported,
                )
        return fresh


@pytest.mark.parametrize(
    ("histories", "examples"),
    [(HISTORIES, (60, 15)), (DECISIONS, (15, 5))],
    ids=["anything", "decided"],
)
def test_every_history_ends_where_a_fresh_start_would(
    histories: st.SearchStrategy[list[tuple[object, ...]]],
    examples: tuple[int, int],
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("files")

    @settings(
        max_examples=examples[not database.is_sqlite],
        # Shortening a history of this length takes longer than reading it.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(histories)
    def lives_through(history: list[tuple[object, ...]]) -> None:
        with undone(database) as session:
            world = World(session, folder)
            for step in history:
                world.act(step)
            world.check()
            end, closed = world.written(), world.has_closed
            standings = {key: row[0] for key, row in world.standings().items() if row[0]}
            living = world.lives()
        with undone(database) as session:
            fresh = world.told_from_the_start(session)
            assert fresh.written() == end
            assert fresh.lives() == living
            if not closed:
                points = {key: row[0] for key, row in fresh.standings().items() if row[0]}
                assert points == standings

    lives_through()
