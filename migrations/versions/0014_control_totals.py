"""Control totals in checkpoints, and standings that are added up along their index

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
_BOARD = ["period", "points", "person_id"]


def upgrade() -> None:
    """Take the step. Checkpoints that were taken before have none: they stay as they are."""
    for name in _TOTALS:
        op.add_column("checkpoint", sa.Column(name, sa.BigInteger(), nullable=True))
    op.drop_index("ix_standing_board", "standing")
    op.create_index("ix_standing_board", "standing", [*_BOARD, "seen", "word", "shares"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_standing_board", "standing")
    op.create_index("ix_standing_board", "standing", _BOARD)
    for name in reversed(_TOTALS):
        op.drop_column("checkpoint", name)
