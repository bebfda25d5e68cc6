"""Lists of people, and the first day of all, along an index

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_index("ix_conversation_day", "conversation", ["day"])
    op.create_index("ix_share_day", "share", ["day"])
    op.drop_index("ix_person_name", "person")
    op.create_index("ix_person_by_name", "person", [sa.text("lower(name)"), "id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_person_by_name", "person")
    op.create_index("ix_person_name", "person", ["name"])
    op.drop_index("ix_share_day", "share")
    op.drop_index("ix_conversation_day", "conversation")
