"""Merged and split appeals, sealed chains, service tokens."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("appeal_tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("part", sa.Text(), nullable=True))
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.String(length=32), nullable=True))
        batch_op.add_column(
            sa.Column("sealed_seq", sa.Integer(), server_default="0", nullable=False)
        )
    op.create_index(
        "ix_tickets_unsealed",
        "tickets",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sealed_seq < last_seq"),
        postgresql_where=sa.text("sealed_seq < last_seq"),
    )
    op.create_table(
        "event_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("previous_mac", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_checkpoints")),
    )
    op.create_table(
        "service_tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("department_code", sa.String(length=16), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_tokens")),
        sa.UniqueConstraint("name", name=op.f("uq_service_tokens_name")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_service_tokens_token_digest")),
    )


def downgrade() -> None:
    op.drop_table("service_tokens")
    op.drop_table("event_checkpoints")
    op.drop_index("ix_tickets_unsealed", table_name="tickets")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("sealed_seq")
        batch_op.drop_column("merged_into")
    with op.batch_alter_table("appeal_tickets", schema=None) as batch_op:
        batch_op.drop_column("part")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("since")
