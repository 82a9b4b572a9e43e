"""Tables of finding: what is searched of a ticket, for whom, and the filters that people keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from routing.finding.segmented import Segmented


class TicketDocument(Base):
    """What one audience may find a ticket by: the hotline, or one department that has a part in it.

    Written from what that audience may read and nothing else, so that no search tells more than
    the ticket itself. On SQLite ``ticket_search`` (FTS5) follows this table by triggers; on
    PostgreSQL ``words`` has a GIN index. Both are made by the revision alone.
    """

    __tablename__ = "ticket_documents"
    __table_args__ = (UniqueConstraint("ticket_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    audience: Mapped[str] = mapped_column(String(16))  # "hotline", or a department's code
    digest: Mapped[str] = mapped_column(String(32))  # of the text: unchanged, it is not cut again
    words: Mapped[str] = mapped_column(Segmented(), deferred=True)


class SavedFilter(Base):
    """A filter that an account keeps under a name of its own."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
