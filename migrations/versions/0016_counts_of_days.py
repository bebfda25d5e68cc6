"""What the days of the programme add up to, which the database counts itself

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_FIGURES = ("begun", "revived", "drifted", "ended", "conversations", "they_began")
_FRESH, _OLD = ("+", "NEW"), ("-", "OLD")
_SIDES = {"INSERT": (_FRESH,), "UPDATE": (_OLD, _FRESH), "DELETE": (_OLD,)}
_OF_LIFE = """
    INSERT INTO day_count (day, begun, revived, drifted, ended)
    SELECT {of}.starts_on, {sign} (1 - CAST({of}.revived AS INTEGER)),
        {sign} CAST({of}.revived AS INTEGER), 0, 0
    UNION ALL
    SELECT {of}.ends_on, 0, 0, {sign} (1 - CAST({of}.ended AS INTEGER)),
        {sign} CAST({of}.ended AS INTEGER);"""
_OF_PARTICIPANT = """
    INSERT INTO day_count (day, conversations, they_began)
    SELECT talk.day, {sign} 1, {sign} CASE talk.began WHEN 'contact' THEN 1 ELSE 0 END
    FROM conversation AS talk
    WHERE talk.id = {of}.conversation_id AND talk.taken_back_at IS NULL
        AND {of}.counted AND (talk.began = 'advocate' OR {of}.answered);"""
_OF_CONVERSATION = """
    INSERT INTO day_count (day, conversations, they_began)
    SELECT {of}.day, {sign} count(*), {sign} sum(CASE {of}.began WHEN 'contact' THEN 1 ELSE 0 END)
    FROM participant AS one
    WHERE one.conversation_id = {of}.id AND {of}.taken_back_at IS NULL
        AND one.counted AND ({of}.began = 'advocate' OR one.answered)
    HAVING count(*) > 0;"""
_AFTER = {"INSERT": "AFTER", "UPDATE": "AFTER", "DELETE": "AFTER"}
# By table: what is written, on which events, and which columns it is of. A conversation that goes
# is counted before, while it is known who took part; who took part in one that comes, comes later.
_TRIGGERS = (
    ("life", _OF_LIFE, _AFTER, ("starts_on", "ends_on", "revived", "ended")),
    ("participant", _OF_PARTICIPANT, _AFTER, ("conversation_id", "counted", "answered")),
    (
        "conversation",
        _OF_CONVERSATION,
        {"UPDATE": "AFTER", "DELETE": "BEFORE"},
        ("day", "began", "taken_back_at"),
    ),
)


def upgrade() -> None:
    """Take the step, and count what is there."""
    op.create_table(
        "day_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in _FIGURES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_count")),
    )
    op.create_index(op.f("ix_day_count_day"), "day_count", ["day"])
    op.execute(
        """INSERT INTO day_count (day, begun, revived)
        SELECT starts_on, sum(1 - CAST(revived AS INTEGER)), sum(CAST(revived AS INTEGER))
        FROM life GROUP BY starts_on"""
    )
    op.execute(
        """INSERT INTO day_count (day, drifted, ended)
        SELECT ends_on, sum(1 - CAST(ended AS INTEGER)), sum(CAST(ended AS INTEGER))
        FROM life GROUP BY ends_on"""
    )
    op.execute(
        """INSERT INTO day_count (day, conversations, they_began)
        SELECT talk.day, count(*), sum(CASE talk.began WHEN 'contact' THEN 1 ELSE 0 END)
        FROM conversation AS talk JOIN participant AS one ON one.conversation_id = talk.id
        WHERE talk.taken_back_at IS NULL AND one.counted
            AND (talk.began = 'advocate' OR one.answered)
        GROUP BY talk.day"""
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, written, events, columns in _TRIGGERS:
        if not sqlite:
            op.execute(_function(table, written))
        for event, when in events.items():
            what = f"UPDATE OF {', '.join(columns)}" if event == "UPDATE" else event
            does = f"EXECUTE FUNCTION count_{table}()"
            if sqlite:
                lines = "".join(written.format(sign=sign, of=of) for sign, of in _SIDES[event])
                does = f"BEGIN {lines} END"
            op.execute(
                f"CREATE TRIGGER {table}_counts_{event.lower()} {when} {what} ON {table} "
                f"FOR EACH ROW {does}"
            )


def _function(table: str, written: str) -> str:
    """Return PostgreSQL's one function for a table's triggers."""
    minus, plus = (written.format(sign=sign, of=of) for sign, of in (_OLD, _FRESH))
    return f"""CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN {minus}
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; {plus}
        RETURN NEW;
    END $$"""


def downgrade() -> None:
    """Take it back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, _, events, _ in _TRIGGERS:
        for event in events:
            name = f"{table}_counts_{event.lower()}"
            op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION count_{table}")
    op.drop_table("day_count")
