"""What the standings of a month add up to, which the database counts itself

Revision: 0020
Follows: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FIGURES = ("numbers", "points", "points_by_person", "entered", "entered_by_person")
# Of quarters, years and all time nothing is counted.
_WRITTEN = """
    INSERT INTO standing_count
        (month, word, people, numbers, points, points_by_person, entered, entered_by_person)
    SELECT {of}.period, {of}.word, {sign} 1, {sign} {of}.person_id, {sign} {of}.points,
        {sign} {of}.points * CAST({of}.person_id AS BIGINT),
        {sign} ({of}.seen + {of}.word + {of}.shares),
        {sign} ({of}.seen + {of}.word + {of}.shares) * CAST({of}.person_id AS BIGINT)
    WHERE length({of}.period) = 7 AND substr({of}.period, 6, 1) <> 'Q';"""
_OLD, _FRESH = _WRITTEN.format(sign="-", of="OLD"), _WRITTEN.format(sign="+", of="NEW")
_LINES = {"INSERT": _FRESH, "UPDATE": _OLD + _FRESH, "DELETE": _OLD}


def upgrade() -> None:
    """Take the step, and count what is there."""
    op.create_table(
        "standing_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("word", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _FIGURES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_count")),
    )
    op.create_index(op.f("ix_standing_count_month_word"), "standing_count", ["month", "word"])
    op.execute(
        """INSERT INTO standing_count
            (month, word, people, numbers, points, points_by_person, entered, entered_by_person)
        SELECT period, word, count(*), sum(number), sum(points), sum(points * number),
            sum(entered), sum(entered * number)
        FROM (
            SELECT period, word, CAST(person_id AS BIGINT) AS number, points,
                seen + word + shares AS entered
            FROM standing
            WHERE length(period) = 7 AND substr(period, 6, 1) <> 'Q'
        ) AS one
        GROUP BY period, word"""
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            f"""CREATE FUNCTION count_standing() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN {_OLD} END IF;
                IF TG_OP <> 'DELETE' THEN {_FRESH} END IF;
                RETURN NULL;
            END $$"""
        )
    for event, lines in _LINES.items():
        does = f"BEGIN {lines} END" if sqlite else "EXECUTE FUNCTION count_standing()"
        op.execute(
            f"CREATE TRIGGER standing_counts_{event.lower()} AFTER {event} ON standing "
            f"FOR EACH ROW {does}"
        )


def downgrade() -> None:
    """Take it back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for event in _LINES:
        name = f"standing_counts_{event.lower()}"
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON standing"))
    if not sqlite:
        op.execute("DROP FUNCTION count_standing")
    op.drop_table("standing_count")
