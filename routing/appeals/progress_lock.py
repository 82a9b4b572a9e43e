"""Five wrong tries lock a number and an address for fifteen minutes."""

from datetime import timedelta

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.encrypted import blind_index
from routing.appeals import repository
from routing.appeals.errors import ProgressLockedError
from routing.appeals.models import ProgressTries

WRONG_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


class ProgressLock:
    """Counts wrong tries; a number that does not exist is counted like one that does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def check(self, session: Session, number: str, client_key: str) -> "OpenTry":
        """Begin a try.

        Args:
            session: a writing transaction; the counters' rows stay locked until it ends, so that
                tries at the same time cannot slip past the count.
            number: the appeal's number as asked for.
            client_key: who asks: an address, or a conversation.

        Raises:
            ProgressLockedError: number or address is locked.
        """
        now = self._clock.now()
        of_number = blind_index(number, "progress.number")
        of_client = blind_index(client_key, "progress.client")
        rows = {
            row.subject: row
            for row in repository.locked_tries(session, [of_number, of_client], now)
        }
        for row in rows.values():
            if row.locked_until is not None and row.locked_until > now:
                raise ProgressLockedError(row.locked_until)
            if row.last_failed_at + LOCKED_FOR <= now:
                row.failures, row.locked_until = 0, None
        return OpenTry(self._clock, rows[of_number], rows[of_client])

    def forget_old(self, session: Session) -> None:
        """Remove the counts that neither lock nor count any more."""
        repository.forget_tries(session, self._clock.now() - LOCKED_FOR)


class OpenTry:
    """One try under way."""

    def __init__(self, clock: Clock, of_number: ProgressTries, of_client: ProgressTries) -> None:
        self._clock = clock
        self._of_number = of_number
        self._of_client = of_client

    def failed(self) -> None:
        """Count a wrong try; the fifth locks."""
        now = self._clock.now()
        for row in (self._of_number, self._of_client):
            row.failures += 1
            row.last_failed_at = now
            if row.failures >= WRONG_TRIES:
                row.locked_until = now + LOCKED_FOR

    def succeeded(self) -> None:
        """Forget the number's wrong tries; the address keeps its own, whatever else it knows."""
        self._of_number.failures = 0
