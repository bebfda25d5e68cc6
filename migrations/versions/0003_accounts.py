"""Accounts: invitations, second factors, devices, attempts, terms

Revision: 0003
Follows: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    _programme()
    _sign_ins()
    _one_time_links()
    _attempts_and_email()
    _factors()
    _terms()


def _programme() -> None:
    op.add_column(
        "programme",
        sa.Column("second_step_required", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _set_aside(table: str) -> None:
    """Rename a table to old_NAME, its names with it, so that it can be made anew."""
    aside = f"old_{table}"
    op.drop_index(f"ix_{table}_person_id", table)
    op.rename_table(table, aside)
    if op.get_bind().dialect.name == "postgresql":
        for name in (f"pk_{table}", f"fk_{table}_person_id_person"):
            op.execute(f"ALTER TABLE {aside} RENAME CONSTRAINT {name} TO old_{name}")


def _make_sign_in(*more: sa.Column[Any]) -> None:
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_sign_in_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"])


def _sign_ins() -> None:
    """Whoever is signed in stays so."""
    _set_aside("sign_in")
    _make_sign_in(
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO sign_in (token_hash, person_id, began_at, ends_at, device, seen_at) "
        "SELECT token_hash, person_id, began_at, ends_at, '', began_at FROM old_sign_in"
    )
    op.drop_table("old_sign_in")


def _make_one_time_link(*more: sa.Column[Any] | sa.CheckConstraint) -> None:
    op.create_table(
        "one_time_link",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_one_time_link_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_person_id"), "one_time_link", ["person_id"])


def _one_time_links() -> None:
    """Links that are out stay good, as invitations or as the set-up."""
    _set_aside("one_time_link")
    _make_one_time_link(
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('set-up', 'invitation', 'forgotten')",
            name=op.f("ck_one_time_link_purpose"),
        ),
        sa.CheckConstraint(
            "(purpose = 'set-up') = (person_id IS NULL)", name=op.f("ck_one_time_link_whose")
        ),
    )
    op.execute(
        "INSERT INTO one_time_link (code_hash, person_id, purpose, by_mail, made_at, ends_at) "
        "SELECT code_hash, person_id, "
        "CASE WHEN person_id IS NULL THEN 'set-up' ELSE 'invitation' END, "
        "false, made_at, ends_at FROM old_one_time_link"
    )
    op.drop_table("old_one_time_link")


def _attempts_and_email() -> None:
    op.create_table(
        "attempts",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_attempts")),
    )
    op.create_table(
        "email_change",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("old_code_hash", sa.String(length=64), nullable=False),
        sa.Column("new_code_hash", sa.String(length=64), nullable=False),
        sa.Column("old_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_email_change_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("new_code_hash", name=op.f("uq_email_change_new_code_hash")),
        sa.UniqueConstraint("old_code_hash", name=op.f("uq_email_change_old_code_hash")),
    )


def _factors() -> None:
    op.create_table(
        "authenticator",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_authenticator_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_recovery_code_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_passkey_named")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_passkey_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=20000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_terms_said")),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["person.id"],
            name=op.f("fk_terms_published_by_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_terms")),
    )
    op.create_table(
        "acceptance",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_acceptance_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version"],
            ["terms.version"],
            name=op.f("fk_acceptance_version_terms"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_acceptance")),
    )


def downgrade() -> None:
    """Take the step back. Links that a letter asked for are lost with what told them apart."""
    for table in (
        "acceptance",
        "terms",
        "passkey",
        "recovery_code",
        "authenticator",
        "email_change",
        "attempts",
    ):
        op.drop_table(table)
    _set_aside("one_time_link")
    _make_one_time_link()
    op.execute(
        "INSERT INTO one_time_link (code_hash, person_id, made_at, ends_at) "
        "SELECT code_hash, person_id, made_at, ends_at FROM old_one_time_link WHERE purpose <> 'forgotten'"
    )
    op.drop_table("old_one_time_link")
    _set_aside("sign_in")
    _make_sign_in()
    op.execute(
        "INSERT INTO sign_in (token_hash, person_id, began_at, ends_at) "
        "SELECT token_hash, person_id, began_at, ends_at FROM old_sign_in"
    )
    op.drop_table("old_sign_in")
    op.drop_column("programme", "second_step_required")
