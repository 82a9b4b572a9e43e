"""The library as it is published now: watched in every process, exchanged without a pause."""

import asyncio
import logging
from datetime import date

import anyio.to_thread

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.revisions import current_revision
from foundation.health import PartState
from knowledge_base.entries.published import REVISION, lay_over, published_on
from knowledge_base.library import Library
from retrieval.service import Retriever

logger = logging.getLogger(__name__)

_AFTER_FAILURE_SECONDS = 10.0


class LiveLibrary:
    """Lays what the database publishes over the shipped library and hands it to retrieval.

    A new revision or a new day is noticed within a second; building takes a few more, on a worker
    thread, while everything is answered from the library before. A failure leaves that in use.
    """

    def __init__(
        self, database: Database, shipped: Library, retriever: Retriever, clock: Clock
    ) -> None:
        self._database = database
        self._shipped = shipped
        self._retriever = retriever
        self._clock = clock
        self._seen: tuple[int, date] | None = None
        self._failed = False
        self._faulty: frozenset[str] = frozenset()

    @property
    def state(self) -> PartState:
        """``partial`` while something that was published is not answered."""
        return PartState.PARTIAL if self._failed or self._faulty else PartState.OK

    async def run(self, pause_seconds: float = 1.0) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(pause_seconds)
            if not await self.refresh():
                await asyncio.sleep(_AFTER_FAILURE_SECONDS)

    async def refresh(self) -> bool:
        """Take up what was published since; false when that failed and the old library stays."""
        try:
            await self._take_up()
        except Exception:  # whatever it is: citizens are answered from the library before
            logger.exception("published library not taken up, the one before stays in use")
            self._failed = True
            return False
        self._failed = False
        return True

    async def _take_up(self) -> None:
        today = self._clock.now().date()
        revision = await self._database.read(lambda session: current_revision(session, REVISION))
        if self._seen == (revision, today):
            return
        published = await self._database.read(lambda session: published_on(session, today))
        overlay = await anyio.to_thread.run_sync(lay_over, self._shipped, published)
        if not overlay.library.answers_alike(self._retriever.library):
            await anyio.to_thread.run_sync(self._retriever.renew, overlay.library)
        self._faulty = overlay.faulty
        self._seen = (published.revision, today)
