"""What a writing transaction keeps when an error leaves it."""

import pytest
from sqlalchemy import select

from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.errors import NotFoundError
from foundation.events.models import OutboxMessage
from foundation.events.outbox import Outbox


class _RememberedRefusalError(NotFoundError):
    keeps_changes = True


def _enqueue_then_fail(database: Database, error: Exception) -> None:
    with database.transaction() as session:
        Outbox(SystemClock()).enqueue(session, "t", "k", {})
        raise error


@pytest.mark.parametrize(
    ("error", "kept"),
    [(_RememberedRefusalError("no"), 1), (NotFoundError("no"), 0), (RuntimeError("bug"), 0)],
)
def test_transaction_keeps_changes_only_for_a_refusal_that_says_so(
    database: Database, error: Exception, kept: int
) -> None:
    with pytest.raises(type(error)):
        _enqueue_then_fail(database, error)
    with database.reading() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == kept
