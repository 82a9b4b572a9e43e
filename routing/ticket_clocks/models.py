"""Tables of what moves a due time: pauses and extensions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText


class ExtensionState(StrEnum):
    """What became of a request; stands beside the ticket's state, never instead of it."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    CLOSED = "closed"  # the ticket was answered, merged or withdrawn before anybody decided

    @property
    def label(self) -> str:
        """The word people see."""
        return {"open": "待审批", "approved": "已同意", "refused": "未同意", "closed": "已失效"}[
            self.value
        ]


class TicketPause(Base):
    """One time in which the citizen was waited for and the clock stood still."""

    __tablename__ = "ticket_pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: still waiting


class Extension(Base):
    """One request for more time (延期), with what was decided on it."""

    __tablename__ = "extensions"
    __table_args__ = (Index("ix_extensions_state", "state", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    department_code: Mapped[str] = mapped_column(String(16), index=True)
    number: Mapped[int] = (
        mapped_column()
    )  # of the ticket's requests; from 2 on it is a repeated one
    late: Mapped[bool] = mapped_column()  # asked for when the ticket was due soon already
    working_days: Mapped[int] = mapped_column()  # asked for
    reason: Mapped[str] = mapped_column(Text)  # masked
    state: Mapped[ExtensionState] = mapped_column(EnumText(ExtensionState))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_before: Mapped[datetime] = mapped_column(UtcDateTime)
    # Set by the decision; fewer days than asked for may be granted.
    granted_working_days: Mapped[int | None] = mapped_column()
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(Text)  # masked
