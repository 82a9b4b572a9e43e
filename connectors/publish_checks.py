"""The checks that packages above the knowledge base register for publishing."""

from collections.abc import Callable

from foundation.database.session import Database
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.stored_tests.schemas import StoredQuestion
from knowledge_base.stored_tests.service import stored_questions
from retrieval.rehearsal import Searches, StoredTestsCheck


def publish_checks(database: Database, retriever: Callable[[], Searches]) -> PublishChecks:
    """Return all checks; ``retriever`` is called only when there is something to ask it."""

    def tests() -> tuple[StoredQuestion, ...]:
        with database.reading() as session:
            return stored_questions(session)

    return PublishChecks([StoredTestsCheck(tests, retriever)])
