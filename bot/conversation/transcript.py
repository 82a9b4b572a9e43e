"""What others read of a conversation: entries, receipts, the live list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation.models import MessageRow
from bot.conversation.schemas import AppealDraft, Author, Card, Choice, Reply


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said, as a channel or a desk shows it."""

    seq: int
    author: Author
    text: str
    cards: tuple[Card, ...]
    choices: tuple[Choice, ...]
    sources: tuple[dict[str, Any], ...]
    at: datetime
    useful: bool | None = None


@dataclass(frozen=True, slots=True)
class TurnSummary:
    """What a turn led to (the machine form ``talk``); empty until it is handled."""

    act: str | None = None
    matter: str | None = None
    policy: str | None = None  # code of the policy answer or clause quoted
    facet: str | None = None
    decision: str | None = None
    ticket_no: str | None = None
    handover: bool = False
    emergency_line: str | None = None
    asks: str | None = None
    degraded: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one message. ``stored`` is false when even saving it failed."""

    conversation_id: str | None
    seq: int | None
    entries: tuple[Entry, ...]
    summary: TurnSummary
    # The appeal being taken down once the turn was done.
    draft: AppealDraft | None = None
    stored: bool = True
    # Said although it could not be saved; empty otherwise.
    unsaved: tuple[Reply, ...] = ()

    @property
    def degraded(self) -> str | None:
        """Why the turn went without Rasa, or ``None``."""
        return self.summary.degraded


@dataclass(frozen=True, slots=True)
class LiveConversation:
    """One line of the agent desk's list; texts are masked."""

    id: str
    channel: str
    last_text: str
    last_author: Author
    updated_at: datetime
    holder_id: str | None
    handover_requested_at: datetime | None


def entry(row: MessageRow, *, masked: bool) -> Entry:
    """Return a stored message as it is shown; ``masked`` for readers other than the citizen."""
    payload = row.payload
    return Entry(
        seq=row.seq,
        author=Author(row.author),
        text=row.masked_text if masked else row.text,
        cards=tuple(Card.model_validate(card) for card in payload.get("cards", ())),
        choices=tuple(Choice.model_validate(choice) for choice in payload.get("choices", ())),
        sources=tuple(payload.get("sources", ())),
        at=row.created_at,
        useful=row.useful,
    )
