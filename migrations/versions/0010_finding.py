"""Full-text search, saved filters, the index of duplicates."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from foundation.database.base import UtcDateTime

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Keeps the index of SQLite behind the table: an external-content FTS5 table has to be told.
_FTS5 = (
    (
        "CREATE VIRTUAL TABLE ticket_search USING fts5("
        "words, content='ticket_documents', content_rowid='id', tokenize='unicode61')"
    ),
    (
        "CREATE TRIGGER ticket_documents_added AFTER INSERT ON ticket_documents BEGIN"
        " INSERT INTO ticket_search(rowid, words) VALUES (new.id, new.words); END"
    ),
    (
        "CREATE TRIGGER ticket_documents_gone AFTER DELETE ON ticket_documents BEGIN"
        " INSERT INTO ticket_search(ticket_search, rowid, words)"
        " VALUES ('delete', old.id, old.words); END"
    ),
    (
        "CREATE TRIGGER ticket_documents_changed AFTER UPDATE OF words ON ticket_documents BEGIN"
        " INSERT INTO ticket_search(ticket_search, rowid, words)"
        " VALUES ('delete', old.id, old.words);"
        " INSERT INTO ticket_search(rowid, words) VALUES (new.id, new.words); END"
    ),
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "ticket_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_documents_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_documents")),
        sa.UniqueConstraint("ticket_id", "audience", name=op.f("uq_ticket_documents_ticket_id")),
    )
    if sqlite:
        for statement in _FTS5:
            op.execute(statement)
    else:
        op.create_index(
            "ix_ticket_documents_words", "ticket_documents", ["words"], postgresql_using="gin"
        )
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filters_account_id")),
    )
    op.create_table(
        "duplicate_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "ticket_id", name=op.f("pk_duplicate_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate_sketches",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_duplicate_sketches_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_duplicate_sketches")),
    )
    op.create_table(
        "duplicate_pairs",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_duplicate_pairs_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tickets.id"], name=op.f("fk_duplicate_pairs_other_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_duplicate_pairs")),
    )
    op.create_index(
        "ix_duplicate_pairs_open",
        "duplicate_pairs",
        ["ticket_id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    # The moving window of duplicates and hot issues.
    op.create_index("ix_tickets_registered_at", "tickets", ["registered_at"])


def downgrade() -> None:
    op.drop_index("ix_tickets_registered_at", table_name="tickets")
    op.drop_table("duplicate_pairs")
    op.drop_table("duplicate_sketches")
    op.drop_table("duplicate_keys")
    op.drop_table("saved_filters")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE ticket_search")
    op.drop_table("ticket_documents")
