"""Tables of hot issues (热点)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.enumerated import EnumText


class HotIssueState(StrEnum):
    """What people have made of it."""

    OPEN = "open"
    NOTED = "noted"
    HANDLED = "handled"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {
    HotIssueState.OPEN: "待处置",
    HotIssueState.NOTED: "已关注",
    HotIssueState.HANDLED: "已处置",
}


class HotIssue(Base):
    """One place and matter that more citizens speak of than usual."""

    __tablename__ = "hot_issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[HotIssueState] = mapped_column(EnumText(HotIssueState), index=True)
    place: Mapped[str | None] = mapped_column(String(120))
    district: Mapped[str | None] = mapped_column(String(64))
    category: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[list[Any]] = mapped_column(JSON)  # what they have in common; of no report (举报)
    count: Mapped[int] = mapped_column()  # within the window, when last looked at
    usual_tenths: Mapped[int] = mapped_column()  # tickets of a usual window × 10
    warned_count: Mapped[int] = mapped_column()  # when supervisors were last warned
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # its newest ticket
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)  # masked


class HotIssueTicket(Base):
    """Which tickets make a hot issue."""

    __tablename__ = "hot_issue_tickets"

    issue_id: Mapped[int] = mapped_column(ForeignKey("hot_issues.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)


class HotIssueRun(Base):
    """When somebody last looked: who moves the moment on has the work, for the whole cluster."""

    __tablename__ = "hot_issue_runs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
