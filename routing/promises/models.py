"""The table of promises: a later day that a department gives, and what came of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from routing.promises.states import PromiseState


class Promise(Base):
    """One promise (承诺办理) of a ticket's lead. It never moves the ticket's due time."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_state", "state", "at"),
        Index("ix_promises_broken_at", "broken_at"),
        Index("ix_promises_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    department_code: Mapped[str] = mapped_column(String(16), index=True)
    number: Mapped[int] = mapped_column()  # of the ticket's promises; from 2 on a repeated one
    # The last second of the day that is promised, Asia/Shanghai.
    promised_until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)  # masked
    state: Mapped[PromiseState] = mapped_column(EnumText(PromiseState))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_before: Mapped[datetime] = mapped_column(UtcDateTime)  # what it was promised beyond
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(Text)  # masked
    broken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # kept, broken or closed
