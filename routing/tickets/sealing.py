"""Once a minute the heads of the chains that changed are sealed into a checkpoint (封存)."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.session import Database
from routing.tickets.checkpoints import Checkpoint, SealFile
from routing.tickets.models import FIRST_MAC, EventCheckpoint, Ticket

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
_SLACK = timedelta(seconds=5)  # two processes' minutes do not begin together
_HEADS = 5_000  # in one checkpoint
_COPIED = 100  # checkpoints read at a time for the file
# Any constant: one process of the cluster seals, the others find it busy (PostgreSQL).
_ADVISORY_LOCK = 123_450_002


class Sealer:
    """Seals, and keeps this machine's file up with the database."""

    def __init__(self, database: Database, clock: Clock, file: SealFile) -> None:
        self._database = database
        self._clock = clock
        self._file = file

    async def run(self) -> None:
        """Seal every minute until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.run_once)
            except Exception:  # the next minute seals what this one could not
                logger.exception("sealing the event chains failed")
            await asyncio.sleep(EVERY.total_seconds())

    def run_once(self, *, at_once: bool = False) -> int:
        """Seal what changed and copy it to the file; return how many checkpoints were made.

        Args:
            at_once: also when another process sealed within the last minute.
        """
        made = 0
        while True:
            with self._database.transaction() as session:
                sealed = self._seal(session, at_once=at_once or made > 0)
            if sealed is None:
                break
            made += 1
            if len(sealed.heads) < _HEADS:
                break
        self._copy()
        return made

    def _seal(self, session: Session, *, at_once: bool) -> Checkpoint | None:
        """Make one checkpoint, unless nothing changed, another process is at it, or just was."""
        if not self._database.alone(session, _ADVISORY_LOCK):
            return None
        known = EventCheckpoint
        last = session.execute(
            select(known.number, known.at, known.mac).order_by(known.number.desc()).limit(1)
        ).one_or_none()
        now = self._clock.now()
        if last is not None and not at_once and now < last.at + EVERY - _SLACK:
            return None
        changed = session.execute(
            select(Ticket.id, Ticket.ticket_no, Ticket.last_seq, Ticket.head_mac)
            .where(Ticket.sealed_seq < Ticket.last_seq)
            .order_by(Ticket.id)
            .limit(_HEADS)
            # A ticket that is being worked on is sealed a minute later.
            .with_for_update(skip_locked=True)
        ).all()
        if not changed:
            return None
        number, previous = (last.number + 1, last.mac) if last else (1, FIRST_MAC)
        heads = [(row.ticket_no, row.last_seq, row.head_mac) for row in changed]
        sealed = Checkpoint.sealed(number, now, heads, previous)
        session.add(sealed.row())
        session.execute(
            update(Ticket)
            .where(Ticket.id.in_([row.id for row in changed]))
            .values(sealed_seq=Ticket.last_seq)
            .execution_options(synchronize_session=False)
        )
        return sealed

    def _copy(self) -> None:
        """Append what the file lacks; also what other machines' processes sealed."""
        with self._database.reading() as session:
            self._file.append(self._after(session, self._file.last()[0]))

    def _after(self, session: Session, number: int) -> Iterator[Checkpoint]:
        rows = session.scalars(
            select(EventCheckpoint)
            .where(EventCheckpoint.number > number)
            .order_by(EventCheckpoint.number)
            .execution_options(yield_per=_COPIED)
        )
        return (Checkpoint.of(row) for row in rows)
