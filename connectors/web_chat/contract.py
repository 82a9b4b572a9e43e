"""What the web chat needs from the conversation below, as a protocol."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.conversation.schemas import AppealDraft, IncomingMessage
from bot.conversation.transcript import Entry, Receipt
from routing.appeals.schemas import ProgressView


class Conversations(Protocol):
    """The one conversation of all channels (``bot.conversation.service``)."""

    async def open(self, channel: str, key: str) -> str:
        """Return the id of a channel identity's conversation, creating it when new."""
        ...

    async def receive(self, message: IncomingMessage) -> Receipt:
        """Store and handle one message; returns when its turn is done; a resend is harmless."""
        ...

    async def transcript(self, conversation_id: str, after: int = 0) -> tuple[Entry, ...]:
        """Return what was said after ``after``, in order."""
        ...

    def subscribe(self, conversation_id: str) -> AbstractAsyncContextManager[AsyncIterator[Entry]]:
        """Yield everything said from now on, as it is stored."""
        ...

    async def draft(self, conversation_id: str) -> AppealDraft | None:
        """Return the appeal being taken down."""
        ...

    async def edit_draft(self, conversation_id: str, changes: dict[str, str]) -> AppealDraft | None:
        """Change fields of the draft, as its form does."""
        ...

    async def rate(self, conversation_id: str, seq: int, useful: bool) -> None:
        """Note whether an answer helped."""
        ...

    async def progress(self, number: str, code: str, client_key: str) -> ProgressView:
        """Return an appeal's progress; ``client_key`` is where wrong tries are counted."""
        ...

    async def say_of_appeal(
        self, number: str, code: str, client_key: str, text: str, question: int | None
    ) -> ProgressView:
        """Take what a protected citizen answers or adds; return the appeal's progress."""
        ...

    async def say_in_conversation(
        self, number: str, conversation_id: str, text: str, question: int | None
    ) -> ProgressView:
        """Take the same in the conversation that registered the appeal."""
        ...
