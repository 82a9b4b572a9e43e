"""The table of redactions: every version proposed and confirmed of what an informant said."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText

_WAITING = sql("waiting")


class Redaction(Base):
    """One version of a confidential appeal's words as one ticket shows them (遮盖稿).

    Rows are added, never rewritten: a proposal, the version a dispatcher confirmed, later edits.
    What departments read is the confirmed row with the highest number.
    """

    __tablename__ = "redactions"
    __table_args__ = (
        Index("ix_redactions_ticket_id", "ticket_id", "appeal_id"),
        Index("ix_redactions_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    # What was said through the relay; None: the appeal itself.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("relay_messages.id"), index=True)
    number: Mapped[int] = mapped_column()  # from 1, of proposals and confirmed versions together
    # A proposal may still hold what the shield did not see: nobody but a dispatcher reads it.
    text: Mapped[str] = mapped_column(EncryptedText("redaction.text"))
    place: Mapped[str | None] = mapped_column(EncryptedText("redaction.place"))
    occurred: Mapped[str | None] = mapped_column(EncryptedText("redaction.occurred"))
    waiting: Mapped[bool] = mapped_column(default=False)  # a proposal that nobody decided on
    confirmed_by: Mapped[str | None] = mapped_column(String(64))  # None: proposed
    reason: Mapped[str | None] = mapped_column(Text)  # why something was put back; masked
    at: Mapped[datetime] = mapped_column(UtcDateTime)
