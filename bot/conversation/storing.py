"""Step (a): the message is stored before anything else is done with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation import repository
from bot.conversation.schemas import Author, Card, IncomingMessage, Reply
from routing.safety.screen import SafetyAlert


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message was put; ``resent``: the channel handed it over before."""

    conversation_id: str
    seq: int
    resent: bool
    emergency_line: str | None


def emergency_reply(alert: SafetyAlert) -> Reply:
    """The card that goes out at once."""
    lines = alert.instructions.splitlines()
    data = {"line": alert.line, "name": alert.name, "instructions": lines}
    return Reply(text=alert.instructions, cards=(Card(type="emergency", data=data),))


def store_message(
    session: Session, message: IncomingMessage, alert: SafetyAlert | None, now: datetime
) -> Stored:
    """Store a message and, below it, the emergency card; idempotent on channel + message id."""
    line = alert.line if alert else None
    known = repository.by_channel_message(session, message.channel, message.message_id)
    if known is not None:
        return Stored(known.conversation_id, known.seq, resent=True, emergency_line=line)
    found = repository.find(session, message.channel, message.conversation_key)
    conversation = (
        repository.lock(session, found.id)
        if found is not None
        else repository.create(session, message.channel, message.conversation_key, now)
    )
    row = repository.append(
        session,
        conversation,
        Author.CITIZEN,
        _writable(message.text),
        now,
        channel_message_id=message.message_id,
    )
    if alert is not None:
        said = {"reply_to": row.seq}
        repository.append_reply(session, conversation, emergency_reply(alert), now, payload=said)
        row.summary = {"emergency_line": line}
    return Stored(conversation.id, row.seq, resent=False, emergency_line=line)


def _writable(text: str) -> str:
    # Lone surrogates come from broken clients; no encoding and no database takes them.
    return text.encode("utf-8", "replace").decode("utf-8")
