"""Ties, the ledger, and what is projected from it."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from advocacy.core.tables import Base
from advocacy.points.rule_sets import EXPLANATION_LENGTH, MOST_ON_WORD, MOST_POINTS, NUMBERS


class Tie(Base):
    """A person and a contact as the ledger knows them: a number, stable within the person.

    ``merged_into``: the tie that it is one with since ``merged_at``, never one that is merged
    itself. What the ledger says of that one is what it says of both.
    """

    __tablename__ = "tie"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        CheckConstraint("(merged_into IS NULL) = (merged_at IS NULL)", name="merged"),
        Index(None, "merged_into"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    number: Mapped[int]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tie.id"))
    merged_at: Mapped[datetime | None]


class Entry(Base):
    """One line of the ledger. The database refuses to change or delete it.

    ``month`` is where it counts, ``day`` what it is for. ``kind``, ``began`` and ``deed`` are the
    plain values of the conversation (of a share: only its number) that it was written for;
    ``evidence`` is empty for a share, which has none.
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("points <> 0", name="worth_something"),
        CheckConstraint(
            "(rule = 'share' AND tie_id IS NULL AND evidence IS NULL AND kind IS NULL)"
            " OR (rule IN ('week', 'beginning', 'return', 'lasting') AND tie_id IS NOT NULL"
            " AND evidence IN ('seen', 'word') AND kind IS NOT NULL AND began IS NOT NULL)",
            name="whole",
        ),
        Index(None, "tie_id"),
        Index(None, "person_id", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    month: Mapped[str] = mapped_column(String(7))
    day: Mapped[date]
    tie_id: Mapped[int | None] = mapped_column(ForeignKey("tie.id", ondelete="RESTRICT"))
    rule: Mapped[str] = mapped_column(String(10))
    evidence: Mapped[str | None] = mapped_column(String(4))
    points: Mapped[int]
    kind: Mapped[str | None] = mapped_column(String(10))
    began: Mapped[str | None] = mapped_column(String(8))
    deed: Mapped[int]
    recorded_at: Mapped[datetime]
    tie: Mapped[int | None] = column_property(
        select(func.coalesce(Tie.merged_into, Tie.id))
        .where(Tie.id == tie_id)
        .correlate_except(Tie)
        .scalar_subquery()
    )
    """The tie that it is of by now: that of ``tie_id``, or the one which that is merged into."""


class Standing(Base):
    """A person's sums in a period: a month, its quarter, its year, or all time.

    ``points`` of a month follow from seen, word and shares (``rules.month_points``); those of a
    longer period are the sum of its months'. ``conversations``, ``answers`` and ``in_person``
    divide seen and word by what built them.
    """

    __tablename__ = "standing"
    # A board is read along the first three; who earned most on their word is found there, too.
    __table_args__ = (
        Index("ix_standing_board", "period", "points", "person_id", "seen", "word", "shares"),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True
    )
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    seen: Mapped[int] = mapped_column(default=0)
    word: Mapped[int] = mapped_column(default=0)
    shares: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
    conversations: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
    in_person: Mapped[int] = mapped_column(default=0)


class StandingCount(Base):
    """What the standings of a month add up to, by how much is on people's word before the limit.

    A month and a word have as many rows as were written, and the figures are their sums
    (`core.counts`). ``entered`` is what entries bring before the limit, ``numbers`` the sum of the
    people's numbers, and ``…_by_person`` adds up points times these (`totals`).
    """

    __tablename__ = "standing_count"
    __table_args__ = (Index(None, "month", "word"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    word: Mapped[int]
    people: Mapped[int]
    numbers: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    points_by_person: Mapped[int] = mapped_column(BigInteger)
    entered: Mapped[int] = mapped_column(BigInteger)
    entered_by_person: Mapped[int] = mapped_column(BigInteger)


class Tally(Base):
    """How many people on a period's board stand at exactly so many points: for reading ranks.

    Who left the ranking is in none, who is deactivated only in periods that are wholly closed.
    """

    __tablename__ = "tally"

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]


class Life(Base):
    """A stretch of days on which a tie was a living relationship, both ends included.

    ``ended`` when its contact was erased while it was alive: nothing drifted then.
    """

    __tablename__ = "life"
    __table_args__ = (Index(None, "person_id", "starts_on"), Index(None, "person_id", "ends_on"))

    tie_id: Mapped[int] = mapped_column(ForeignKey("tie.id", ondelete="CASCADE"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    revived: Mapped[bool]
    ended: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


class ClosedMonth(Base):
    """A month that is closed once and for all.

    ``has_balances``: balances of relationships were sealed; before there were any, none was.
    """

    __tablename__ = "closed_month"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    has_balances: Mapped[bool] = mapped_column(default=True)


class KeptRuleSet(Base):
    """A version of the rules, in force from a month on; set before that month, then never changed.

    Its numbers are those of ``rule_sets.RuleSet``, by the same names.
    """

    __tablename__ = "rule_set"
    __table_args__ = tuple(
        CheckConstraint(
            f"{name} BETWEEN 0 AND {MOST_ON_WORD if name == 'word_limit' else MOST_POINTS}",
            name=f"{name}_in_bounds",
        )
        for name in NUMBERS
    )

    from_month: Mapped[str] = mapped_column(String(7), primary_key=True)
    commented: Mapped[int]
    wrote: Mapped[int]
    introduced: Mapped[int]
    called: Mapped[int]
    met: Mapped[int]
    commented_unanswered: Mapped[int]
    wrote_unanswered: Mapped[int]
    introduced_unanswered: Mapped[int]
    called_unanswered: Mapped[int]
    met_seen: Mapped[int]
    beginning: Mapped[int]
    return_: Mapped[int]
    lasting: Mapped[int]
    share: Mapped[int]
    word_limit: Mapped[int]
    explanation: Mapped[str] = mapped_column(String(EXPLANATION_LENGTH))
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    set_at: Mapped[datetime]


class Checkpoint(Base):
    """What the entries of a month hashed to when all up to number ``through`` had been read.

    ``entries`` of them, with the tree's ``root`` and its ``peaks``; ``leaves`` are the numbers and
    hashes of those that came since the month's checkpoint before (``tree.packed``). ``points`` and
    what follows are `totals.Totals`, empty when it was taken before there were any. The database
    refuses to change or delete it.
    """

    __tablename__ = "checkpoint"
    __table_args__ = (Index(None, "month", "through"),)

    through: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    taken_at: Mapped[datetime]
    entries: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[bytes]
    leaves: Mapped[bytes]
    points: Mapped[int | None] = mapped_column(BigInteger)
    word: Mapped[int | None] = mapped_column(BigInteger)
    points_by_person: Mapped[int | None] = mapped_column(BigInteger)
    word_by_person: Mapped[int | None] = mapped_column(BigInteger)


class Seal(Base):
    """The root of a closed month's entries, chained to the closed month before.

    The database refuses to change or delete it.
    """

    __tablename__ = "seal"

    month: Mapped[str] = mapped_column(
        ForeignKey("closed_month.month", ondelete="RESTRICT"), primary_key=True
    )
    entries: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))
