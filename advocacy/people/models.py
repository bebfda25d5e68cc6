"""Persons, teams, who was in which team since when, and staff profiles."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from advocacy.core.tables import Base, code_points
from advocacy.people import rules


class Team(Base):
    """A team that people belong to. ``name_key`` is the name as ``rules.team_key`` gives it."""

    __tablename__ = "team"
    __table_args__ = (CheckConstraint("name <> ''", name="named"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(rules.TEAM_LENGTH))
    name_key: Mapped[str] = mapped_column(code_points(3 * rules.TEAM_LENGTH), unique=True)


class Person(Base):
    """Somebody who can sign in.

    ``email`` is kept as ``rules.email_key`` gives it. ``team_id`` is today's team.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint("role IN ('advocate', 'manager', 'administrator')", name="role"),
        Index(None, "team_id"),
        Index("ix_person_by_name", func.lower(text("name")), "id"),
        Index(None, "joined"),
        Index(
            "ix_person_left_ranking",
            "joined",
            "deactivated_at",
            sqlite_where=text("left_ranking IS 1"),
            postgresql_where=text("left_ranking IS TRUE"),
        ),
        Index(
            "ix_person_deactivated",
            "joined",
            "left_ranking",
            sqlite_where=text("deactivated_at IS NOT NULL"),
            postgresql_where=text("deactivated_at IS NOT NULL"),
        ),
        Index(
            "ix_person_active_role",
            "role",
            sqlite_where=text("deactivated_at IS NULL"),
            postgresql_where=text("deactivated_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(code_points(rules.EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(rules.NAME_LENGTH))
    preferred_name: Mapped[str] = mapped_column(String(rules.NAME_LENGTH), default="")
    say_it: Mapped[str] = mapped_column(String(rules.NAME_LENGTH), default="")
    title: Mapped[str] = mapped_column(String(rules.TITLE_LENGTH), default="")
    role: Mapped[str] = mapped_column(String(16), default=rules.Role.ADVOCATE)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="RESTRICT"))
    joined: Mapped[date]
    left_ranking: Mapped[bool] = mapped_column(default=False)
    deactivated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    team: Mapped[Team | None] = relationship(lazy="raise")

    @property
    def called(self) -> str:
        """What to call the person."""
        return rules.called(self.name, self.preferred_name)


class PersonWord(Base):
    """A word of a person's name or address, as ``rules.words_of`` gives it: searches begin one."""

    __tablename__ = "person_word"
    __table_args__ = (Index(None, "word", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(code_points(3 * rules.EMAIL_LENGTH), primary_key=True)


class Membership(Base):
    """The team that a person belongs to from a day on."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[date] = mapped_column(primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="RESTRICT"))


class Absence(Base):
    """The days on which a person was deactivated: from the first to the one before coming back."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("back_on > gone_on", name="in_order"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    gone_on: Mapped[date] = mapped_column(primary_key=True)
    back_on: Mapped[date | None]


class ProfileVersion(Base):
    """One version of a staff profile, proposed by a manager, shown only while agreed to."""

    __tablename__ = "profile_version"
    __table_args__ = (Index(None, "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    headline: Mapped[str] = mapped_column(String(rules.HEADLINE_LENGTH))
    words: Mapped[str] = mapped_column(String(rules.WORDS_LENGTH), default="")
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    has_photo: Mapped[bool] = mapped_column(default=False)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
