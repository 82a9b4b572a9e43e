"""The library for a command of its own: what the running service would answer from today."""

from pathlib import Path

from sqlalchemy import inspect, make_url
from sqlalchemy.exc import OperationalError

from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.errors import UnavailableError
from foundation.settings import Settings
from knowledge_base.entries.published import Published, lay_over, published_on
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.policies.models import PolicyVersion


class DatabaseAwayError(UnavailableError):
    """The configured database does not answer, so nobody can say what is published."""

    user_message = "数据库连接不上，无法读取已发布的知识库内容。请检查数据库后再试。"


def present_library(settings: Settings, shipped: Library | None = None) -> Library:
    """Return the shipped library with what the installation published; reads only.

    Args:
        settings: where the database is.
        shipped: what is laid over; read from the files when not given.

    Raises:
        DatabaseAwayError: the database that is configured does not answer.
        LibraryFaultsError: the shipped files have faults.
    """
    return lay_over(shipped or load_library(), published_now(settings)).library


def published_now(settings: Settings) -> Published:
    """Return what the installation published: nothing before its first start.

    Raises:
        DatabaseAwayError: the database that is configured does not answer.
    """
    today = SystemClock().now().date()
    url = make_url(settings.resolved_database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return Published(0, today)
    database = Database(settings.resolved_database_url)
    try:
        with database.reading() as session:
            if not inspect(session.connection()).has_table(PolicyVersion.__tablename__):
                return Published(0, today)  # a database of an earlier release, not migrated yet
            return published_on(session, today)
    except OperationalError as error:
        raise DatabaseAwayError(f"database does not answer: {error.orig}") from error
    finally:
        database.dispose()
