"""The entries as a command works with them: under a named account, with the service's checks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from connectors.present_library import present_library
from connectors.publish_checks import publish_checks
from foundation.access.service import AccessService, Account
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import Settings, load_settings
from knowledge_base.entries.schemas import EntryView
from knowledge_base.entries.service import EntryService
from knowledge_base.loader import load_library

if TYPE_CHECKING:
    from retrieval.service import Retriever


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """Entries as one account works with them."""

    database: Database
    entries: EntryService
    account: Account

    def view(self, code: str) -> EntryView:
        """Return an entry with its versions."""
        with self.database.reading() as session:
            return self.entries.views.entry(session, self.account, code)

    def lock(self, code: str, seen: int | None) -> int:
        """Return the lock version that was seen, else the present one."""
        return self.view(code).lock_version if seen is None else seen


@contextmanager
def entry_desk(user: str) -> Iterator[EntryDesk]:
    """Open the database as ``user``.

    Raises:
        AccountNotFoundError: there is no such account.
    """
    settings, clock = load_settings(), SystemClock()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        access = AccessService(clock, settings.session_hours)
        with database.reading() as session:
            account = access.named(session, user)
        checks = publish_checks(database, cache(lambda: _warm_retriever(settings)))
        entries = EntryService(database, load_library(), access, clock, checks)
        yield EntryDesk(database, entries, account)
    finally:
        database.dispose()


def _warm_retriever(settings: Settings) -> "Retriever":
    """Return the search that citizens are answered by; loaded only where tests are stored."""
    from retrieval.service import Retriever  # noqa: PLC0415 -- slow import

    retriever = Retriever(present_library(settings), settings)
    retriever.warm_up()
    return retriever
