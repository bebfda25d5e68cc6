"""Checkpoints of the ledger, and the seals of closed months

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_GUARDED = {
    "checkpoint": "a checkpoint stays as it was taken",
    "seal": "a seal stays as it was set",
}
_SQLITE_GUARDS = [
    f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, '{reason}'); END"""
    for table, reason in _GUARDED.items()
    for verb in ("update", "delete")
]
_POSTGRESQL_GUARDS = [
    f"""CREATE TRIGGER {table}_no_{what} BEFORE {verbs} ON {table}
    FOR EACH {each} EXECUTE FUNCTION refuse_change('{reason}')"""
    for table, reason in _GUARDED.items()
    for what, verbs, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
]


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "checkpoint",
        sa.Column("through", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("through", "month", name=op.f("pk_checkpoint")),
    )
    op.create_index(op.f("ix_checkpoint_month_through"), "checkpoint", ["month", "through"])
    op.create_table(
        "seal",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"],
            ["closed_month.month"],
            name=op.f("fk_seal_month_closed_month"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_seal")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in _SQLITE_GUARDS if sqlite else _POSTGRESQL_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("seal")
    op.drop_table("checkpoint")
