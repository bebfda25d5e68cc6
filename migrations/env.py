"""Run by Alembic: upgrades on the connection that it is handed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from advocacy.core.tables import UtcDateTime
from advocacy.schema import metadata


def plain_type(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain ones that they are on the engine."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=plain_type,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
