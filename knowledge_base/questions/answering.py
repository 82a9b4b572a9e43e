"""A group of questions becomes a draft, and the question a test that the draft must pass."""

from contextlib import suppress

from sqlalchemy.orm import Session

from foundation.access.service import Account
from knowledge_base.entries.schemas import Saved
from knowledge_base.questions.drafting import Learned, LearnedDrafts
from knowledge_base.questions.service import QuestionQueue
from knowledge_base.stored_tests.errors import StoredTestExistsError
from knowledge_base.stored_tests.service import StoredTests


class QuestionDrafting:
    """One step for the editor: draft, test and group change together or not at all."""

    def __init__(self, queue: QuestionQueue, drafts: LearnedDrafts, tests: StoredTests) -> None:
        self._queue = queue
        self._drafts = drafts
        self._tests = tests

    def draft(
        self,
        session: Session,
        account: Account,
        group_id: int,
        lock_version: int,
        code: str | None = None,
        answer: str | None = None,
        *,
        as_alias: bool = False,
    ) -> Saved:
        """Write the group's question into the draft of a matter, or of a new one.

        Args:
            session: a writing transaction.
            account: who edits; takes the group if nobody has.
            group_id: which.
            lock_version: the one the reader loaded.
            code: of the matter; None begins a new one.
            answer: the question becomes a common question with it; without, a sample question
                that leads to the guide.
            as_alias: a further name of a known matter instead.

        Raises:
            ActionNotAllowedError: the account may not edit.
            QuestionNotFoundError, StaleQuestionError: no such group, or changed meanwhile.
            IllegalQuestionMoveError: it was answered.
            AlreadyLearnedError: the matter holds the question.
            IllegalEntryMoveError: the matter's draft waits for review.
        """
        found = self._queue.group(session, account, group_id).group
        reason = f"据待答问题 {group_id}（问过 {found.times} 次）起草"
        alias = as_alias and code is not None
        learned = Learned(
            question=found.text, reason=reason, answer=answer, as_alias=alias, code=code
        )
        saved = self._drafts.add(session, account, learned)
        with suppress(StoredTestExistsError):  # of another group with the same words
            self._tests.add(session, account, saved.code, found.text)
        self._queue.drafted(session, account, group_id, saved.code, lock_version)
        return saved
