"""Rows written by the statement; on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from foundation.access.models import AuditRow
from foundation.clock import SHANGHAI
from foundation.database import session as session_module
from foundation.database.rows import RowBatch, add_row, keys_ahead, keys_told
from foundation.database.session import Database
from foundation.events.models import OutboxMessage, RevisionRow

AT = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


def _message(key: str, **given: object) -> dict[str, object]:
    return {
        "key": key,
        "topic": "烧烤",
        "payload": {"多": [1, "%s $1"]},
        "next_attempt_at": AT,
        "created_at": AT,
        **given,
    }


def _kept(database: Database) -> dict[str, OutboxMessage]:
    with database.reading() as session:
        return {row.key: row for row in session.scalars(select(OutboxMessage))}


def test_row_batch_writes_several_tables_with_types_and_defaults(database: Database) -> None:
    with database.transaction() as session, RowBatch(session) as rows:
        rows.add(OutboxMessage, [_message("a"), _message("b")])
        rows.add_rows([RevisionRow(subject="s", number=3, changed_at=AT)])

    kept = _kept(database)
    assert sorted(kept) == ["a", "b"]
    one = kept["a"]
    assert (one.payload, one.created_at, one.topic) == ({"多": [1, "%s $1"]}, AT, "烧烤")
    assert (one.attempts, one.dead, one.done_at) == (0, False, None)
    with database.reading() as session:
        assert session.get_one(RevisionRow, "s").number == 3


def test_row_batch_leaves_known_rows_and_writes_more_than_one_statement_takes(
    database: Database,
) -> None:
    with database.transaction() as session, RowBatch(session) as rows:
        rows.add(OutboxMessage, [_message("7", topic="old")])
    with database.transaction() as session, RowBatch(session) as rows:
        rows.add(OutboxMessage, [_message(f"{n}") for n in range(250)], unless_known="key")

    kept = _kept(database)
    assert len(kept) == 250
    assert {key for key, row in kept.items() if row.topic == "old"} == {"7"}


def test_row_batch_writes_nothing_after_an_error(database: Database) -> None:
    def fail(rows: RowBatch) -> None:
        rows.add(OutboxMessage, [_message("a")])
        raise RuntimeError

    with database.transaction() as session:
        with pytest.raises(RuntimeError), RowBatch(session) as rows:
            fail(rows)
        assert session.scalars(select(OutboxMessage)).all() == []


def test_row_batch_raises_what_callers_know(database: Database) -> None:
    with database.transaction() as session, RowBatch(session) as rows:
        rows.add(OutboxMessage, [_message("a")])

    def again() -> None:
        with database.transaction() as session, RowBatch(session) as rows:
            rows.add(OutboxMessage, [_message("b")])
            rows.add(OutboxMessage, [_message("a")])

    with pytest.raises(IntegrityError):
        again()
    assert sorted(_kept(database)) == ["a"]


def test_add_row_returns_the_key_or_none_where_it_is_known(database: Database) -> None:
    with database.transaction() as session:
        row = OutboxMessage(**_message("a", topic="x"))
        first = add_row(session, row, unless_known="key", told=("upper(topic)",))
        assert first is not None
        key, shout = first
        assert add_row(session, OutboxMessage(**_message("a")), unless_known="key") is None
        assert (session.get_one(OutboxMessage, key).key, shout) == ("a", "X")


def test_keys_ahead_are_not_given_to_anybody_else(database: Database) -> None:
    with database.transaction() as session:
        before = add_row(session, OutboxMessage(**_message("before")))
        told = (keys_ahead(session, OutboxMessage, 3),)
        other = add_row(session, AuditRow(at=AT, action="烧烤", subject="a"), told=told)
        assert before is not None
        assert other is not None
        ahead = keys_told(other[1], 3)
        with RowBatch(session) as rows:
            rows.add(OutboxMessage, [_message(f"{key}", id=key) for key in ahead])
        after = add_row(session, OutboxMessage(**_message("after")))
        assert after is not None

    assert {row.id: row.key for row in _kept(database).values()} == {
        before[0]: "before",
        **{key: f"{key}" for key in ahead},
        after[0]: "after",
    }
    assert len({before[0], *ahead, after[0]}) == 5


@pytest.mark.postgres
def test_a_connection_lost_while_it_lay_idle_is_replaced(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    event.listen(postgres_database.engine, "connect", lambda *given: opened.append(given))
    own = text("SELECT pg_backend_pid()")
    with postgres_database.reading() as session:
        lost = session.scalar(own)
    with postgres_database.reading() as session:
        assert session.scalar(own) == lost
    before = len(opened)
    other = create_engine(postgres_database.engine.url)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:lost)"), {"lost": lost})
    other.dispose()
    monkeypatch.setattr(session_module, "_REST_SECONDS", 0.0)

    with postgres_database.reading() as session:
        assert session.scalar(own) != lost
    assert len(opened) == before + 1


@pytest.mark.postgres
def test_statement_past_the_engine_tells_it_of_a_lost_connection(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first statement of a registration goes to the driver itself."""
    monkeypatch.setattr(session_module, "_REST_SECONDS", 3600.0)
    with postgres_database.reading() as session:
        lost = session.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(postgres_database.engine.url)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:lost)"), {"lost": lost})
    other.dispose()

    def write(key: str) -> None:
        with postgres_database.transaction() as session:
            add_row(session, OutboxMessage(**_message(key)))

    with pytest.raises(DBAPIError) as failed:
        write("a")
    assert failed.value.connection_invalidated
    write("b")
    assert sorted(_kept(postgres_database)) == ["b"]
