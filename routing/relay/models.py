"""The table of the relay (转问): what departments ask informants, and what these say."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText
from foundation.database.enumerated import EnumText
from routing.relay.states import MessageKind, MessageState


class RelayMessage(Base):
    """One question, answer or statement.

    ``text`` is as it was written: of an informant it is the vault's, and read by no desk. What a
    dispatcher and the department read of it stands in ``Redaction``.
    """

    __tablename__ = "relay_messages"
    __table_args__ = (Index("ix_relay_messages_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    kind: Mapped[MessageKind] = mapped_column(EnumText(MessageKind))
    state: Mapped[MessageState] = mapped_column(EnumText(MessageState))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("relay_messages.id"))
    department_code: Mapped[str | None] = mapped_column(String(16))  # who asked
    text: Mapped[str] = mapped_column(EncryptedText("relay.text"))
    pauses: Mapped[bool] = mapped_column(default=False)  # the clock stands until it is answered
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
