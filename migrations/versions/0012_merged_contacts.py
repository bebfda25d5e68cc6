"""Ties that are merged into another, and the other names of a contact

Revision: 0012
Follows: 0011
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step. The columns come in plain SQL: SQLite adds constraints with a column only."""
    op.execute(
        "ALTER TABLE tie ADD COLUMN merged_into INTEGER CONSTRAINT fk_tie_merged_into_tie"
        " REFERENCES tie (id)"
    )
    kept = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        f"ALTER TABLE tie ADD COLUMN merged_at {kept} CONSTRAINT ck_tie_merged"
        " CHECK ((merged_into IS NULL) = (merged_at IS NULL))"
    )
    op.create_index(op.f("ix_tie_merged_into"), "tie", ["merged_into"])
    op.create_table(
        "other_name",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=762), nullable=False),
        sa.Column("is_email", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_other_name_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_other_name_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("contact_id", "key", "is_email", name=op.f("pk_other_name")),
    )
    op.create_index(op.f("ix_other_name_key"), "other_name", ["key"])
    op.create_index(
        "uq_other_name_email",
        "other_name",
        ["person_id", "key"],
        unique=True,
        sqlite_where=sa.text("is_email"),
        postgresql_where=sa.text("is_email"),
    )


def downgrade() -> None:
    """Take it back. The version before knows each tie by itself only, so what the ledger says of
    a tie that was merged is entered for the one that it was merged into, and no sum moves.
    """
    _enter_for_who_stays()
    op.drop_table("other_name")
    op.drop_index("ix_tie_merged_into", "tie")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_tie_merged", "tie")
    op.drop_column("tie", "merged_at")
    op.drop_column("tie", "merged_into")


_LINE = ("person_id", "day", "rule", "evidence", "kind", "began", "deed")


def _enter_for_who_stays() -> None:
    """Enter it in the month of its day, or in the first open one, off the one and on the other."""
    entry = sa.table(
        "entry",
        sa.column("day", sa.Date),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
        *(sa.column(name) for name in ("tie_id", "points", "month", *_LINE) if name != "day"),
    )
    tie = sa.table("tie", sa.column("id"), sa.column("merged_into"))
    bind = op.get_bind()
    closed = bind.scalar(sa.text("SELECT max(month) FROM closed_month")) or ""
    written = bind.execute(
        sa.select(
            entry.c.tie_id,
            tie.c.merged_into,
            sa.func.sum(entry.c.points).label("points"),
            *(entry.c[name] for name in _LINE),
        )
        .join(tie, tie.c.id == entry.c.tie_id)
        .where(tie.c.merged_into.is_not(None))
        .group_by(entry.c.tie_id, tie.c.merged_into, *(entry.c[name] for name in _LINE))
        .having(sa.func.sum(entry.c.points) != 0)
    )
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    for row in written.mappings():
        line = {name: row[name] for name in _LINE}
        line |= {"month": max(row["day"].strftime("%Y-%m"), _after(closed)), "recorded_at": now}
        rows += [
            {**line, "tie_id": row["tie_id"], "points": -row["points"]},
            {**line, "tie_id": row["merged_into"], "points": row["points"]},
        ]
    if rows:
        op.bulk_insert(entry, rows)


def _after(month: str) -> str:
    if not month:
        return ""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02}"
