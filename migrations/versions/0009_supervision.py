"""Supervision: cards, reminders, orders, notices, weekly reports; when to look at a ticket next."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LIVE = sa.text("state IN ('open', 'answered')")
_WATCHED = sa.text("next_supervision_at IS NOT NULL")
# What was open when supervision came is looked at by its first tick.
_TAKE_UP = """
UPDATE tickets SET next_supervision_at = registered_at
WHERE state NOT IN ('declined', 'direct_answered', 'archived', 'merged', 'withdrawn')
"""


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_supervision_at", UtcDateTime(), nullable=True))
    op.execute(_TAKE_UP)
    op.create_index(
        "ix_tickets_supervision",
        "tickets",
        ["next_supervision_at"],
        unique=False,
        sqlite_where=_WATCHED,
        postgresql_where=_WATCHED,
    )
    _cards()
    _reminders()
    _orders()
    _notices()
    op.create_table(
        "supervision_weeks",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_supervision_weeks")),
    )


def _references(table: str, *, assignment_required: bool) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=not assignment_required),
        sa.Column("department_code", sa.String(length=16), nullable=not assignment_required),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f(f"fk_{table}_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f(f"fk_{table}_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _answer() -> tuple[sa.Column, ...]:
    return (
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("replied_by", sa.String(length=64), nullable=True),
    )


def _end() -> tuple[sa.Column, ...]:
    return (
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("close_reason", sa.String(length=32), nullable=True),
    )


def _cards() -> None:
    op.create_table(
        "supervision_cards",
        *_references("supervision_cards", assignment_required=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column("colour", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        *_answer(),
        *_end(),
    )
    op.create_index("ix_supervision_cards_ticket", "supervision_cards", ["ticket_id", "state"])
    op.create_index(
        "ix_supervision_cards_live",
        "supervision_cards",
        ["colour", "due_at", "id"],
        unique=False,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_index(
        "ix_supervision_cards_department", "supervision_cards", ["department_code", "state"]
    )
    op.create_index("ix_supervision_cards_at", "supervision_cards", ["at"])


def _reminders() -> None:
    op.create_table(
        "reminders",
        *_references("reminders", assignment_required=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("answer_due_at", UtcDateTime(), nullable=False),
        sa.Column("unanswered_at", UtcDateTime(), nullable=True),
        *_answer(),
        *_end(),
    )
    op.create_index("ix_reminders_ticket", "reminders", ["ticket_id", "state"])
    op.create_index("ix_reminders_department", "reminders", ["department_code", "state"])
    op.create_index("ix_reminders_at", "reminders", ["at"])
    op.create_index(op.f("ix_reminders_unanswered_at"), "reminders", ["unanswered_at"])


def _orders() -> None:
    op.create_table(
        "supervision_orders",
        *_references("supervision_orders", assignment_required=True),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reply_due_at", UtcDateTime(), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        *_answer(),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        *_end(),
    )
    op.create_index("ix_supervision_orders_ticket", "supervision_orders", ["ticket_id", "state"])
    op.create_index(
        "ix_supervision_orders_department", "supervision_orders", ["department_code", "state"]
    )
    op.create_index("ix_supervision_orders_at", "supervision_orders", ["at"])
    op.create_index(op.f("ix_supervision_orders_overdue_at"), "supervision_orders", ["overdue_at"])


def _notices() -> None:
    op.create_table(
        "supervision_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("department_code", sa.String(length=16), nullable=True),
        sa.Column("ticket_no", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_notices")),
        sa.UniqueConstraint("message_key", "role", name=op.f("uq_supervision_notices_message_key")),
    )
    op.create_index(
        "ix_supervision_notices_desk", "supervision_notices", ["role", "department_code", "read_at"]
    )


def downgrade() -> None:
    for table in (
        "supervision_weeks",
        "supervision_notices",
        "supervision_orders",
        "reminders",
        "supervision_cards",
    ):
        op.drop_table(table)
    op.drop_index("ix_tickets_supervision", table_name="tickets")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("next_supervision_at")
