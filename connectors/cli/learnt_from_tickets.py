"""What the installation's own tickets teach routing, for a command that writes nothing.

The database is opened as it stands: nothing is made, migrated or waited for. Where it cannot be
read the command works by the shipped data alone and says so on standard error.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from foundation.database.session import Database
from foundation.settings import Settings
from routing.proposals.catalogue import DispatchCatalogue
from routing.proposals.send_back_risk import SendBackHistory
from routing.tickets.rulings import RulingReader
from routing.tickets.send_back_history import SendBackHistoryReader, sent_to

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LearntFromTickets:
    """Rulings and send-backs, as the service reads them."""

    catalogue: DispatchCatalogue
    history: SendBackHistory | None = None


@contextmanager
def learnt_from_tickets(settings: Settings) -> Iterator[LearntFromTickets]:
    """Yield what is learnt from the database, or nothing where there is none to read."""
    database = _reachable(settings.resolved_database_url)
    if database is None:
        yield LearntFromTickets(DispatchCatalogue())
        return
    try:
        catalogue = DispatchCatalogue(RulingReader(database))
        yield LearntFromTickets(catalogue, SendBackHistoryReader(database))
    finally:
        database.dispose()


def _reachable(url: str) -> Database | None:
    """Return the database if its tickets can be read now; a SQLite file is never made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return None
    database = Database(url)
    try:
        RulingReader(database)()
        with database.reading() as session:
            sent_to(session, "")
    except SQLAlchemyError as error:
        logger.warning("rulings are not read: database: %s", type(error).__name__)
        database.dispose()
        return None
    return database
