"""Who took part in a talk and counts, along an index

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAME = "ix_participant_conversation_id_counted_answered"


def upgrade() -> None:
    """Take the step."""
    op.create_index(op.f(_NAME), "participant", ["conversation_id", "counted", "answered"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f(_NAME), "participant")
