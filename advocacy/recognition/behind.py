"""What makes a figure of relationships: the ties behind a person's, the people behind a team's.

A figure of a closed month is as it was sealed; what is listed is the record as it stands now, and
where the two differ both are told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from advocacy.contacts.queries import contacts_by_number
from advocacy.conversations.rules import at_the_start
from advocacy.core import time
from advocacy.core.errors import NotFound
from advocacy.people.models import Person
from advocacy.people.queries import ever_in_team
from advocacy.points.queries import first_open_month, kept_ties
from advocacy.recognition.balances import Shown, shown_by_person
from advocacy.recognition.figures import beside_points
from advocacy.recognition.spans import span_of
from advocacy.relationships.balance import talks_behind, ties_behind
from advocacy.relationships.titles import labels_of_ties
from advocacy.shares.queries import counted_in

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "opening": "Alive before",
        "joined": "Joined with people",
        "moved": "Moved with people",
        "corrected": "Corrected since",
        "begun": "New relationships",
        "revived": "Revived",
        "drifted": "Drifted",
        "ended": "Ended",
        "alive": "Alive",
        "conversations": "Conversations",
        "answered": "Answered conversations",
        "in_person": "Met in person",
        "they_began": "Begun by the other side",
        "shares": "Shares",
    }
)
"""The figures that can be asked about, by the name they have in an address."""

OF_TEAMS = ("joined", "moved")
OF_PERSONS = ("answered", "in_person", "shares")
LOOKED_AT = 500
"""So many people are looked at for a page of those who make a figure."""
LISTED = 200
"""So many lines are listed each by itself; the rest is one line."""

_SINCE = {"opening": "since", "alive": "since", "corrected": "since"}
_BY_LAST_TALK = ("drifted", "ended")
"""Their days follow from the last talk, which may have no entry: managers do not read them."""
_TALKS = ("conversations", "answered", "in_person", "they_began")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a figure: a contact or a person, how many, and a word on it.

    ``number`` is that of the contact or the person, where a page about it may be opened.
    """

    label: str
    count: int
    words: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What makes a figure; ``told`` is the figure itself, where it is known apart from that.

    ``looked_at``: the first and the last of the people who were looked at, when these are not all.
    """

    what: str
    period: str
    lines: Sequence[Line]
    told: int | None = None
    looked_at: tuple[int, int] | None = None
    has_more: bool = False

    @property
    def title(self) -> str:
        """Return what the figure is of."""
        return TITLES[self.what]

    @property
    def total(self) -> int:
        """Return what the lines add up to."""
        return sum(line.count for line in self.lines)

    @property
    def differs(self) -> bool:
        """Tell whether the figure is another than what the record says now."""
        return self.told is not None and self.told != self.total


def behind_person(
    session: Session,
    person: Person,
    what: str,
    period: str,
    today: date,
    *,
    for_manager: bool,
    told: int | None = None,
) -> Behind:
    """Return the ties, or the shares, that make a person's figure.

    :param what: one of ``TITLES``, but for those of teams.
    :param for_manager: name contacts only where the advocate shares them.
    :param told: the figure, where the caller knows it; else boards are asked.
    """
    start, end = time.first_day(period), min(time.last_day(period), today)
    if what == "shares":
        lines = [
            Line(title, 1, _on(day)) for day, title in counted_in(session, person.id, start, end)
        ]
    elif what in _TALKS:
        talks = talks_behind(session, person.id, start, end)
        of_ties = [(tie, counts[what], "") for tie, counts in talks if counts[what]]
        lines = _named(session, person, of_ties, for_manager=for_manager)
    else:
        ties = ties_behind(session, person.id, start, end)
        name = {"alive": "closing", "corrected": "opening"}.get(what, what)
        since = "since " if what in _SINCE else ""
        is_dated = not (for_manager and what in _BY_LAST_TALK)
        moved = [
            (tie, 1, f"{since}{_on(day)}" if is_dated else "")
            for tie, day in sorted(ties[name], key=_by_day)
        ]
        lines = _named(session, person, moved, for_manager=for_manager)
    if told is None and time.month_of(start) < (first_open_month(session) or ""):
        told = _of_board(session, person, what, period, today)
    return Behind(what, period, _cut(lines, "contacts"), told)


def behind_all(
    session: Session,
    what: str,
    period: str,
    today: date,
    team_id: int | None = None,
    *,
    offset: int = 0,
) -> Behind:
    """Return the people whose relationships make a figure of the programme, or of a team.

    Who left the ranking is not named, but counted. So many people are looked at in the order of
    their names, however many there are: the next ones are another page.

    :param offset: how many come before them.
    :raises NotFound: when nobody does.
    """
    people = (
        select(Person.id, Person.name, Person.left_ranking)
        .order_by(func.lower(Person.name), Person.id)
        .limit(LOOKED_AT + 1)
        .offset(offset)
    )
    if team_id is not None:
        people = people.where(Person.id.in_(ever_in_team(team_id)))
    rows = session.execute(people).all()
    if offset and not rows:
        raise NotFound("There is no such page.")
    known = {number: (called, left) for number, called, left in rows[:LOOKED_AT]}
    parts = shown_by_person(session, period, today, sorted(known), team_id)
    counts = {person: figure_of(part, what) or 0 for person, part in parts.items()}
    counts = {person: count for person, count in counts.items() if count}
    lines = [
        Line(known[person][0], count, number=person)
        for person, count in counts.items()
        if not known[person][1]
    ]
    lines.sort(key=lambda line: (-abs(line.count), line.label))
    lines = _cut(lines, "people")
    unnamed = [count for person, count in counts.items() if known[person][1]]
    if unnamed:
        lines.append(Line("Who is not on the board, by their own wish", sum(unnamed)))
    has_more = len(rows) > LOOKED_AT
    looked_at = (offset + 1, offset + len(known)) if offset or has_more else None
    return Behind(what, period, lines, looked_at=looked_at, has_more=has_more)


def figure_of(shown: Shown, what: str) -> int | None:
    """Return a figure of a balance by its name in an address, None where it has no such figure."""
    if what in {"conversations", "they_began"}:
        return int(getattr(shown, what))
    found: int | None = getattr(shown.balance, "closing" if what == "alive" else what, None)
    return found


def _named(
    session: Session,
    person: Person,
    ties: Sequence[tuple[int, int, str]],
    *,
    for_manager: bool,
) -> list[Line]:
    numbers = {tie for tie, _, _ in ties}
    labels = labels_of_ties(session, numbers, for_manager=for_manager)
    known: Collection[int] = ()
    merged: Mapping[int, int] = {}
    if not for_manager:
        merged = kept_ties(session, numbers)
        known = contacts_by_number(session, person.id, {merged.get(tie, tie) for tie in numbers})
    return [
        Line(at_the_start(labels[tie]), count, words, kept if kept in known else None)
        for tie, count, words in ties
        for kept in [merged.get(tie, tie)]
    ]


def _of_board(session: Session, person: Person, what: str, period: str, today: date) -> int | None:
    """Return what the board of a period says, None of what it does not say."""
    figures = beside_points(session, span_of(session, period), [person.id], today).figures
    found: int | None = getattr(figures.get(person.id), what, None)
    return found


def _cut(lines: Sequence[Line], of: str) -> list[Line]:
    rest = lines[LISTED:]
    more = [Line(f"{len(rest):,} more {of}", sum(line.count for line in rest))] if rest else []
    return [*lines[:LISTED], *more]


def _by_day(of: tuple[int, date]) -> tuple[date, int]:
    return of[1], of[0]


def _on(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
