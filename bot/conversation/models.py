"""Tables of conversations: everything said, by whom, and the state between two messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database.base import Base, UtcDateTime
from foundation.database.encrypted import EncryptedText


class ConversationRow(Base):
    """One citizen on one channel, or one telephone call."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "key_index"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    key_index: Mapped[str] = mapped_column(String(64))  # blind index of the channel's identity
    channel_key: Mapped[str] = mapped_column(EncryptedText("conversation.channel_key"))
    # Who speaks for the hotline: NULL is the assistant, otherwise an account's id.
    holder_id: Mapped[str | None] = mapped_column(String(32), index=True)
    holder_version: Mapped[int] = mapped_column(default=0)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    personal_values: Mapped[str] = mapped_column(EncryptedText("conversation.personal_values"))
    episode: Mapped[int] = mapped_column(default=1)
    episode_turns: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    # The worker that handles this conversation's turn now, and until when it may.
    turn_owner: Mapped[str | None] = mapped_column(String(32))
    turn_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handover_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    degraded_reason: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class MessageRow(Base):
    """One thing said. ``seq`` numbers what was said within its conversation, from 1."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "channel_message_id"),
        Index("ix_messages_unhandled", "conversation_id", "handled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column()
    author: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(16))
    channel_message_id: Mapped[str | None] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(EncryptedText("message.text"))
    masked_text: Mapped[str] = mapped_column(Text)
    # cards, choices, sources
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    turn_id: Mapped[str | None] = mapped_column(String(32), index=True)
    # What the turn led to (act, matter, decision …), on the citizen's message that closed it.
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    useful: Mapped[bool | None] = mapped_column()
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
