"""What supervision tells is laid at the desks of the people whom it concerns."""

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import Handler
from routing.hot_issues.service import WARNED
from routing.hot_issues.telling import warning_notice
from routing.supervision.notices import deliver
from routing.supervision.telling import TOLD


class SupervisionNotices:
    """Handles ``supervision.told`` and ``hot_issue.warned``; one given twice is laid there once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def handlers(self) -> dict[str, Handler]:
        """What this answers to, by topic."""
        return {TOLD: self.lay, WARNED: self.warn}

    async def lay(self, message: OutboxMessage) -> None:
        """Write one notice for each role that the message names."""
        key, payload = message.key, message.payload
        await self._database.write(
            lambda session: deliver(session, key, payload, self._clock.now())
        )

    async def warn(self, message: OutboxMessage) -> None:
        """Write one notice for each role that handles hot issues."""
        key, payload = message.key, message.payload

        def work(session: Session) -> None:
            deliver(session, key, warning_notice(session, payload), self._clock.now())

        await self._database.write(work)
