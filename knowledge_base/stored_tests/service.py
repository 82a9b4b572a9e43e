"""Test questions added, removed and read; what runs them is ``retrieval.rehearsal``."""

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from knowledge_base.entries.repository import lock_version_of
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from knowledge_base.stored_tests import repository
from knowledge_base.stored_tests.errors import (
    StoredTestEmptyError,
    StoredTestExistsError,
    StoredTestNotFoundError,
)
from knowledge_base.stored_tests.models import StoredTest
from knowledge_base.stored_tests.schemas import StoredQuestion


class StoredTests:
    """Every method takes the caller's transaction and only flushes."""

    def __init__(self, access: AccessService, shipped: Library, clock: Clock) -> None:
        self._access = access
        self._shipped = shipped
        self._clock = clock

    def add(
        self,
        session: Session,
        account: Account,
        code: str,
        question: str,
        facet: FacetName | None = None,
    ) -> StoredQuestion:
        """Store a question that the entry must answer from now on.

        Raises:
            ActionNotAllowedError: the account may not edit.
            MatterNotFoundError: there is neither a guide nor a draft of this code.
            StoredTestEmptyError: without a word.
            StoredTestExistsError: it is stored already.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        words = storable(mask(question))
        if not words:
            raise StoredTestEmptyError(code)
        if code not in self._shipped.matters and not lock_version_of(session, code):
            raise MatterNotFoundError(code)
        if repository.same(session, code, words) is not None:
            raise StoredTestExistsError(code)
        row = StoredTest(
            code=code,
            question=words,
            facet=facet,
            added_by=account.id,
            added_at=self._clock.now(),
        )
        session.add(row)
        session.flush()
        self._access.record(session, account.id, "stored_test.added", f"{code} {row.id}")
        return _stored(row)

    def remove(self, session: Session, account: Account, test_id: int) -> None:
        """Drop a test question; the audit keeps that it was there.

        Raises:
            ActionNotAllowedError: the account may not review: who wrote what fails a test cannot
                take the test away.
            StoredTestNotFoundError: there is none.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        row = session.get(StoredTest, test_id)
        if row is None:
            raise StoredTestNotFoundError(test_id)
        self._access.record(session, account.id, "stored_test.removed", f"{row.code} {row.id}")
        session.delete(row)
        session.flush()


def stored_questions(session: Session, code: str | None = None) -> tuple[StoredQuestion, ...]:
    """Return the test questions of one matter, or of all."""
    return tuple(_stored(row) for row in repository.stored(session, code))


def _stored(row: StoredTest) -> StoredQuestion:
    return StoredQuestion(row.id, row.code, row.question, row.facet)
