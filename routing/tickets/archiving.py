"""The periodic work of archiving (归档): what was resolved long enough ago is put away."""

import asyncio
import logging
from datetime import timedelta

from foundation.clock import Clock
from foundation.database.session import Database
from routing.tickets.closing import BATCH, Closing

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
# Any constant: one process of the cluster archives, the others find it busy (PostgreSQL).
_ADVISORY_LOCK = 123_450_004


class Archiver:
    """Archives by itself."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        closing: Closing,
        after_days: int,
        batch: int = BATCH,
    ) -> None:
        """Take the parts; ``after_days``: calendar days since resolved, 0: only by hand."""
        self._database = database
        self._clock = clock
        self._closing = closing
        self._after = timedelta(days=after_days)
        self._batch = batch

    async def run(self) -> None:
        """Archive every hour until cancelled."""
        while self._after:
            try:
                await asyncio.to_thread(self.run_once)
            except Exception:  # the next hour archives what this one could not
                logger.exception("archiving failed")
            await asyncio.sleep(EVERY.total_seconds())

    def run_once(self) -> int:
        """Archive what is due, a batch a transaction; return how many tickets."""
        done = 0
        while self._after:
            with self._database.transaction() as session:
                if not self._database.alone(session, _ADVISORY_LOCK):
                    break
                before = self._clock.now() - self._after
                count = self._closing.archive_old(session, before, self._batch)
            done += count
            if count < self._batch:
                break
        return done
