"""Conversations, who took part in them, and what saw them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.conversations import rules
from advocacy.core.tables import Base


class Conversation(Base):
    """An exchange of one kind on one day between a person and one or more contacts.

    ``day`` is its date in the programme's zone, fixed when written. ``reported`` marks what an
    administrator's import or a connected system brought, ``digest`` the hash of what it brought.
    ``set_aside_by``: the number of the question by which a manager decided that it is worth
    nothing; what was split off it since has the same. So it is with ``put_right_by``: the number of
    the latest correction by a manager, whose word stands.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('commented', 'wrote', 'introduced', 'called', 'met')", name="kind"
        ),
        CheckConstraint("began IN ('advocate', 'contact')", name="began"),
        # After the first two, all that boards ask of somebody's talks.
        Index(None, "person_id", "day", "taken_back_at", "began", "kind"),
        Index(None, "day"),
        Index(
            "uq_conversation_digest_without_id",
            "digest",
            unique=True,
            sqlite_where=text("external_id IS NULL"),
            postgresql_where=text("external_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    began: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(rules.CHANNEL_LENGTH), default="")
    note: Mapped[str] = mapped_column(String(rules.NOTE_LENGTH), default="")
    occurred_at: Mapped[datetime | None]
    logged_at: Mapped[datetime]
    reported: Mapped[bool] = mapped_column(default=False)
    taken_back_at: Mapped[datetime | None]
    set_aside_by: Mapped[int | None]
    put_right_by: Mapped[int | None]
    external_id: Mapped[str | None] = mapped_column(String(rules.EXTERNAL_ID_LENGTH), unique=True)
    digest: Mapped[str | None] = mapped_column(String(64))


class Participant(Base):
    """A contact in a conversation.

    ``logged_on`` is the day on which this counts as logged, unless it is still ``reported``: on
    the day and with the contact that an import or a connected system brought. ``brought_answered``
    is what that said of the answer, whatever was corrected since; nobody else was named by it.
    ``counted`` is projected whenever the tie is settled: whether points and boards know it, or it
    is only remembered.
    """

    __tablename__ = "participant"
    # The second is all that a board asks of those in a talk.
    __table_args__ = (
        Index(None, "contact_id"),
        Index(None, "conversation_id", "counted", "answered"),
    )

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)
    answered: Mapped[bool]
    brought_answered: Mapped[bool | None]
    logged_on: Mapped[date]
    reported: Mapped[bool] = mapped_column(default=False)
    counted: Mapped[bool] = mapped_column(default=True)


class FormerPart(Base):
    """A tie that was part of a conversation and is no more: corrected away, or split off.

    What was written about the conversation may name whose tie it is, and goes when that one does.
    """

    __tablename__ = "former_part"
    __table_args__ = (Index(None, "tie_id"),)

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    tie_id: Mapped[int] = mapped_column(ForeignKey("tie.id", ondelete="CASCADE"), primary_key=True)


class Witness(Base):
    """Evidence that a tie spoke on a day, from a source; it may come before it is logged."""

    __tablename__ = "evidence"

    tie_id: Mapped[int] = mapped_column(ForeignKey("tie.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(12), primary_key=True)
    recorded_at: Mapped[datetime]


class Correction(Base):
    """A manager's correction of a conversation: by whom, when, why, and what it said before.

    ``answered``: how many of the ``people`` whom it was with had answered. A reason that is empty
    was erased with a contact.
    """

    __tablename__ = "correction"
    __table_args__ = (Index(None, "conversation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    corrected_by: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    corrected_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(rules.REASON_LENGTH))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    began: Mapped[str] = mapped_column(String(8))
    answered: Mapped[int]
    people: Mapped[int]
