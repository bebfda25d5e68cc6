"""Who was part of a conversation once, so that words about it go with whom they may name

Revision: 0021
Follows: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step. Who parted before left no trace but entries, which are looked at as well."""
    op.create_table(
        "former_part",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("tie_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_former_part_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tie_id"], ["tie.id"], name=op.f("fk_former_part_tie_id_tie"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "tie_id", name=op.f("pk_former_part")),
    )
    op.create_index(op.f("ix_former_part_tie_id"), "former_part", ["tie_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("former_part")
