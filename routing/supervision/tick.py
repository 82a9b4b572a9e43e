"""The tick of supervision: what is due is looked at, at a cost in proportion to it.

Each ticket keeps when it is to be looked at next (``tickets.next_supervision_at``, a partial
index); every event of a ticket brings that forward to now. Nothing else is read.
"""

import asyncio
import logging
from datetime import timedelta

from foundation.clock import Clock
from foundation.database.session import Database
from routing.supervision import repository
from routing.supervision.booking import Booking
from routing.supervision.weekly import WeeklyReports
from routing.tickets.models import Ticket

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
BATCH = 200  # tickets whose rows are locked at a time: about a third of a second
_LATER = timedelta(hours=1)  # until a ticket that could not be looked at is tried again
# Any constant: one process of the cluster ticks, the others find it busy (PostgreSQL).
_ADVISORY_LOCK = 123_450_003


class SupervisionTick:
    """Looks at tickets whose time has come."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        booking: Booking,
        reports: WeeklyReports | None = None,
        batch: int = BATCH,
    ) -> None:
        """Take the parts; ``reports``: whose past weeks are stored as they end."""
        self._database = database
        self._clock = clock
        self._booking = booking
        self._reports = reports
        self._batch = batch

    async def run(self, pause_seconds: float = EVERY_SECONDS) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.run_once)
            except Exception:  # the next tick does what this one could not
                logger.exception("supervision tick failed")
            await asyncio.sleep(pause_seconds)

    def run_once(self) -> int:
        """Look at everything that is due; return how many tickets that were.

        A batch a transaction: nobody who works on a ticket waits for long.
        """
        looked = 0
        while self._waits():
            count = self._look_at_batch()
            looked += count
            if count < self._batch:
                break
        self._store_reports()
        return looked

    def _store_reports(self) -> None:
        """Store the report of a week that has ended; a look at one row when there is none."""
        if self._reports is None:
            return
        with self._database.reading() as session:
            if not self._reports.has_missing(session):
                return
        with self._database.transaction() as session:
            if self._database.alone(session, _ADVISORY_LOCK):
                self._reports.store_missing(session)

    def _waits(self) -> bool:
        """Whether anything is due; reads only, so that an idle tick takes no write lock."""
        now = self._clock.now()
        with self._database.reading() as session:
            return repository.anything_due(session, now)

    def _look_at_batch(self) -> int:
        try:
            with self._database.transaction() as session:
                if not self._database.alone(session, _ADVISORY_LOCK):
                    return 0
                tickets = repository.due_tickets(session, self._clock.now(), self._batch)
                self._booking.settle(session, repository.standings(session, tickets))
                return len(tickets)
        except Exception:
            logger.exception("a batch of supervision failed, looking at its tickets one by one")
        return self._one_by_one()

    def _one_by_one(self) -> int:
        """Look at the same tickets singly, so that one that fails holds up no other."""
        now = self._clock.now()
        with self._database.reading() as session:
            waiting = repository.due_keys(session, now, self._batch)
        for ticket_id in waiting:
            try:
                with self._database.transaction() as session:
                    ticket = repository.locked(session, ticket_id)
                    self._booking.settle(session, repository.standings(session, [ticket]))
            except Exception:
                logger.exception("supervision of a ticket failed: id=%d", ticket_id)
                self._put_off(ticket_id)
        return len(waiting)

    def _put_off(self, ticket_id: int) -> None:
        with self._database.transaction() as session:
            ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
            ticket.next_supervision_at = self._clock.now() + _LATER
