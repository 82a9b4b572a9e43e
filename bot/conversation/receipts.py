"""What the sender of a message is told came of it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.conversation import replies, repository
from bot.conversation.commit import Told
from bot.conversation.models import MessageRow
from bot.conversation.schemas import Author, DialogueState, Reply
from bot.conversation.storing import Stored, emergency_reply
from bot.conversation.transcript import Receipt, TurnSummary, entry
from foundation.errors import UnavailableError
from routing.safety import SafetyAlert


def not_stored(alert: SafetyAlert | None) -> Receipt:
    """Answer although nothing could be saved: the card if there is danger, and the truth."""
    said: Sequence[Reply] = [emergency_reply(alert)] if alert else []
    return Receipt(
        conversation_id=None,
        seq=None,
        entries=(),
        summary=TurnSummary(emergency_line=alert.line if alert else None),
        stored=False,
        unsaved=(*said, Reply(text=replies.NOT_STORED)),
    )


def receipt_of(session: Session, stored: Stored) -> Receipt:
    """Return what came of a stored message; raises ``UnavailableError`` where nothing did."""
    row = repository.message(session, stored.conversation_id, stored.seq)
    assert isinstance(row, MessageRow)
    if row.handled_at is None:
        raise UnavailableError(f"turn of message {row.id} was not handled")
    said = [
        other
        for other in repository.messages(session, stored.conversation_id, stored.seq)
        if other.author != Author.CITIZEN
        and (other.turn_id == row.turn_id or other.payload.get("reply_to") == stored.seq)
    ]
    summary = TurnSummary(**(row.summary or {}))
    return Receipt(
        conversation_id=stored.conversation_id,
        seq=stored.seq,
        entries=tuple(entry(other, masked=False) for other in said),
        summary=replace(summary, emergency_line=stored.emergency_line or summary.emergency_line),
        draft=state_of(session, stored.conversation_id).draft,
    )


def receipt_from(stored: Stored, told: Told) -> Receipt:
    """Return the same as ``receipt_of`` of a message whose turn was stored a moment ago."""
    return Receipt(
        conversation_id=stored.conversation_id,
        seq=stored.seq,
        entries=tuple(entry(row, masked=False) for row in told.rows),
        summary=told.summary,
        draft=told.draft,
    )


def state_of(session: Session, conversation_id: str) -> DialogueState:
    """Return the dialogue state as it stands."""
    return DialogueState.model_validate(repository.get(session, conversation_id).state)
