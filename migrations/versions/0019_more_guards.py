"""Terms and acceptances that stay, and guards that hold whoever opens SQLite's file

Revision: 0019
Follows: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STAY = {"terms": "terms stay as they were published", "acceptance": "an acceptance stays"}
_SQLITE_GUARDS = [
    f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, '{reason}'); END"""
    for table, reason in _STAY.items()
    for verb in ("update", "delete")
]
_POSTGRESQL_GUARDS = [
    f"""CREATE TRIGGER {table}_no_{what} BEFORE {verbs} ON {table}
    FOR EACH {each} EXECUTE FUNCTION refuse_change('{reason}')"""
    for table, reason in _STAY.items()
    for what, verbs, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
]
# A row that is there is not replaced: the guard against deleting does not see that, unless who
# writes has asked SQLite for it, as we do and others do not. One who accepts again does no harm.
_ALL = {
    "acceptance": "person_id version",
    "audit_event": "id",
    "checkpoint": "month through",
    "closed_balance": "person_id month",
    "closed_month": "month",
    "closed_total": "month rows figure",
    "entry": "id",
    "seal": "month",
    "terms": "version",
}
_NO_REPLACE = """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid)
    BEGIN SELECT RAISE({does}); END"""


def upgrade() -> None:
    """Take the step."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in _SQLITE_GUARDS if sqlite else _POSTGRESQL_GUARDS:
        op.execute(guard)
    for table, keys in _ALL.items() if sqlite else ():
        same = " AND ".join(f"{key} = NEW.{key}" for key in keys.split())
        does = "IGNORE" if table == "acceptance" else "ABORT, 'it is there and stays'"
        op.execute(_NO_REPLACE.format(table=table, same=same, does=does))


def downgrade() -> None:
    """Take it back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in _ALL if sqlite else ():
        op.execute(f"DROP TRIGGER {table}_no_replace")
    for table in _STAY:
        for what in ("update", "delete") if sqlite else ("change", "truncate"):
            op.execute(f"DROP TRIGGER {table}_no_{what}" + ("" if sqlite else f" ON {table}"))
