"""Revision rows: counted one by one, on both databases, also when two change at once."""

import threading
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI
from foundation.database.session import Database
from foundation.events.revisions import bump_revision, current_revision

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)


def test_revision_begins_at_nothing_and_grows_per_subject(database: Database) -> None:
    with database.reading() as session:
        assert current_revision(session, "knowledge") == 0

    with database.transaction() as session:
        assert bump_revision(session, "knowledge", NOW) == 1
        assert bump_revision(session, "knowledge", NOW) == 2
        assert bump_revision(session, "settings", NOW) == 1

    with database.reading() as session:
        assert current_revision(session, "knowledge") == 2


def test_revision_is_not_seen_before_its_change_is(database: Database) -> None:
    with database.engine.connect() as connection, Session(connection) as session:
        bump_revision(session, "knowledge", NOW)
        session.rollback()

    with database.reading() as session:
        assert current_revision(session, "knowledge") == 0


def test_changes_at_once_get_a_number_each(database: Database) -> None:
    numbers: list[int] = []

    def change() -> None:
        with database.transaction() as session:
            numbers.append(bump_revision(session, "knowledge", NOW))

    threads = [threading.Thread(target=change) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, 9))
