"""Learning from use as one named account works with it from a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.present_library import present_library
from connectors.publish_checks import publish_checks
from foundation.access.service import AccessService, Account
from foundation.clock import SystemClock
from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import load_settings
from knowledge_base.entries.service import EntryService
from knowledge_base.loader import load_library

if TYPE_CHECKING:
    from connectors.learning import Learning
    from retrieval.service import Retriever


@dataclass(frozen=True, slots=True)
class LearningDesk:
    """The parts, and who works with them; ``retriever`` is not warmed up yet."""

    database: Database
    learning: "Learning"
    retriever: "Retriever"
    access: AccessService

    def account(self, username: str) -> Account:
        """Return the account that a command acts as; raises ``AccountNotFoundError``."""
        with self.database.reading() as session:
            return self.access.named(session, username)


@contextmanager
def learning_desk() -> Iterator[LearningDesk]:
    """Open the configured installation; the database is migrated where it has to be."""
    # Slow imports, which the neighbouring commands need not wait for.
    from connectors.learning import build_learning  # noqa: PLC0415 -- see above
    from retrieval.service import Retriever  # noqa: PLC0415 -- see above
    from routing.deadlines.service import load_deadline_service  # noqa: PLC0415 -- see above

    settings, clock = load_settings(), SystemClock()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Replies of departments lie encrypted.
    install_keyring(load_keyring(settings.data_dir / "keys.json"))
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        shipped = load_library()
        access = AccessService(clock, settings.session_hours)
        retriever = Retriever(present_library(settings), settings)
        checks = publish_checks(database, lambda: retriever)
        entries = EntryService(database, shipped, access, clock, checks)
        deadlines = load_deadline_service(settings, clock)
        learning = build_learning(database, shipped, entries, retriever, access, deadlines, clock)
        yield LearningDesk(database, learning, retriever, access)
    finally:
        database.dispose()
