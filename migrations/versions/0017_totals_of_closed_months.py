"""What the rows of closed months add up to

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_REASON = "a total of a closed month stays as it was"
_SQLITE_GUARDS = [
    f"""CREATE TRIGGER closed_total_no_{verb} BEFORE {verb} ON closed_total
    BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"""
    for verb in ("update", "delete")
]
_POSTGRESQL_GUARDS = [
    f"""CREATE TRIGGER closed_total_no_{what} BEFORE {verbs} ON closed_total
    FOR EACH {each} EXECUTE FUNCTION refuse_change('{_REASON}')"""
    for what, verbs, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
]
_SUMMED = {
    "standings": ("closed_standing", ("alive", "begun", "conversations")),
    "balances": (
        "closed_balance",
        (
            "opening",
            "corrected",
            "begun",
            "revived",
            "drifted",
            "ended",
            "closing",
            "conversations",
            "they_began",
        ),
    ),
}


def upgrade() -> None:
    """Take the step, and add up what is closed."""
    kept = op.create_table(
        "closed_total",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("rows", sa.String(length=9), nullable=False),
        sa.Column("figure", sa.String(length=13), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"],
            ["closed_month.month"],
            name=op.f("fk_closed_total_month_closed_month"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("month", "rows", "figure", name=op.f("pk_closed_total")),
    )
    totals = [
        {"month": month, "rows": rows, "figure": figure, "count": int(count)}
        for month in op.get_bind().scalars(sa.text("SELECT month FROM closed_month ORDER BY month"))
        for rows in _SUMMED
        for figure, count in _totals(month, rows).items()
    ]
    if totals:
        op.bulk_insert(kept, totals)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in _SQLITE_GUARDS if sqlite else _POSTGRESQL_GUARDS:
        op.execute(guard)


def _totals(month: str, rows: str) -> dict[str, int]:
    name, figures = _SUMMED[rows]
    table = sa.table(name, *map(sa.column, ("month", "rank", *figures)))
    sums = [sa.func.coalesce(sa.func.sum(table.c[one]), 0).label(one) for one in figures]
    if rows == "standings":
        left = sa.func.count() - sa.func.count(table.c.rank)
        sums += [sa.func.count().label("people"), left.label("left")]
    found = op.get_bind().execute(sa.select(*sums).where(table.c.month == month)).one()
    return dict(found._mapping)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("closed_total")
