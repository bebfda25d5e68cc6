"""Control totals in checkpoints

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TOTALS = ("points", "word", "points_by_person", "word_by_person")


def upgrade() -> None:
    """Take the step. Checkpoints that were taken before have none: they stay as they are."""
    for name in _TOTALS:
        op.add_column("checkpoint", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    for name in reversed(_TOTALS):
        op.drop_column("checkpoint", name)
