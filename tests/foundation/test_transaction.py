"""What a writing transaction keeps when an error leaves it."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.errors import NotFoundError
from foundation.events.models import OutboxMessage
from foundation.events.outbox import Outbox


class _RememberedRefusalError(NotFoundError):
    keeps_changes = True


def _enqueue_then_fail(database: Database, error: Exception, *, durable: bool) -> None:
    with database.transaction(durable=durable) as session:
        Outbox(SystemClock()).enqueue(session, "t", "k", {})
        raise error


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize(
    ("error", "kept"),
    [(_RememberedRefusalError("no"), 1), (NotFoundError("no"), 0), (RuntimeError("bug"), 0)],
)
def test_transaction_keeps_changes_only_for_a_refusal_that_says_so(
    database: Database, error: Exception, kept: int, durable: bool
) -> None:
    with pytest.raises(type(error)):
        _enqueue_then_fail(database, error, durable=durable)
    with database.reading() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == kept


def test_cancelled_task_leaves_no_transaction_under_way(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        Outbox(SystemClock()).enqueue(session, "t", "k", {})
        begun.set()
        go_on.wait(10)

    async def cancel_in_the_middle() -> None:
        task = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert isinstance(database.engine.pool, QueuePool)
        assert database.engine.pool.checkedout() == 0

    asyncio.run(cancel_in_the_middle())

    with database.reading() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_disposing_waits_for_the_transaction_that_a_dead_loop_left(database: Database) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        session.scalars(select(OutboxMessage)).all()
        begun.set()
        go_on.wait(10)
        ended.set()

    async def abandon() -> None:
        reading = asyncio.ensure_future(database.read(slow))
        await asyncio.to_thread(begun.wait, 10)
        reading.cancel()
        asyncio.get_running_loop().call_later(0.05, go_on.set)

    asyncio.run(abandon())
    database.dispose()

    assert ended.is_set()


def test_writes_on_sqlite_take_turns_and_none_waits_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Far less than the twenty together take: whoever had to be lucky would give up.
    monkeypatch.setattr("foundation.database.session._BUSY_TIMEOUT_MS", 40)
    database = Database(f"sqlite:///{tmp_path / 'turns.db'}")
    written: list[int] = []

    def slow(number: int) -> None:
        time.sleep(0.01)
        written.append(number)

    async def all_at_once() -> None:
        await asyncio.gather(*(database.write(lambda _, n=n: slow(n)) for n in range(20)))

    try:
        asyncio.run(all_at_once())
    finally:
        database.dispose()

    assert written == list(range(20))


def _waits_for_the_disk(database: Database, *, durable: bool) -> str:
    asked = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"
    with database.transaction(durable=durable) as session:
        return str(session.scalar(text(asked)))


def test_only_what_is_durable_is_waited_for_to_reach_the_disk(database: Database) -> None:
    light, durable = ("1", "2") if database.is_sqlite else ("off", "on")
    with database.transaction() as session:
        if not database.is_sqlite:  # the tests' own database does without
            name = session.scalar(text("SELECT current_database()"))
            session.execute(text(f"ALTER DATABASE {name} RESET synchronous_commit"))
    database.engine.dispose()

    try:
        found = [_waits_for_the_disk(database, durable=kind) for kind in (False, True, False)]
    finally:
        if not database.is_sqlite:
            with database.transaction() as session:
                session.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))

    assert found == [light, durable, light]
