"""Promised handling; why a ticket was declined; what its citizen is asked for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime
from foundation.database.encrypted import EncryptedText

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("declined_to", sa.String(length=16), nullable=True))
        reason = sa.Column("decline_reason", EncryptedText("ticket.decline_reason"), nullable=True)
        batch_op.add_column(reason)
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", EncryptedText("assignment.asked"), nullable=True))
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("promised_until", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("due_before", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("broken_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_promises_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_promises_assignment_id_assignments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_ticket_id"), "promises", ["ticket_id"])
    op.create_index(op.f("ix_promises_department_code"), "promises", ["department_code"])
    op.create_index("ix_promises_state", "promises", ["state", "at"])
    op.create_index("ix_promises_broken_at", "promises", ["broken_at"])
    op.create_index("ix_promises_at", "promises", ["at"])


def downgrade() -> None:
    op.drop_table("promises")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_column("asked")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("decline_reason")
        batch_op.drop_column("declined_to")
