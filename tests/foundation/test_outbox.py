"""The outbox keeps, hands out, retries and gives up; on both databases."""

from datetime import datetime, timedelta

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.outbox import LEASE, MAX_ATTEMPTS, Outbox, retry_delay

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def outbox(clock: FixedClock) -> Outbox:
    return Outbox(clock)


def test_enqueue_adds_a_key_once(database: Database, outbox: Outbox) -> None:
    with database.transaction() as session:
        assert outbox.enqueue(session, "appeal.replied", "a:1", {"number": "20261123-000001"})
        assert not outbox.enqueue(session, "appeal.replied", "a:1", {"number": "changed"})
    with database.transaction() as session:
        claimed = outbox.claim(session, 10)
    assert [(message.key, message.payload) for message in claimed] == [
        ("a:1", {"number": "20261123-000001"})
    ]


def test_enqueue_leaves_nothing_when_its_transaction_is_rolled_back(
    database: Database, outbox: Outbox
) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, "appeal.replied", "a:1", {})
        session.rollback()
    with database.transaction() as session:
        assert outbox.claim(session, 10) == []


def test_claim_gives_a_message_to_one_worker_until_its_lease_ends(
    database: Database, outbox: Outbox, clock: FixedClock
) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, "appeal.replied", "a:1", {})
    with database.transaction() as session:
        (first,) = outbox.claim(session, 10)
    with database.transaction() as session:
        assert outbox.claim(session, 10) == []
    clock.moment = MORNING + LEASE
    with database.transaction() as session:
        (again,) = outbox.claim(session, 10)
    assert (again.id, again.attempts) == (first.id, 2)


def test_claim_takes_only_the_topics_asked_for(database: Database, outbox: Outbox) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, "appeal.replied", "a:1", {})
        outbox.enqueue(session, "ticket.dispatched", "t:1", {})
    with database.transaction() as session:
        claimed = outbox.claim(session, 10, topics=["ticket.dispatched"])
    assert [message.key for message in claimed] == ["t:1"]


def test_complete_takes_the_message_out(
    database: Database, outbox: Outbox, clock: FixedClock
) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, "appeal.replied", "a:1", {})
        (message,) = outbox.claim(session, 10)
        outbox.complete(session, message.id)
    clock.moment = MORNING + timedelta(days=1)
    with database.transaction() as session:
        assert outbox.claim(session, 10) == []


def test_fail_retries_with_backoff_then_leaves_a_dead_letter(
    database: Database, outbox: Outbox, clock: FixedClock
) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, "appeal.replied", "a:1", {})
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with database.transaction() as session:
            (message,) = outbox.claim(session, 10)
        with database.transaction() as session:
            outbox.fail(session, message.id, "webhook refused 13812345678")
        clock.moment += retry_delay(attempt)
    with database.transaction() as session:
        assert outbox.claim(session, 10) == []
        dead = session.get_one(OutboxMessage, message.id)
        assert (dead.dead, dead.attempts, dead.last_error) == (
            True,
            MAX_ATTEMPTS,
            "webhook refused 138****5678",
        )


def test_retry_delay_doubles_up_to_an_hour() -> None:
    assert [retry_delay(n) for n in (1, 2, 3, 20)] == [
        timedelta(seconds=30),
        timedelta(seconds=60),
        timedelta(seconds=120),
        timedelta(hours=1),
    ]
