"""Engines and short transactions. The edge opens one; services only flush."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import anyio.to_thread
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from foundation.errors import HotlineError

T = TypeVar("T")

_BUSY_TIMEOUT_MS = 10_000


class Database:
    """One engine and the two ways to use it: ``transaction`` (writes) and ``reading``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(
            url,
            pool_pre_ping=not url.startswith("sqlite"),
            hide_parameters=True,  # an error would carry what citizens wrote into the log
        )
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        reading = self.engine.execution_options(read_only=True)
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open one writing transaction; commit at the end, roll back on an error.

        A refusal with ``keeps_changes`` commits what was noted, then goes on to the caller.
        """
        refusal: HotlineError | None = None
        with self._writing() as session, session.begin():
            try:
                yield session
            except HotlineError as error:
                if not error.keeps_changes:
                    raise
                refusal = error
        if refusal is not None:
            raise refusal

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one transaction that only reads (no write lock on SQLite)."""
        with self._reading() as session:
            yield session

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one writing transaction on a worker thread."""

        def in_transaction() -> T:
            with self.transaction() as session:
                return work(session)

        return await anyio.to_thread.run_sync(in_transaction)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one reading transaction on a worker thread."""

        def in_transaction() -> T:
            with self.reading() as session:
                return work(session)

        return await anyio.to_thread.run_sync(in_transaction)

    def ping(self) -> None:
        """Ask the database for one row; raises what the driver raises when it is away."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(dbapi_connection: Any, _record: Any) -> None:
        # The driver must not open transactions on its own: BEGIN is ours, below.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A read that turns into a write fails at once on SQLite, whatever the busy timeout.
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
