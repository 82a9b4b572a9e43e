"""Bring a database to the newest schema, from Python and without a word on standard output."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from foundation.database.session import Database
from foundation.settings import ROOT

# Any constant: workers that start together take turns on PostgreSQL.
_ADVISORY_LOCK = 123_450_001


def alembic_config() -> Config:
    """Return the configuration of ``migrations/``, independent of the working directory."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database: Database) -> None:
    """Run every missing revision in one transaction; nothing happens on a current database.

    Safe when several processes start at once: SQLite's write lock, or an advisory lock on
    PostgreSQL, lets one of them through at a time.
    """
    config = alembic_config()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            _set_foreign_keys(connection.connection.dbapi_connection, enforced=False)
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            if database.is_sqlite:
                _set_foreign_keys(connection.connection.dbapi_connection, enforced=True)


def _set_foreign_keys(dbapi_connection: object, *, enforced: bool) -> None:
    # SQLite changes a table by copying it, which must not touch the rows that refer to it; the
    # pragma has no effect inside a transaction, so it goes straight to the driver.
    execute = getattr(dbapi_connection, "execute")  # noqa: B009 -- DBAPI connections are untyped
    execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}").close()
