"""Confirmed versions of confidential appeals, the relay to informants, attachments kept back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from foundation.clock import SystemClock
from foundation.database.base import UtcDateTime
from foundation.database.encrypted import EncryptedText

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WAITING = sa.text("waiting")
# As in routing.appeals.shielding; a revision does not follow later changes of the product.
_PENDING = "保密诉求，内容待派单员确认遮盖稿后显示。"


def upgrade() -> None:
    _create_relay()
    _create_redactions()
    op.add_column("attachments", sa.Column("withheld_by", sa.String(length=64), nullable=True))
    op.add_column("attachments", sa.Column("withheld_at", UtcDateTime(), nullable=True))
    _take_over()


def _create_relay() -> None:
    op.create_table(
        "relay_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.String(length=16), nullable=True),
        sa.Column("text", EncryptedText("relay.text"), nullable=False),
        sa.Column("pauses", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_relay_messages_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.id"], name=op.f("fk_relay_messages_appeal_id_appeals")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["relay_messages.id"],
            name=op.f("fk_relay_messages_question_id_relay_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_messages")),
    )
    op.create_index("ix_relay_messages_ticket_id", "relay_messages", ["ticket_id", "id"])
    op.create_index(op.f("ix_relay_messages_appeal_id"), "relay_messages", ["appeal_id"])


def _create_redactions() -> None:
    op.create_table(
        "redactions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", EncryptedText("redaction.text"), nullable=False),
        sa.Column("place", EncryptedText("redaction.place"), nullable=True),
        sa.Column("occurred", EncryptedText("redaction.occurred"), nullable=True),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_redactions_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.id"], name=op.f("fk_redactions_appeal_id_appeals")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["relay_messages.id"],
            name=op.f("fk_redactions_message_id_relay_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redactions")),
    )
    op.create_index("ix_redactions_ticket_id", "redactions", ["ticket_id", "appeal_id"])
    op.create_index(op.f("ix_redactions_message_id"), "redactions", ["message_id"])
    op.create_index(
        "ix_redactions_waiting",
        "redactions",
        ["id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _take_over() -> None:
    """Propose what stands for each confidential appeal; what a department has read is confirmed.

    What has never been dispatched is closed until a dispatcher looks at it.
    """
    bind = op.get_bind()
    found = bind.execute(
        sa.text(
            "SELECT l.ticket_id, l.appeal_id, COALESCE(l.part, a.text) AS text, a.place,"
            " a.occurred, l.ended_at IS NULL AS standing, t.dispatch_count, t.ticket_no, a.number,"
            " t.place AS own_place, t.occurred AS own_occurred"
            " FROM appeal_tickets l JOIN appeals a ON a.id = l.appeal_id"
            " JOIN tickets t ON t.id = l.ticket_id WHERE a.confidential"
        )
    ).all()
    now = SystemClock().now()
    rows = []
    for one in found:
        own = one.ticket_no.rpartition("-")[0] == one.number
        row = {
            "ticket_id": one.ticket_id,
            "appeal_id": one.appeal_id,
            "number": 1,
            "text": one.text,
            "place": one.own_place if own else one.place,
            "occurred": one.own_occurred if own else one.occurred,
            "waiting": bool(one.standing) and not one.dispatch_count,
            "confirmed_by": None,
            "at": now,
        }
        rows.append(row)
        if one.dispatch_count:
            rows.append(row | {"number": 2, "confirmed_by": "system"})
            continue
        for statement in _FORGET:
            bind.execute(sa.text(statement), {"id": one.ticket_id})
        if own:
            _close(bind, one.ticket_id)
    if rows:
        bind.execute(_REDACTIONS.insert(), rows)


def _close(bind: sa.Connection, ticket_id: int) -> None:
    """Take an informant's words from the ticket that was opened for them."""
    own = _TICKETS.c.id == ticket_id
    kept = bind.execute(sa.select(_TICKETS.c.proposal).where(own)).scalar_one()
    quoted = {"emotion_words": []} if "emotion_words" in kept else {}
    if "demands" in kept:
        quoted["demands"] = [one | {"words": ""} for one in kept["demands"]]
    closed = {"text": _PENDING, "title": _PENDING, "place": None, "occurred": None}
    bind.execute(_TICKETS.update().where(own).values(**closed, proposal=kept | quoted))


_TICKETS = sa.table(
    "tickets",
    sa.column("id", sa.Integer()),
    sa.column("title", sa.String()),
    sa.column("text", sa.Text()),
    sa.column("place", sa.Text()),
    sa.column("occurred", sa.Text()),
    sa.column("proposal", sa.JSON()),
)
_REDACTIONS = sa.table(
    "redactions",
    sa.column("ticket_id", sa.Integer()),
    sa.column("appeal_id", sa.Integer()),
    sa.column("number", sa.Integer()),
    sa.column("text", EncryptedText("redaction.text")),
    sa.column("place", EncryptedText("redaction.place")),
    sa.column("occurred", EncryptedText("redaction.occurred")),
    sa.column("waiting", sa.Boolean()),
    sa.column("confirmed_by", sa.String()),
    sa.column("at", UtcDateTime()),
)
# What was made from them.
_FORGET = (
    # Written again at the next start, from what may be read now.
    "DELETE FROM ticket_documents WHERE ticket_id = :id",
    "DELETE FROM duplicate_keys WHERE ticket_id = :id",
    "DELETE FROM duplicate_sketches WHERE ticket_id = :id",
    # They name places and words that both tickets hold.
    "UPDATE duplicate_pairs SET why = '[]' WHERE :id IN (ticket_id, other_id)",
)


def downgrade() -> None:
    op.drop_column("attachments", "withheld_at")
    op.drop_column("attachments", "withheld_by")
    op.drop_table("redactions")
    op.drop_table("relay_messages")
