"""Messages on their way through the conversation; a page that closes does not stop them."""

import asyncio

from bot.conversation.schemas import IncomingMessage
from bot.conversation.transcript import Receipt
from connectors.http.limits import SlidingWindow
from connectors.web_chat.contract import Conversations
from connectors.web_chat.schemas import SentMessage

# DESIGN §5: a small rate per session.
RATE_LIMIT = 5
RATE_SECONDS = 5.0
# Tapping through a form or rating is quicker than writing.
_EDIT_LIMIT = 30
_EDIT_SECONDS = 10.0
_DRAIN_SECONDS = 10.0


class Turns:
    """Hands citizens' messages over, limited, each in a task of its own."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._limit = SlidingWindow("chat messages", RATE_LIMIT, RATE_SECONDS)
        self._edit_limit = SlidingWindow("chat edits", _EDIT_LIMIT, _EDIT_SECONDS)
        self._running: set[asyncio.Task[Receipt]] = set()

    async def take(self, key: str, message: SentMessage) -> Receipt:
        """Hand one message over and wait until its turn is done.

        Raises:
            TooManyRequestsError: the session sends too fast; the message was not kept.
        """
        self._limit.check(key)
        task = asyncio.create_task(self._receive(key, message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Shielded: the citizen closed the page, and what they said is still answered.
        return await asyncio.shield(task)

    def check_edit(self, key: str) -> None:
        """Count one change of the draft or one rating; raises ``TooManyRequestsError``."""
        self._edit_limit.check(key)

    async def drain(self) -> None:
        """Wait for the turns under way, at most ten seconds (the process is stopping)."""
        if self._running:
            await asyncio.wait(self._running, timeout=_DRAIN_SECONDS)

    async def _receive(self, key: str, message: SentMessage) -> Receipt:
        return await self._conversations.receive(
            IncomingMessage(
                channel="web",
                conversation_key=key,
                # Ids are the page's own: with the session in front, no other page can meet them.
                message_id=f"{key[:32]}:{message.id}",
                text=message.text,
            )
        )
