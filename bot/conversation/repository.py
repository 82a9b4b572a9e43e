"""Every query on conversations."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bot.conversation.errors import ConversationNotFoundError
from bot.conversation.models import ConversationRow, MessageRow
from bot.conversation.schemas import Author, DialogueState, Reply
from foundation.database.encrypted import blind_index
from foundation.text.personal_information import mask
from foundation.text.storable import storable

# A turn takes well under a second; past this the worker that held it is taken for dead.
TURN_LEASE = timedelta(seconds=30)
_LOOKED_BACK = 20  # replies; a guide further up is not what the citizen speaks of
_KEY_PURPOSE = "conversation.channel_key"


def find(session: Session, channel: str, key: str) -> ConversationRow | None:
    """Return the conversation of a channel identity."""
    return session.scalar(
        select(ConversationRow).where(
            ConversationRow.channel == channel,
            ConversationRow.key_index == blind_index(key, _KEY_PURPOSE),
        )
    )


def create(session: Session, channel: str, key: str, now: datetime) -> ConversationRow:
    """Add a conversation for a channel identity."""
    row = ConversationRow(
        id=uuid.uuid4().hex,
        channel=channel,
        key_index=blind_index(key, _KEY_PURPOSE),
        channel_key=key,
        holder_version=0,
        state=DialogueState().model_dump(mode="json"),
        personal_values="{}",
        episode=1,
        episode_turns=0,
        last_seq=0,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def get(session: Session, conversation_id: str) -> ConversationRow:
    """Return a conversation; raises ``ConversationNotFoundError``."""
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise ConversationNotFoundError(f"no conversation {conversation_id}")
    return row


def lock(session: Session, conversation_id: str) -> ConversationRow:
    """Return a conversation with its row locked (on SQLite the transaction already is)."""
    row = session.scalar(
        select(ConversationRow).where(ConversationRow.id == conversation_id).with_for_update()
    )
    if row is None:
        raise ConversationNotFoundError(f"no conversation {conversation_id}")
    return row


def by_channel_message(session: Session, channel: str, message_id: str) -> MessageRow | None:
    """Return the message a channel already handed over under this id."""
    return session.scalar(
        select(MessageRow).where(
            MessageRow.channel == channel, MessageRow.channel_message_id == message_id
        )
    )


def append(
    session: Session,
    conversation: ConversationRow,
    author: Author,
    text: str,
    now: datetime,
    **details: Any,
) -> MessageRow:
    """Add one thing said, numbered on arrival. ``details`` are further columns.

    Written with whatever else the session holds, before its next query or at its end.
    """
    conversation.last_seq += 1
    conversation.updated_at = now
    row = MessageRow(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        channel=conversation.channel,
        text=text,
        masked_text=storable(mask(text)),
        created_at=now,
        **{"payload": {}, **details},
    )
    session.add(row)
    return row


def append_reply(
    session: Session,
    conversation: ConversationRow,
    reply: Reply,
    now: datetime,
    **details: Any,
) -> MessageRow:
    """Add one reply of the assistant with its cards, choices and sources."""
    payload = reply.model_dump(mode="json", exclude={"text"}) | details.pop("payload", {})
    return append(
        session,
        conversation,
        Author.ASSISTANT,
        reply.text,
        now,
        payload=payload,
        handled_at=now,
        **details,
    )


def pending(session: Session, conversation_id: str) -> Sequence[MessageRow]:
    """Return what citizens said and nobody handled yet, in the order of arrival."""
    return session.scalars(
        select(MessageRow)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == Author.CITIZEN,
            MessageRow.handled_at.is_(None),
        )
        .order_by(MessageRow.seq)
    ).all()


def unhandled_conversations(session: Session) -> Sequence[str]:
    """Return the conversations in which something waits to be handled (after a crash)."""
    return session.scalars(
        select(MessageRow.conversation_id)
        .where(MessageRow.author == Author.CITIZEN, MessageRow.handled_at.is_(None))
        .distinct()
    ).all()


def messages(session: Session, conversation_id: str, after: int = 0) -> Sequence[MessageRow]:
    """Return what was said after ``after``, in order."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.seq > after)
        .order_by(MessageRow.seq)
    ).all()


def message(session: Session, conversation_id: str, seq: int) -> MessageRow | None:
    """Return one message by its number."""
    return session.scalar(
        select(MessageRow).where(
            MessageRow.conversation_id == conversation_id, MessageRow.seq == seq
        )
    )


def last_of_citizen(session: Session, conversation_id: str) -> MessageRow | None:
    """Return the last thing the citizen said."""
    return session.scalar(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.author == Author.CITIZEN)
        .order_by(MessageRow.seq.desc())
        .limit(1)
    )


def last_guide(session: Session, conversation_id: str) -> MessageRow | None:
    """Return the last answer of the assistant that shows a guide."""
    said = session.scalars(
        select(MessageRow)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == Author.ASSISTANT,
        )
        .order_by(MessageRow.seq.desc())
        .limit(_LOOKED_BACK)
    )
    shows = (row for row in said if any(c["type"] == "guide" for c in row.payload.get("cards", ())))
    return next(shows, None)


def last_answer(session: Session, conversation_id: str) -> Sequence[MessageRow]:
    """Return all that the assistant said last, in order."""
    said = list(
        session.scalars(
            select(MessageRow)
            .where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.author == Author.ASSISTANT,
            )
            .order_by(MessageRow.seq.desc())
            .limit(_LOOKED_BACK)
        )
    )
    last = [row for row in said if row.turn_id == said[0].turn_id]
    return last[::-1]


def question_of(session: Session, answer: MessageRow) -> MessageRow | None:
    """Return the last thing the citizen said before ``answer``."""
    return session.scalar(
        select(MessageRow)
        .where(
            MessageRow.conversation_id == answer.conversation_id,
            MessageRow.author == Author.CITIZEN,
            MessageRow.seq < answer.seq,
        )
        .order_by(MessageRow.seq.desc())
        .limit(1)
    )


def take_turn(session: Session, conversation_id: str, owner: str, now: datetime) -> bool:
    """Take the conversation's turn if it is free or its lease is over (compare-and-set)."""
    return _changed(
        session.execute(
            update(ConversationRow)
            .where(
                ConversationRow.id == conversation_id,
                or_(
                    ConversationRow.turn_owner.is_(None),
                    ConversationRow.turn_owner == owner,
                    ConversationRow.turn_until < now,
                ),
            )
            .values(turn_owner=owner, turn_until=now + TURN_LEASE)
            .execution_options(synchronize_session=False)
        )
    )


def give_back(conversation: ConversationRow, owner: str) -> None:
    """Give back the turn of a locked conversation, together with what it stored."""
    if conversation.turn_owner == owner:
        conversation.turn_owner = conversation.turn_until = None


def release_turn(session: Session, conversation_id: str, owner: str) -> None:
    """Give the turn back."""
    session.execute(
        update(ConversationRow)
        .where(ConversationRow.id == conversation_id, ConversationRow.turn_owner == owner)
        .values(turn_owner=None, turn_until=None)
        .execution_options(synchronize_session=False)
    )


def take_over(session: Session, conversation_id: str, operator_id: str, now: datetime) -> bool:
    """Give the conversation to an operator if the assistant holds it (compare-and-set)."""
    return _changed(
        session.execute(
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, ConversationRow.holder_id.is_(None))
            .values(
                holder_id=operator_id,
                holder_version=ConversationRow.holder_version + 1,
                handover_requested_at=None,
                updated_at=now,
            )
            .execution_options(synchronize_session=False)
        )
    )


def waiting_ahead(session: Session, conversation: ConversationRow) -> int:
    """Return how many citizens asked for a person earlier and still wait."""
    asked = conversation.handover_requested_at
    rows = session.scalars(
        select(ConversationRow.id).where(
            ConversationRow.handover_requested_at.is_not(None),
            ConversationRow.handover_requested_at < asked,
        )
    )
    return len(rows.all())


def recent(session: Session, since: datetime, limit: int) -> Sequence[ConversationRow]:
    """Return conversations with something said since ``since``; those who wait come first."""
    return session.scalars(
        select(ConversationRow)
        .where(ConversationRow.updated_at >= since, ConversationRow.last_seq > 0)
        .order_by(
            ConversationRow.handover_requested_at.is_(None),
            ConversationRow.handover_requested_at,
            ConversationRow.updated_at.desc(),
        )
        .limit(limit)
    ).all()


def last_messages(session: Session, conversation_ids: Sequence[str]) -> dict[str, MessageRow]:
    """Return the last thing said in each conversation, in one query."""
    rows = session.execute(
        select(ConversationRow.id, MessageRow)
        .join(
            MessageRow,
            (MessageRow.conversation_id == ConversationRow.id)
            & (MessageRow.seq == ConversationRow.last_seq),
        )
        .where(ConversationRow.id.in_(conversation_ids))
    )
    return {row.conversation_id: row for _, row in rows}


def _changed(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)
