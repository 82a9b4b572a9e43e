"""Imports of guides: staged drafts that one row shows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "knowledge_imports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_imports")),
    )
    op.create_table(
        "knowledge_staged_drafts",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["knowledge_imports.id"],
            name=op.f("fk_knowledge_staged_drafts_import_id_knowledge_imports"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_knowledge_staged_drafts")),
    )
    with op.batch_alter_table("knowledge_staged_drafts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_knowledge_staged_drafts_import_id", ["import_id", "code"], unique=False
        )
        batch_op.create_index(
            op.f("ix_knowledge_staged_drafts_replaces_id"), ["replaces_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("knowledge_staged_drafts", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_knowledge_staged_drafts_replaces_id"))
        batch_op.drop_index("ix_knowledge_staged_drafts_import_id")

    op.drop_table("knowledge_staged_drafts")
    op.drop_table("knowledge_imports")
