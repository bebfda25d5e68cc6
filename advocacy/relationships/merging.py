"""What would be if two contacts were one person, before they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from advocacy.contacts.models import Contact
from advocacy.contacts.queries import colleagues_among, other_names
from advocacy.contacts.rules import words_of
from advocacy.conversations.merging import Together, count_together, deeds_as_one
from advocacy.core.time import month_of
from advocacy.points.queries import first_open_month, lives_of_ties, rule_book, written_for_ties
from advocacy.points.rules import Line, Rule, postings
from advocacy.programme.queries import get_programme
from advocacy.relationships import rules


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging two contacts would do.

    ``changes``: points by rule, each with why. ``entered_in``: the first open month, where
    something is entered that is of a closed one.
    """

    together: Together
    changes: Sequence[tuple[int, str]]
    other_names: Sequence[str]
    gone_is_alive: bool
    entered_in: str | None

    @property
    def points(self) -> int:
        """Return by how much points change, before any month's limit on one's word."""
        return sum(points for points, _ in self.changes)


def preview(session: Session, kept: Contact, gone: Contact, today: date) -> Preview:
    """Return what merging a contact into another would do; nothing is written."""
    posted = list(
        postings(
            _written_for_both(session, kept, gone),
            deeds_as_one(session, kept, gone, get_programme(session).first_day),
            rule_book(session),
        )
    )
    sums: Counter[str] = Counter()
    for posting in posted:
        sums[posting.line.rule] += posting.points
    is_colleague = bool(colleagues_among(session, (kept.id, gone.id)))
    first_open = first_open_month(session)
    is_of_closed = any(month_of(one.line.day) < (first_open or "") for one in posted)
    lives = lives_of_ties(session, [gone.id]).get(gone.id, ())
    return Preview(
        together=count_together(session, kept, gone),
        changes=[
            (sums[rule], rules.why_as_one(rule, sums[rule], is_colleague=is_colleague))
            for rule in Rule
            if sums[rule]
        ],
        other_names=_other_names(session, kept, gone),
        gone_is_alive=any(life.starts_on <= today <= life.ends_on for life in lives),
        entered_in=first_open if is_of_closed else None,
    )


def _written_for_both(session: Session, kept: Contact, gone: Contact) -> dict[Line, dict[int, int]]:
    both: dict[Line, Counter[int]] = {}
    for written in written_for_ties(session, (kept.id, gone.id)).values():
        for line, by_deed in written.items():
            both.setdefault(line, Counter()).update(by_deed)
    return {
        line: {deed: points for deed, points in by_deed.items() if points}
        for line, by_deed in both.items()
    }


def _other_names(session: Session, kept: Contact, gone: Contact) -> list[str]:
    """Return what of a contact would be another name of the one that stays."""
    also = [gone.name if kept.name else "", gone.email if kept.email else ""]
    return [name for name in also if name] + [one.text for one in other_names(session, gone.id)]


def look_alikes(session: Session, contact: Contact, *, limit: int) -> list[int]:
    """Return the numbers of a person's contacts whose names are like one's, most alike first."""
    mine = words_of(contact.name, contact.email)
    rows = session.execute(
        select(Contact.id, Contact.name, Contact.email).where(
            Contact.person_id == contact.person_id, Contact.id != contact.id
        )
    )
    alike = [(len(mine & words_of(name, email)), number) for number, name, email in rows]
    return [number for count, number in sorted(alike, key=lambda one: (-one[0], one[1])) if count][
        :limit
    ]
