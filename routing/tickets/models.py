"""Tables of tickets: what must be done, each department's share, and what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText
from foundation.database.enumerated import EnumText
from routing.schemas import AppealKind
from routing.tickets.states import TicketState

FIRST_MAC = "0" * 64  # what stands before a ticket's first event
_VAULT_OPENED = sql("kind = 'vault_opened'")


class AssignmentRole(StrEnum):
    """主办 or 协办."""

    LEAD = "lead"
    CO_HANDLING = "co_handling"

    @property
    def label(self) -> str:
        """The word people see."""
        return "主办" if self is AssignmentRole.LEAD else "协办"


class SendBackState(StrEnum):
    """What became of a send-back; stands beside the ticket's state, never instead of it."""

    OPEN = "open"
    APPROVED = "approved"  # dispatched to another department
    REFUSED = "refused"  # dispatched to the same one again


class Ticket(Base):
    """What must be done (工单). Holds nothing that tells who the citizen is."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_state_due", "state", "resolve_due_at"),
        Index("ix_tickets_registered_at", "registered_at"),
        # What the next checkpoint seals; empty but for the last minute's changes.
        Index(
            "ix_tickets_unsealed",
            "id",
            sqlite_where=sql("sealed_seq < last_seq"),
            postgresql_where=sql("sealed_seq < last_seq"),
        ),
        # What the next tick of supervision looks at: what is due, and what changed since.
        Index(
            "ix_tickets_supervision",
            "next_supervision_at",
            sqlite_where=sql("next_supervision_at IS NOT NULL"),
            postgresql_where=sql("next_supervision_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_no: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[TicketState] = mapped_column(EnumText(TicketState))
    version: Mapped[int] = mapped_column(default=0)
    kind: Mapped[AppealKind] = mapped_column(EnumText(AppealKind))
    category_code: Mapped[str | None] = mapped_column(String(16), index=True)
    category: Mapped[str | None] = mapped_column(String(200))  # 城市管理/市容环境/占道经营
    title: Mapped[str] = mapped_column(String(64))
    # The version that handling roles see: masked; of a confidential appeal what a dispatcher has
    # confirmed, and before that a fixed sentence.
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(String(64), index=True)
    occurred: Mapped[str | None] = mapped_column(Text)  # when, as the citizen said it
    urgent: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dispatch_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolve_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_provisional: Mapped[bool] = mapped_column(default=False, index=True)
    # Since when the citizen is waited for: the clock stands, nothing becomes overdue.
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # rule pack, clause, certainty, derivation of the due time
    due_basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    # routing's proposal: confidence, candidates with evidence
    proposal: Mapped[dict[str, Any]] = mapped_column(JSON)
    dispatch_count: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)  # of handling; a reopened ticket begins the next
    # The head of its chain of events: number and code of the last one.
    last_seq: Mapped[int] = mapped_column(default=0)
    head_mac: Mapped[str] = mapped_column(String(64), default=FIRST_MAC)
    sealed_seq: Mapped[int] = mapped_column(default=0, server_default="0")  # the last one sealed
    # When supervision looks at it next; every event brings that forward to now. None: never.
    next_supervision_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into: Mapped[str | None] = mapped_column(String(32))  # number of the ticket that goes on
    # Declined by a dispatcher: the body that the citizen was sent to, and why.
    declined_to: Mapped[str | None] = mapped_column(String(16))
    decline_reason: Mapped[str | None] = mapped_column(EncryptedText("ticket.decline_reason"))

    assignments: Mapped[list["Assignment"]] = relationship(order_by="Assignment.id")


class Assignment(Base):
    """One department's share of a ticket, with its own times."""

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_inbox", "department_code", "active"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    department_code: Mapped[str] = mapped_column(String(16))
    role: Mapped[AssignmentRole] = mapped_column(EnumText(AssignmentRole))
    round: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)  # neither sent back nor of an earlier round
    designated: Mapped[bool] = mapped_column(default=False)  # 指定: cannot be sent back
    dispatched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accept_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_contact_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    send_back_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the citizen was last asked for, and the reply: both may speak of the citizen, so they do
    # not lie readable.
    asked: Mapped[str | None] = mapped_column(EncryptedText("assignment.asked"))
    reply: Mapped[str | None] = mapped_column(EncryptedText("assignment.reply"))


class SendBack(Base):
    """One send-back (退单) with the duty basis that was cited."""

    __tablename__ = "send_backs"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    department_code: Mapped[str] = mapped_column(String(16), index=True)
    state: Mapped[SendBackState] = mapped_column(EnumText(SendBackState))
    reason: Mapped[str] = mapped_column(Text)
    duty_basis: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketEvent(Base):
    """One thing that happened to a ticket; ``mac`` chains it to the one before."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index(
            "ix_ticket_events_vault",
            "id",
            sqlite_where=_VAULT_OPENED,
            postgresql_where=_VAULT_OPENED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    seq: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(32))  # past tense: accepted, returned
    from_state: Mapped[TicketState] = mapped_column(EnumText(TicketState))
    to_state: Mapped[TicketState] = mapped_column(EnumText(TicketState))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)  # masked text and references only
    previous_mac: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))


class EventCheckpoint(Base):
    """The heads of the chains that changed since the one before, sealed together (封存).

    A copy of each lies in a file outside the database; ``mac`` chains them.
    """

    __tablename__ = "event_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    heads: Mapped[list[Any]] = mapped_column(JSON)  # [ticket_no, seq, mac] each
    previous_mac: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
