"""Questions about conversations, and conversations that are set aside

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.add_column("conversation", sa.Column("set_aside_by", sa.Integer(), nullable=True))
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=9), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("restored_by", sa.Integer(), nullable=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("outcome IN ('kept', 'set aside')", name=op.f("ck_question_outcome")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_question_answered")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_question_decided"),
        ),
        sa.CheckConstraint(
            "reason IS NOT NULL OR outcome IS NULL OR outcome = 'kept'",
            name=op.f("ck_question_with_a_reason"),
        ),
        sa.CheckConstraint(
            "(restored_at IS NULL) = (restored_by IS NULL)"
            " AND (restored_at IS NULL) = (restored_reason IS NULL)",
            name=op.f("ck_question_restored"),
        ),
        sa.CheckConstraint(
            "restored_at IS NULL OR (outcome IS NOT NULL AND outcome = 'set aside')",
            name=op.f("ck_question_restored_what_was_set_aside"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_question_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["person.id"],
                name=op.f(f"fk_question_{name}_person"),
                ondelete="RESTRICT",
            )
            for name in ("asked_by", "decided_by", "restored_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_conversation_id"), "question", ["conversation_id"])
    for name, where in (
        ("uq_question_undecided", "outcome IS NULL"),
        ("uq_question_set_aside", "outcome = 'set aside' AND restored_at IS NULL"),
    ):
        op.create_index(
            name,
            "question",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    """Take it back. What was set aside is taken back: the version before knows no other way to
    let it be worth nothing, and the ledger stays true.
    """
    op.execute(
        "UPDATE conversation SET taken_back_at ="
        " (SELECT decided_at FROM question WHERE question.id = conversation.set_aside_by)"
        " WHERE set_aside_by IS NOT NULL AND taken_back_at IS NULL"
    )
    op.drop_table("question")
    op.drop_column("conversation", "set_aside_by")
