"""Rows written by the statement; on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import IntegrityError

from foundation.clock import SHANGHAI
from foundation.database import session as session_module
from foundation.database.rows import RowBatch, add_row
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
        first = add_row(session, OutboxMessage(**_message("a")), unless_known="key")
        assert first is not None
        assert add_row(session, OutboxMessage(**_message("a")), unless_known="key") is None
        assert session.get_one(OutboxMessage, first).key == "a"


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
