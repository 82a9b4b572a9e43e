"""The loop that empties the outbox: claim, commit, deliver, note the result."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.outbox import Outbox

logger = logging.getLogger(__name__)

Handler = Callable[[OutboxMessage], Awaitable[None]]
_BATCH = 20


class OutboxWorker:
    """Delivers messages by topic; any number of workers may run, each message goes to one.

    A handler may be given the same message twice (its worker was lost after delivery): it goes by
    ``message.key``. No transaction is open while a handler runs.
    """

    def __init__(self, database: Database, outbox: Outbox, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._outbox = outbox
        self._handlers = handlers

    async def run(self, pause_seconds: float = 1.0) -> None:
        """Deliver until cancelled; a full batch is followed by the next one at once."""
        while True:
            if await self._deliver_or_log() < _BATCH:
                await asyncio.sleep(pause_seconds)

    async def run_once(self) -> int:
        """Deliver what is due, one batch; return how many messages were taken."""
        if not await self._database.read(self._outbox.has_due):
            return 0
        messages = await self._database.write(lambda session: self._outbox.claim(session, _BATCH))
        for message in messages:
            await self._deliver(message)
        return len(messages)

    async def _deliver_or_log(self) -> int:
        try:
            return await self.run_once()
        except Exception:  # the loop outlives a database that is away for a while
            logger.exception("outbox round failed")
            return 0

    async def _deliver(self, message: OutboxMessage) -> None:
        # A topic nobody listens to is done at once: the event itself stays with its ticket.
        handler = self._handlers.get(message.topic)
        try:
            if handler is not None:
                await handler(message)
        except Exception as error:  # noqa: BLE001 -- whatever fails is retried, then a dead letter
            reason = f"{type(error).__name__}: {error}"
            logger.warning(
                "outbox delivery failed: topic=%s key=%s attempt=%d error=%s",
                message.topic,
                message.key,
                message.attempts,
                type(error).__name__,
            )
            await self._database.write(
                lambda session: self._outbox.fail(session, message.id, reason)
            )
        else:
            await self._database.write(lambda session: self._outbox.complete(session, message.id))
