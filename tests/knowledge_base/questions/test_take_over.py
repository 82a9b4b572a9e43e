"""What conversations kept before the queue existed is in it after the upgrade."""

from alembic import command
from sqlalchemy import text

from foundation.clock import FixedClock
from foundation.database.migration import alembic_config, upgrade
from foundation.database.session import Database
from knowledge_base.questions.regrouping import QuestionGrouping
from retrieval.question_meaning import QuestionMeaning

_CONVERSATION = (
    "INSERT INTO conversations (id, channel, key_index, channel_key, holder_version, state,"
    " personal_values, episode, episode_turns, last_seq, created_at, updated_at)"
    " VALUES ('c1', 'wechat', 'k', 'x', 0, '{}', 'x', 1, 0, 1, :at, :at)"
)
_UNANSWERED = (
    "INSERT INTO unanswered_questions (conversation_id, masked_text, reason, at)"
    " VALUES ('c1', '天台上能不能养鸽子', :reason, :at)"
)
_AT = "2026-11-20 01:00:00"


def test_unanswered_questions_of_the_release_before_are_grouped(
    sqlite_database: Database, clock: FixedClock
) -> None:
    _downgrade(sqlite_database, "0002")
    with sqlite_database.engine.begin() as connection:
        connection.execute(text(_CONVERSATION), {"at": _AT})
        for reason in ("no_answer", "badly_rated"):
            connection.execute(text(_UNANSWERED), {"at": _AT, "reason": reason})

    upgrade(sqlite_database)

    with sqlite_database.engine.connect() as connection:
        topics = connection.execute(text("SELECT topic FROM outbox_messages")).scalars().all()
    assert topics == ["question.asked"]
    QuestionGrouping(sqlite_database, QuestionMeaning(lambda: None), clock).group_pending()
    with sqlite_database.engine.connect() as connection:
        groups = connection.execute(text("SELECT text, times, state FROM question_groups")).all()
        channels = connection.execute(text("SELECT channel FROM open_questions")).scalars().all()
    assert [tuple(row) for row in groups] == [("天台上能不能养鸽子", 2, "open")]
    assert channels == ["wechat", "wechat"]


def test_downgrade_and_upgrade_leave_an_empty_database_as_it_was(
    sqlite_database: Database,
) -> None:
    before = _tables(sqlite_database)

    _downgrade(sqlite_database, "0002")
    assert "unanswered_questions" in _tables(sqlite_database)
    upgrade(sqlite_database)

    assert _tables(sqlite_database) == before


def _tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return set(found.scalars())


def _downgrade(database: Database, revision: str) -> None:
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
