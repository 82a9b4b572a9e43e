"""The outbox table: what must reach someone, saved with the change that caused it.

Beside it the revisions: one row a subject that every process polls.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime


class OutboxMessage(Base):
    """One message that leaves after its transaction has committed, at least once."""

    __tablename__ = "outbox_messages"
    # The claim reads the due messages only, however many were sent before.
    __table_args__ = (Index("ix_outbox_messages_due", "done_at", "dead", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)  # idempotency key
    topic: Mapped[str] = mapped_column(String(64), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)  # references and masked text only
    attempts: Mapped[int] = mapped_column(default=0)
    # Also the lease: a claimed message becomes due again when its worker is lost.
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dead: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RevisionRow(Base):
    """How often one subject has changed; bumped in the transaction that changes it."""

    __tablename__ = "revisions"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
