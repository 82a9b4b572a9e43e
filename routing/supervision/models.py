"""Tables of supervision: cards, reminders, orders, who was told, weekly reports.

No row holds a citizen's identity. What a person wrote is kept masked; it is shown to the other side
with an informant's name and number hidden (``texts.py``), and never stands in an event.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from foundation.access.permissions import Role
from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from routing.deadlines.rule_packs import LimitClock
from routing.supervision.states import CardColour, CloseReason, OrderCause, RecordState

_LIVE = sql("state IN ('open', 'answered')")


class SupervisionCard(Base):
    """One yellow or red card (黄牌、红牌) on one clock of one department's share."""

    __tablename__ = "supervision_cards"
    __table_args__ = (
        Index("ix_supervision_cards_ticket", "ticket_id", "state"),
        # Severity first, then the earliest due: the order of the desk.
        Index(
            "ix_supervision_cards_live",
            "colour",
            "due_at",
            "id",
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_supervision_cards_department", "department_code", "state"),
        Index("ix_supervision_cards_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    # None: nobody has been given the ticket yet, the card is the hotline's own.
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    department_code: Mapped[str | None] = mapped_column(String(16))
    clock: Mapped[LimitClock] = mapped_column(EnumText(LimitClock))
    colour: Mapped[CardColour] = mapped_column(EnumText(CardColour))
    state: Mapped[RecordState] = mapped_column(EnumText(RecordState))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of the clock
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[list[str]] = mapped_column(JSON)  # keys of the steps of escalation taken
    reply: Mapped[str | None] = mapped_column(Text)  # masked
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[CloseReason | None] = mapped_column(EnumText(CloseReason))


class Reminder(Base):
    """One reminder (催办), with the department's answer."""

    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_ticket", "ticket_id", "state"),
        Index("ix_reminders_department", "department_code", "state"),
        Index("ix_reminders_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    department_code: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column()  # of the ticket's reminders
    state: Mapped[RecordState] = mapped_column(EnumText(RecordState))
    text: Mapped[str] = mapped_column(Text)  # masked
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Set when that time passed without an answer; an answer that comes later does not undo it.
    unanswered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    reply: Mapped[str | None] = mapped_column(Text)  # masked
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[CloseReason | None] = mapped_column(EnumText(CloseReason))


class SupervisionOrder(Base):
    """One supervision order (督办): what is required, by when, the answer, what came of it."""

    __tablename__ = "supervision_orders"
    __table_args__ = (
        Index("ix_supervision_orders_ticket", "ticket_id", "state"),
        Index("ix_supervision_orders_department", "department_code", "state"),
        Index("ix_supervision_orders_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    department_code: Mapped[str] = mapped_column(String(16))
    cause: Mapped[OrderCause] = mapped_column(EnumText(OrderCause))
    state: Mapped[RecordState] = mapped_column(EnumText(RecordState))
    text: Mapped[str] = mapped_column(Text)  # what is required; masked
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reply_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    reply: Mapped[str | None] = mapped_column(Text)  # the last one; masked
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_by: Mapped[str | None] = mapped_column(String(64))
    refusals: Mapped[int] = mapped_column(default=0)
    decision: Mapped[str | None] = mapped_column(Text)  # what the supervisor said of the reply
    decided_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[CloseReason | None] = mapped_column(EnumText(CloseReason))


class SupervisionNotice(Base):
    """One thing that one circle of people was told; it lies at their desk until one has read it."""

    __tablename__ = "supervision_notices"
    __table_args__ = (
        UniqueConstraint("message_key", "role"),
        Index("ix_supervision_notices_desk", "role", "department_code", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(EnumText(Role))
    department_code: Mapped[str | None] = mapped_column(String(16))
    ticket_no: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)  # ours: no words of a person
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by: Mapped[str | None] = mapped_column(String(64))


class SupervisionWeek(Base):
    """One stored weekly report (周报): written once, never changed."""

    __tablename__ = "supervision_weeks"

    week: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-W47
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the next week's beginning
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    mac: Mapped[str] = mapped_column(String(64))  # HMAC-SHA-256 of the rest
