"""The words of names and addresses by which people are found

Revision: 0015
Follows: 0014
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    """Take the step."""
    bind = op.get_bind()
    collation = "C" if bind.dialect.name == "postgresql" else None
    kept = op.create_table(
        "person_word",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=762, collation=collation), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_word_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "word", name=op.f("pk_person_word")),
    )
    op.create_index(op.f("ix_person_word_word_person_id"), "person_word", ["word", "person_id"])
    people = bind.execute(sa.text("SELECT id, name, email FROM person ORDER BY id")).all()
    for at in range(0, len(people), _BATCH):
        op.bulk_insert(
            kept,
            [
                {"person_id": number, "word": word}
                for number, name, email in people[at : at + _BATCH]
                for word in sorted(_words_of(f"{name} {email}"))
            ],
        )


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def _words_of(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())
    unspaced = {word[at:] for word in words if _UNSPACED.search(word) for at in range(len(word))}
    return {*words, *unspaced}


def downgrade() -> None:
    """Take it back."""
    op.drop_table("person_word")
