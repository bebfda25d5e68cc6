"""Letters and the clock

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=False),
        sa.CheckConstraint("address <> ''", name=op.f("ck_letter_addressed")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'filed', 'bounced', 'given up')",
            name=op.f("ck_letter_state"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_letter_attempts")),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_letter_ended")
        ),
        sa.CheckConstraint(
            "state = 'waiting' OR (text = '' AND html = '')", name=op.f("ck_letter_erased")
        ),
        sa.CheckConstraint(
            "(claimed_until IS NULL) = (claimed_by IS NULL)", name=op.f("ck_letter_claimed")
        ),
        sa.CheckConstraint(
            "state = 'waiting' OR claimed_by IS NULL", name=op.f("ck_letter_let_go")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("mark", name=op.f("uq_letter_mark")),
    )
    op.create_index(op.f("ix_letter_ended_at"), "letter", ["ended_at"], unique=False)
    op.create_index(
        op.f("ix_letter_state_due_at_id"), "letter", ["state", "due_at", "id"], unique=False
    )
    op.create_index(op.f("ix_letter_state_id"), "letter", ["state", "id"], unique=False)
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_job_failures")),
        sa.CheckConstraint(
            "(claimed_until IS NULL) = (claimed_by IS NULL)", name=op.f("ck_job_claimed")
        ),
        sa.CheckConstraint(
            "(last_failed_at IS NULL) = (last_failure = '')", name=op.f("ck_job_failed")
        ),
        sa.CheckConstraint(
            "failures = 0 OR last_failed_at IS NOT NULL", name=op.f("ck_job_failing")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("job")
    op.drop_index(op.f("ix_letter_state_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_state_due_at_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_ended_at"), table_name="letter")
    op.drop_table("letter")
