"""Publishing and rolling back: read a candidate, let it be checked, put it in force."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from pydantic import ValidationError
from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.events.revisions import bump_revision, current_revision
from knowledge_base.entries import repository
from knowledge_base.entries.checking import refuse_blocked
from knowledge_base.entries.content import Content, as_matter
from knowledge_base.entries.diff import field_changes
from knowledge_base.entries.drafting import set_content
from knowledge_base.entries.errors import (
    EntryNotFoundError,
    LibraryMovedError,
    SelfReviewError,
    StaleBaseError,
    StaleEntryError,
)
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.published import REVISION, lay_over, published_on
from knowledge_base.entries.recording import Base, EntryBook, said
from knowledge_base.entries.schemas import Candidate, CheckReport, Saved
from knowledge_base.entries.states import EntryState, check_transition
from knowledge_base.library import Library
from knowledge_base.schema import Matter

Answered = Callable[[date], Library]  # the library of a day


class Publishing:
    """Steps of publication; ``service.EntryService`` puts the checks between them."""

    def __init__(self, book: EntryBook) -> None:
        self._book = book

    def reviewed(
        self,
        session: Session,
        account: Account,
        code: str,
        lock_version: int,
        answered: Answered | None = None,
    ) -> Candidate:
        """Read what waits for review, as checks need it; ``answered``: see ``candidate``.

        Raises:
            ActionNotAllowedError: the account may not review.
            SelfReviewError: it wrote the draft.
            EntryNotFoundError: nothing is open.
            IllegalEntryMoveError: it was not submitted.
            StaleEntryError: somebody changed the entry meanwhile.
            StaleBaseError: another version was published since the draft was written.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        draft = repository.open_version(session, code)
        if draft is None:
            raise EntryNotFoundError(code)
        if account.id in draft.contributors:
            raise SelfReviewError(code, account.id)
        self._check_lock(session, code, lock_version)
        check_transition(code, draft.state, EntryState.PUBLISHED)
        base = self._book.base(session, code)
        latest = None if base is None else base.version
        if draft.base_version != latest:
            raise StaleBaseError(code, draft.base_version, latest)
        return self.candidate(session, code, lock_version, draft.content, answered)

    def restored(
        self, session: Session, account: Account, code: str, version: int, lock_version: int
    ) -> Candidate:
        """Read an earlier version, the shipped one perhaps, as checks need it.

        Raises:
            ActionNotAllowedError: the account may not review.
            EntryNotFoundError: there is no such version, or nothing was published over it.
            StaleEntryError: somebody changed the entry meanwhile.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        self._check_lock(session, code, lock_version)
        earlier = self._earlier(session, code, version)
        if earlier is None or repository.latest_numbered(session, code) is None:
            raise EntryNotFoundError(code, version)
        found = self.candidate(session, code, lock_version, earlier.content)
        return replace(found, restores=version)

    def publish(
        self,
        session: Session,
        account: Account,
        candidate: Candidate,
        report: CheckReport,
        reason: str,
        override: str | None = None,
    ) -> Saved:
        """Publish what was checked: version number, revision, audit and event together.

        Args:
            session: a writing transaction of its own, after the checks.
            account: the reviewer.
            candidate: from ``reviewed`` or ``restored``.
            report: what the checks said of exactly this candidate.
            reason: the reviewer's word; of a rollback the reason of the change.
            override: why it is published although the checks found something.

        Raises:
            ActionNotAllowedError: the account may not review.
            PublishBlockedError: the checks found something and it is not overridden.
            StaleEntryError: somebody changed the entry since it was read.
            LibraryMovedError: another entry was published since it was read.
        """
        saved = self.put_in_force(session, account, candidate, report, reason, override)
        self.bump(session, (candidate,))
        return saved

    def put_in_force(
        self,
        session: Session,
        account: Account,
        candidate: Candidate,
        report: CheckReport,
        reason: str,
        override: str | None = None,
    ) -> Saved:
        """Do all of ``publish`` but the revision, which ``bump`` counts once for several."""
        account.require(Permission.KNOWLEDGE_REVIEW)
        code, reason = candidate.code, said(candidate.code, reason)
        refuse_blocked(code, report, override)
        entry = self._book.locked(session, code, candidate.lock_version)
        version = (
            self._restoration(session, candidate, account, reason)
            if candidate.restores is not None
            else repository.open_version(session, code)
        )
        assert version is not None  # the lock version is the one it was read with
        if version.state is not EntryState.PUBLISHED:
            check_transition(code, version.state, EntryState.PUBLISHED)
        version.state = EntryState.PUBLISHED
        version.version = self._book.next_version(entry)
        version.in_force_from = max(version.effective_on or candidate.today, self._book.today())
        version.reviewer, version.review_note = account.id, reason
        version.published_at = self._book.clock.now()
        version.findings = [
            {"code": one.code, "field": one.field, "message": one.message}
            for one in report.findings
        ]
        version.override_reason = override if report.findings else None
        act = "published" if candidate.restores is None else "rolled_back"
        return self._book.note(session, entry, version, act, account)

    def answered(self, session: Session) -> Answered:
        """Return the library of any day as this transaction reads it; each day is read once."""

        @cache
        def on(day: date) -> Library:
            return lay_over(self._book.shipped, published_on(session, day)).library

        return on

    def candidate(
        self,
        session: Session,
        code: str,
        lock_version: int,
        content: Content,
        answered: Answered | None = None,
    ) -> Candidate:
        """Return a content as checks need it, whoever wrote it and whatever its state.

        Args:
            session: a reading transaction.
            code: of the entry.
            lock_version: with which it was read.
            content: in normal form.
            answered: from ``answered``, where several are read in one transaction.
        """
        today, on = self._book.today(), answered or self.answered(session)
        base = self._book.base(session, code)
        matter = _matter(content, 1 if base is None else base.version + 1)
        day = first_day(matter, today)
        later = repository.scheduled_after(session, code, day)
        return Candidate(
            code=code,
            lock_version=lock_version,
            revision=current_revision(session, REVISION),
            today=today,
            matter=matter,
            replaced=on(today).matters.get(code),
            library=on(today) if matter is None else with_matters(on(day), (matter,)),
            content=content,
            scheduled=tuple(one.version for one in later if one.version is not None),
        )

    def _restoration(
        self, session: Session, candidate: Candidate, account: Account, reason: str
    ) -> EntryVersion:
        base, now = self._book.base(session, candidate.code), self._book.clock.now()
        before = {} if base is None else base.content
        version = EntryVersion(
            code=candidate.code,
            state=EntryState.PUBLISHED,
            base_version=None if base is None else base.version,
            shipped_version=self._book.shipped_version(candidate.code),
            restores_version=candidate.restores,
            diff=[one.model_dump(mode="json") for one in field_changes(before, candidate.content)],
            reason=reason,
            author=account.id,
            contributors=[account.id],
            created_at=now,
            updated_at=now,
        )
        set_content(version, candidate.content)
        session.add(version)
        return version

    def _earlier(self, session: Session, code: str, version: int) -> Base | None:
        row = repository.numbered(session, code, version)
        if row is not None:
            return Base(version, row.content)
        shipped = self._book.shipped_base(code)
        return shipped if shipped is not None and shipped.version == version else None

    def _check_lock(self, session: Session, code: str, lock_version: int) -> None:
        found = repository.lock_version_of(session, code)
        if found != lock_version:
            raise StaleEntryError(code, lock_version, found)

    def bump(self, session: Session, candidates: Sequence[Candidate]) -> None:
        """Count that what is answered changed, once for all ``candidates``.

        Raises:
            LibraryMovedError: something else was published since they were read.
        """
        # The row is locked by the bump itself, so that nobody publishes in between.
        found = bump_revision(session, REVISION, self._book.clock.now()) - 1
        for candidate in candidates:
            if found != candidate.revision:
                raise LibraryMovedError(candidate.code, candidate.revision, found)


def first_day(matter: Matter | None, today: date) -> date:
    """Return the day from which a guide published today holds."""
    return today if matter is None else max(today, matter.valid_from)


def with_matters(library: Library, matters: Iterable[Matter]) -> Library:
    """Return the library with these guides laid over it."""
    laid = {matter.code: matter for matter in matters}
    return replace(library, matters={**library.matters, **laid})


def _matter(content: Content, version: int) -> Matter | None:
    try:
        return as_matter(content, version)
    except ValidationError:
        return None
