"""The worker delivers, retries and goes on; on both databases."""

import asyncio
from datetime import datetime

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.outbox import Outbox, retry_delay
from foundation.events.worker import OutboxWorker

MANY = 25  # more than one batch


class Post:
    """Keeps what it is given; refuses the first ``failures`` times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.received: list[str] = []
        self.full = asyncio.Event()

    async def take(self, message: OutboxMessage) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("away")
        self.received.append(message.key)
        if len(self.received) == MANY:
            self.full.set()


def _enqueue(database: Database, outbox: Outbox, *messages: tuple[str, str]) -> None:
    with database.transaction() as session:
        for topic, key in messages:
            outbox.enqueue(session, topic, key, {})


def test_worker_delivers_by_topic_and_settles_what_nobody_hears(database: Database) -> None:
    outbox = Outbox(FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)))
    post = Post()
    worker = OutboxWorker(database, outbox, {"appeal.replied": post.take})
    _enqueue(database, outbox, ("appeal.replied", "a"), ("ticket.accepted", "b"))

    assert asyncio.run(worker.run_once()) == 2
    assert asyncio.run(worker.run_once()) == 0
    assert post.received == ["a"]


def test_worker_retries_what_failed_and_delivers_the_rest(database: Database) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
    outbox, post = Outbox(clock), Post(failures=1)
    worker = OutboxWorker(database, outbox, {"appeal.replied": post.take})
    _enqueue(database, outbox, ("appeal.replied", "a"), ("appeal.replied", "b"))

    asyncio.run(worker.run_once())
    assert post.received == ["b"]
    clock.moment += retry_delay(1)
    asyncio.run(worker.run_once())
    assert post.received == ["b", "a"]


def test_worker_loop_stops_when_cancelled(sqlite_database: Database) -> None:
    outbox = Outbox(FixedClock(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)))
    post = Post()
    worker = OutboxWorker(sqlite_database, outbox, {"appeal.replied": post.take})
    _enqueue(sqlite_database, outbox, *[("appeal.replied", str(n)) for n in range(MANY)])

    async def run_a_while() -> None:
        task = asyncio.create_task(worker.run(pause_seconds=0.01))
        await post.full.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(run_a_while(), 30))
    assert len(set(post.received)) == MANY
