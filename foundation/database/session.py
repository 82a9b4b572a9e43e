"""Engines and short transactions. The edge opens one; services only flush."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, TypeVar

import anyio
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from foundation.errors import HotlineError

T = TypeVar("T")

logger = logging.getLogger(__name__)

_BUSY_TIMEOUT_MS = 10_000
_MOST_CONNECTIONS = 15  # and as many threads: one more would only wait for a connection
_REST_SECONDS = 1.0  # after which a connection is looked at before it is used again


class Database:
    """One engine and the two ways to use it: ``transaction`` (writes) and ``reading``."""

    def __init__(self, url: str) -> None:
        self.url = url
        pooled: dict[str, Any] = {}
        if not url.startswith("sqlite"):
            # All are kept: to open one costs more than most transactions, and what it has prepared
            # is gone with it.
            pooled = {"pool_size": _MOST_CONNECTIONS, "max_overflow": 0, "pool_use_lifo": True}
        self.engine: Engine = create_engine(
            url,
            hide_parameters=True,  # an error would carry what citizens wrote into the log
            **pooled,
        )
        self._threads = ThreadPoolExecutor(_MOST_CONNECTIONS, thread_name_prefix="database")
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite lets one write at a time and wakes the others by chance, so that under load one of
        # them waits in vain; on a thread of their own they take their turns, and reads go on.
        self._writers = self._threads
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
            self._writers = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        else:
            _look_after_rest(self.engine)
        self._beside: Engine | None = None if self.is_sqlite else _engine_beside(url)
        info = {_BESIDE: self._beside}
        self._writing = sessionmaker(self.engine, expire_on_commit=False, info=info)
        lightly = self.engine.execution_options(durable=False)
        self._writing_lightly = sessionmaker(lightly, expire_on_commit=False, info=info)
        reading = self.engine.execution_options(read_only=True)
        self._reading = sessionmaker(reading, expire_on_commit=False)

    def alone(self, session: Session, work: int) -> bool:
        """Whether no other process of the cluster does periodic work ``work`` until the commit.

        On SQLite ``BEGIN IMMEDIATE`` has seen to it.
        """
        if self.is_sqlite:
            return True
        return bool(session.scalar(text(f"SELECT pg_try_advisory_xact_lock({work:d})")))

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Session]:
        """Open one writing transaction; commit at the end, roll back on an error.

        A refusal with ``keeps_changes`` commits what was noted, then goes on to the caller.
        What is not ``durable`` outlives this process, but is not waited for to reach the disk: a
        power cut may take it back, unless something durable was committed after it.
        """
        refusal: HotlineError | None = None
        writing = self._writing if durable else self._writing_lightly
        with writing() as session, session.begin():
            if not durable and not self.is_sqlite:
                session.execute(text("SET LOCAL synchronous_commit TO off"))
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

    async def write(self, work: Callable[[Session], T], *, durable: bool = True) -> T:
        """Run ``work`` in one writing transaction on a worker thread; see ``transaction``.

        Cancelled, it ends the transaction first: what was begun is committed or rolled back, and
        its connection is back in the pool, before the caller hears of the cancellation.
        """

        def in_transaction() -> T:
            with self.transaction(durable=durable) as session:
                return work(session)

        return await self._on_thread(self._writers, in_transaction)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one reading transaction on a worker thread; ends it as ``write`` does."""

        def in_transaction() -> T:
            with self.reading() as session:
                return work(session)

        return await self._on_thread(self._threads, in_transaction)

    def ping(self) -> None:
        """Ask the database for one row; raises what the driver raises when it is away."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Let the transactions that are under way end, then close every connection."""
        self._writers.shutdown()
        self._threads.shutdown()
        self.engine.dispose()
        if self._beside is not None:
            self._beside.dispose()

    async def _on_thread(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        # Not anyio's threads: ``Task.cancel`` passes through its shield and would leave a thread
        # alone with its connection, which then outlives the engine.
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(threads, copy_context().run, work)
        with anyio.CancelScope(shield=True):
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:
                while not running.done():
                    with suppress(asyncio.CancelledError):
                        await asyncio.wait([running])
                if (error := running.exception()) is not None:
                    # The kind alone: a message may carry what citizens wrote.
                    logger.warning("transaction of a cancelled task failed: %s", type(error))
                raise
        return running.result()


def engine_beside(session: Session) -> Engine | None:
    """Return the engine for a statement that commits at once, whatever becomes of ``session``.

    For counters that everybody increases: within the caller's transaction their row would stay
    locked until its commit has reached the disk, and so would everybody else. Such a statement is
    not waited for to reach the disk itself; it does so before any later commit does. ``None`` on
    SQLite, where one writer is all there is.
    """
    found: Engine | None = session.info.get(_BESIDE)
    return found


_BESIDE = "engine_beside"


def _engine_beside(url: str) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        # Two: one statement each, never held while another connection is waited for.
        pool_size=2,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,  # there is nothing to roll back when one is given back
        connect_args={"options": "-c synchronous_commit=off"},
    )


def _look_after_rest(engine: Engine) -> None:
    """Replace connections that were lost while they lay idle.

    As ``pool_pre_ping``, but a connection that was used a moment ago is not asked: that is a round
    trip for each transaction of a busy minute. The first error of a lost one empties the pool.
    """

    @event.listens_for(engine, "checkin")
    def note(_dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get(_SINCE)
        if since is None or time.monotonic() - since < _REST_SECONDS:
            return
        try:
            alive = engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error
        if not alive:
            raise DisconnectionError


_SINCE = "idle_since"


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
        options = connection.get_execution_options()
        if options.get("read_only", False):
            connection.exec_driver_sql("BEGIN")
            return
        # Between transactions only. NORMAL leaves the write-ahead log to the next FULL commit.
        durable = options.get("durable", True)
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        # A read that turns into a write fails at once on SQLite, whatever the busy timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
