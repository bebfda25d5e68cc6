"""Versions of the rules

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "rule_set",
        sa.Column("from_month", sa.String(7), nullable=False),
        sa.Column("commented", sa.Integer(), nullable=False),
        sa.Column("wrote", sa.Integer(), nullable=False),
        sa.Column("introduced", sa.Integer(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("commented_unanswered", sa.Integer(), nullable=False),
        sa.Column("wrote_unanswered", sa.Integer(), nullable=False),
        sa.Column("introduced_unanswered", sa.Integer(), nullable=False),
        sa.Column("called_unanswered", sa.Integer(), nullable=False),
        sa.Column("met_seen", sa.Integer(), nullable=False),
        sa.Column("beginning", sa.Integer(), nullable=False),
        sa.Column("return_", sa.Integer(), nullable=False),
        sa.Column("lasting", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(500), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "commented BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_commented_in_bounds"),
        ),
        sa.CheckConstraint(
            "wrote BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_wrote_in_bounds"),
        ),
        sa.CheckConstraint(
            "introduced BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_introduced_in_bounds"),
        ),
        sa.CheckConstraint(
            "called BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_called_in_bounds"),
        ),
        sa.CheckConstraint(
            "met BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_met_in_bounds"),
        ),
        sa.CheckConstraint(
            "commented_unanswered BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_commented_unanswered_in_bounds"),
        ),
        sa.CheckConstraint(
            "wrote_unanswered BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_wrote_unanswered_in_bounds"),
        ),
        sa.CheckConstraint(
            "introduced_unanswered BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_introduced_unanswered_in_bounds"),
        ),
        sa.CheckConstraint(
            "called_unanswered BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_called_unanswered_in_bounds"),
        ),
        sa.CheckConstraint(
            "met_seen BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_met_seen_in_bounds"),
        ),
        sa.CheckConstraint(
            "beginning BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_beginning_in_bounds"),
        ),
        sa.CheckConstraint(
            "return_ BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_return__in_bounds"),
        ),
        sa.CheckConstraint(
            "lasting BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_lasting_in_bounds"),
        ),
        sa.CheckConstraint(
            "share BETWEEN 0 AND 100",
            name=op.f("ck_rule_set_share_in_bounds"),
        ),
        sa.CheckConstraint(
            "word_limit BETWEEN 0 AND 10000",
            name=op.f("ck_rule_set_word_limit_in_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.id"], name=op.f("fk_rule_set_set_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("from_month", name=op.f("pk_rule_set")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("rule_set")
