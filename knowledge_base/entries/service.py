"""The life of an entry, whole: what editors and reviewers call.

Drafting and expiry take the caller's transaction. Publishing runs the checks, which may take
seconds, with no transaction open: it reads, checks, and writes in one short transaction that
refuses when anything it was checked against has changed meanwhile.
"""

from collections.abc import Mapping

from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from knowledge_base.entries.bulk import BulkReview
from knowledge_base.entries.checking import PublishChecks, refuse_blocked
from knowledge_base.entries.content import content_code, normal_form
from knowledge_base.entries.drafting import Drafting
from knowledge_base.entries.expiry import Expiry
from knowledge_base.entries.published import published_on
from knowledge_base.entries.publishing import Publishing
from knowledge_base.entries.recording import EntryBook, said
from knowledge_base.entries.schemas import Candidate, CheckReport, Saved
from knowledge_base.entries.staging import Staging
from knowledge_base.entries.views import EntryViews
from knowledge_base.freshness import lapsed
from knowledge_base.library import Library


class EntryService:
    """``drafts``, ``expiry`` and ``views`` take a session; the others open their own."""

    def __init__(
        self,
        database: Database,
        shipped: Library,
        access: AccessService,
        clock: Clock,
        checks: PublishChecks,
    ) -> None:
        book = EntryBook(shipped, access, Outbox(clock), clock)
        self.drafts = Drafting(book)
        self.expiry = Expiry(book)
        self.views = EntryViews(book)
        self.staging = Staging(database, access, clock)
        self._publishing = Publishing(book)
        self.bulk = BulkReview(database, self._publishing, self.drafts, checks)
        self._book = book
        self._database = database
        self._checks = checks

    def check(self, content: Mapping[str, object]) -> CheckReport:
        """Say what the checks find of a text that is being written; nothing is stored.

        Raises:
            EntryCodeError: the content names no matter.
        """
        code = content_code(content)
        return self._checks.run(self._candidate(code, content))

    def trial(self, content: Mapping[str, object]) -> Library | None:
        """Return the library with a text laid over it, to try questions on; ``None``: no guide yet.

        Raises:
            EntryCodeError: the content names no matter.
        """
        candidate = self._candidate(content_code(content), content)
        return None if candidate.matter is None else candidate.library

    def lapsed(self) -> Library:
        """Return what is not answered any more since its last day; see ``freshness.lapsed``."""
        with self._database.reading() as session:
            published = published_on(session, self._book.today())
        return lapsed(self._book.shipped, published)

    def _candidate(self, code: str, content: Mapping[str, object]) -> Candidate:
        with self._database.reading() as session:
            return self._publishing.candidate(session, code, 0, normal_form(content))

    def publish(
        self,
        account: Account,
        code: str,
        lock_version: int,
        reason: str,
        override: str | None = None,
    ) -> Saved:
        """Check what waits for review and publish it; see ``Publishing`` for what it raises."""
        reason = said(code, reason)
        with self._database.reading() as session:
            candidate = self._publishing.reviewed(session, account, code, lock_version)
        return self._checked(account, candidate, reason, override)

    def roll_back(
        self,
        account: Account,
        code: str,
        version: int,
        lock_version: int,
        reason: str,
        override: str | None = None,
    ) -> Saved:
        """Publish an earlier version's content as a new version; an open draft stays open."""
        reason = said(code, reason)
        with self._database.reading() as session:
            candidate = self._publishing.restored(session, account, code, version, lock_version)
        return self._checked(account, candidate, reason, override)

    def _checked(
        self, account: Account, candidate: Candidate, reason: str, override: str | None
    ) -> Saved:
        report = self._checks.run(candidate)
        refuse_blocked(candidate.code, report, override)
        with self._database.transaction() as session:
            return self._publishing.publish(session, account, candidate, report, reason, override)
