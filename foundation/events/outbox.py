"""Messages leave through the outbox: enqueued with the change, claimed, completed or retried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.rows import RowBatch, table_of
from foundation.events.models import OutboxMessage
from foundation.text.personal_information import mask

MAX_ATTEMPTS = 8  # with the delays below: given up after about two hours
LEASE = timedelta(minutes=2)  # a worker that says nothing for so long is taken for lost
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=1)
_ERROR_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be enqueued; see ``Outbox.enqueue``."""

    topic: str
    key: str
    payload: Mapping[str, Any]


class Outbox:
    """The one door through which notifications leave; the caller's transaction decides."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def enqueue(self, session: Session, topic: str, key: str, payload: Mapping[str, Any]) -> bool:
        """Add a message; one with the same ``key`` is added once.

        Args:
            session: the transaction of the change that the message tells of.
            topic: what happened, past tense, e.g. ``appeal.replied``.
            key: idempotency key, at most 200 characters.
            payload: JSON values: references and masked text only. Not masked here, because a
                reference may look like a telephone number.

        Returns:
            Whether it was added now; ``False`` when the key is known.
        """
        row = self._row(NewMessage(topic, key, payload))
        statement = _insert(session).values(row).returning(OutboxMessage.id)
        return session.execute(statement).scalar_one_or_none() is not None

    def enqueue_all(self, session: Session, messages: Sequence[NewMessage]) -> None:
        """Add many messages in one statement; those with a known key stay as they are."""
        with RowBatch(session) as rows:
            self.add_to(rows, messages)

    def add_to(self, rows: RowBatch, messages: Sequence[NewMessage]) -> None:
        """Do the same together with what else is written."""
        rows.add(OutboxMessage, [self._row(one) for one in messages], unless_known="key")

    def _row(self, message: NewMessage) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "key": message.key,
            "topic": message.topic,
            "payload": dict(message.payload),
            "attempts": 0,
            "next_attempt_at": now,
            "dead": False,
            "created_at": now,
        }

    def has_due(self, session: Session) -> bool:
        """Whether anything waits to be delivered; reads only."""
        query = select(OutboxMessage.id).where(*_due(self._clock.now())).limit(1)
        return session.scalars(query).first() is not None

    def claim(
        self, session: Session, limit: int, topics: Sequence[str] | None = None
    ) -> list[OutboxMessage]:
        """Take up to ``limit`` due messages for this worker; commit before sending them.

        A claimed message that is neither completed nor failed within ``LEASE`` is due again.
        """
        now = self._clock.now()
        query = (
            select(OutboxMessage)
            .where(*_due(now))
            .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if topics is not None:
            query = query.where(OutboxMessage.topic.in_(topics))
        messages = list(session.scalars(query))
        for message in messages:
            message.attempts += 1
            message.next_attempt_at = now + LEASE
        session.flush()
        return messages

    def complete(self, session: Session, message_id: int) -> None:
        """Note that the message arrived."""
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message_id)
            .values(done_at=self._clock.now(), last_error=None)
        )

    def fail(self, session: Session, message_id: int, error: str) -> None:
        """Note a failed attempt: tried again later, or dead after ``MAX_ATTEMPTS``.

        Args:
            session: a transaction of its own, after the attempt.
            message_id: of a claimed message.
            error: for the log and the operator's page; masked and cut here.
        """
        message = session.get_one(OutboxMessage, message_id, with_for_update=True)
        message.last_error = mask(error)[:_ERROR_CHARACTERS]
        message.dead = message.attempts >= MAX_ATTEMPTS
        message.next_attempt_at = self._clock.now() + retry_delay(message.attempts)
        session.flush()


def _insert(session: Session) -> Any:
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    return insert(table_of(OutboxMessage)).on_conflict_do_nothing(index_elements=["key"])


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.done_at.is_(None),
        OutboxMessage.dead.is_(False),
        OutboxMessage.next_attempt_at <= now,
    )


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after ``attempts`` failed attempts: doubling, at most an hour."""
    exponent = min(max(attempts, 1) - 1, 10)
    return min(_FIRST_DELAY * (1 << exponent), _LONGEST_DELAY)
