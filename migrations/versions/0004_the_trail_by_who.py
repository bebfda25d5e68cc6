"""The audit trail by who did it

Revision: 0004
Follows: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_index("ix_audit_event_actor_id_id", "audit_event", ["actor_id", "id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_audit_event_at", "audit_event")
    op.drop_index("ix_audit_event_actor_id_id", "audit_event")
