"""How many people are active in a role, along an index

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("deactivated_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    op.create_index(
        "ix_person_active_role",
        "person",
        ["role"],
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_person_active_role", "person")
