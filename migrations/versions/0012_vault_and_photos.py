"""Openings of the vault found among all events; photographs that wait for their appeal."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime
from foundation.database.encrypted import EncryptedText

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_VAULT_OPENED = sa.text("kind = 'vault_opened'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_events_vault",
        "ticket_events",
        ["id"],
        sqlite_where=_VAULT_OPENED,
        postgresql_where=_VAULT_OPENED,
    )
    op.create_table(
        "staged_files",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("name", EncryptedText("attachment.name"), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_files")),
    )
    op.create_index(op.f("ix_staged_files_conversation_id"), "staged_files", ["conversation_id"])
    op.create_index(op.f("ix_staged_files_at"), "staged_files", ["at"])


def downgrade() -> None:
    op.drop_table("staged_files")
    op.drop_index("ix_ticket_events_vault", "ticket_events")
