"""The table of follow-ups: each try to ask one citizen about one round of handling."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText
from routing.follow_ups.states import FollowUpOutcome, Satisfaction


class FollowUp(Base):
    """One try (回访). Of an appeal, not of a ticket: each citizen may disagree for themselves."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_ticket", "ticket_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    round: Mapped[int] = mapped_column()  # of handling, as on the ticket
    outcome: Mapped[FollowUpOutcome] = mapped_column(EnumText(FollowUpOutcome))
    solved: Mapped[bool | None] = mapped_column()  # None: nobody was asked
    satisfaction: Mapped[Satisfaction | None] = mapped_column(EnumText(Satisfaction))
    note: Mapped[str] = mapped_column(Text, default="")  # masked
    actor: Mapped[str] = mapped_column(String(64))  # as in the event log
    at: Mapped[datetime] = mapped_column(UtcDateTime)
