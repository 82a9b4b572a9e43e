"""The database of tickets as a command opens it: migrated, its keys installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from foundation.database.keyring import install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import Settings


@contextmanager
def casework_database(settings: Settings) -> Iterator[Database]:
    """Yield the installation's database; closed at the end."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    install_keyring(load_keyring(settings.data_dir / "keys.json"))
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        yield database
    finally:
        database.dispose()
