"""Absences of people, and balances of relationships that closed months keep

Revision: 0009
Follows: 0008
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REASON = "a sealed balance stays as it was"
_SQLITE_GUARDS = [
    f"""CREATE TRIGGER closed_balance_no_{verb} BEFORE {verb} ON closed_balance
    BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"""
    for verb in ("update", "delete")
]
_POSTGRESQL_GUARDS = [
    f"""CREATE TRIGGER closed_balance_no_{what} BEFORE {verbs} ON closed_balance
    FOR EACH {each} EXECUTE FUNCTION refuse_change('{_REASON}')"""
    for what, verbs, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
]


def upgrade() -> None:
    """Take the step. What closed months would have kept is not invented."""
    absence = op.create_table(
        "absence",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=True),
        sa.CheckConstraint("back_on > gone_on", name=op.f("ck_absence_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_absence_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "gone_on", name=op.f("pk_absence")),
    )
    op.add_column(
        "closed_month",
        sa.Column("has_balances", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "closed_balance",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("team_before", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "opening",
                "corrected",
                "begun",
                "revived",
                "drifted",
                "ended",
                "closing",
                "conversations",
                "they_began",
            )
        ),
        sa.CheckConstraint(
            "opening + corrected + begun + revived - drifted - ended = closing",
            name=op.f("ck_closed_balance_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["month"],
            ["closed_month.month"],
            name=op.f("fk_closed_balance_month_closed_month"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_closed_balance_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("person_id", "month", name=op.f("pk_closed_balance")),
    )
    op.create_index(op.f("ix_closed_balance_month_team_id"), "closed_balance", ["month", "team_id"])
    _fill(absence)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in _SQLITE_GUARDS if sqlite else _POSTGRESQL_GUARDS:
        op.execute(guard)


def _fill(absence: sa.Table) -> None:
    """Say of everybody who is deactivated since which day of the programme."""
    person = sa.table(
        "person", sa.column("id", sa.Integer), sa.column("deactivated_at", sa.DateTime)
    )
    programme = sa.table("programme", sa.column("time_zone", sa.String))
    zone = op.get_bind().scalar(sa.select(programme.c.time_zone)) or "UTC"
    gone = op.get_bind().execute(
        sa.select(person.c.id, person.c.deactivated_at).where(person.c.deactivated_at.is_not(None))
    )
    days = [
        {"person_id": number, "gone_on": _aware(at).astimezone(ZoneInfo(zone)).date()}
        for number, at in gone
    ]
    if days:
        op.bulk_insert(absence, days)


def _aware(at: datetime) -> datetime:
    """SQLite keeps UTC without saying so."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("closed_balance")
    op.drop_column("closed_month", "has_balances")
    op.drop_table("absence")
