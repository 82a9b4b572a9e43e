"""What supervision tells is laid at the desks of the people whom it concerns."""

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import Handler
from routing.supervision.notices import deliver
from routing.supervision.telling import TOLD


class SupervisionNotices:
    """Handles ``supervision.told``; a message given twice is laid there once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def handlers(self) -> dict[str, Handler]:
        """What this answers to, by topic."""
        return {TOLD: self.lay}

    async def lay(self, message: OutboxMessage) -> None:
        """Write one notice for each role that the message names."""
        key, payload = message.key, message.payload
        await self._database.write(
            lambda session: deliver(session, key, payload, self._clock.now())
        )
