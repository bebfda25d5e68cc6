"""What boards ask of talks and of who took part, along indexes

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BEFORE = ["person_id", "day"]
_TALKS = [*_BEFORE, "taken_back_at", "began", "kind"]
_PARTICIPANTS = ["conversation_id", "counted", "answered"]


def upgrade() -> None:
    """Take the step."""
    op.create_index(
        op.f("ix_participant_conversation_id_counted_answered"), "participant", _PARTICIPANTS
    )
    op.drop_index("ix_conversation_person_id_day", "conversation")
    op.create_index(
        op.f("ix_conversation_person_id_day_taken_back_at_began_kind"), "conversation", _TALKS
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_conversation_person_id_day_taken_back_at_began_kind", "conversation")
    op.create_index(op.f("ix_conversation_person_id_day"), "conversation", _BEFORE)
    op.drop_index("ix_participant_conversation_id_counted_answered", "participant")
