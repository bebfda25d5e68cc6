"""The words of profile versions that ended go, as they do by now when one ends

Revision: 0022
Follows: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.execute("UPDATE profile_version SET headline = '', words = '' WHERE ended_at IS NOT NULL")


def downgrade() -> None:
    """Take it back: nothing brings the words back."""
