"""Pauses, extensions, and the due times of every clock."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TICKET_TIMES = ("dispatch_due_at", "paused_at")
_SHARE_TIMES = ("accept_due_at", "first_contact_due_at", "contacted_at")


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name in _TICKET_TIMES:
            batch_op.add_column(sa.Column(name, UtcDateTime(), nullable=True))
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        for name in _SHARE_TIMES:
            batch_op.add_column(sa.Column(name, UtcDateTime(), nullable=True))
    op.create_table(
        "ticket_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_pauses_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_pauses")),
    )
    op.create_index(op.f("ix_ticket_pauses_ticket_id"), "ticket_pauses", ["ticket_id"])
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("due_before", UtcDateTime(), nullable=False),
        sa.Column("granted_working_days", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_extensions_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index(op.f("ix_extensions_department_code"), "extensions", ["department_code"])
    op.create_index("ix_extensions_state", "extensions", ["state", "at"])
    op.create_index(op.f("ix_extensions_ticket_id"), "extensions", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("extensions")
    op.drop_table("ticket_pauses")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        for name in _SHARE_TIMES:
            batch_op.drop_column(name)
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name in _TICKET_TIMES:
            batch_op.drop_column(name)
