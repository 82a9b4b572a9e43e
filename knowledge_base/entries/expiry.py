"""Ending what is published: by a reviewer, with a reason and perhaps a successor."""

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.events.revisions import bump_revision
from knowledge_base.entries import repository
from knowledge_base.entries.drafting import set_content
from knowledge_base.entries.errors import (
    EntryNotFoundError,
    IllegalEntryMoveError,
    SuccessorError,
)
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.published import REVISION, in_force, is_over
from knowledge_base.entries.recording import EntryBook, said
from knowledge_base.entries.schemas import Saved
from knowledge_base.entries.states import EntryState, check_transition


class Expiry:
    """Takes a writing transaction and only flushes."""

    def __init__(self, book: EntryBook) -> None:
        self._book = book

    def expire(
        self,
        session: Session,
        account: Account,
        code: str,
        reason: str,
        lock_version: int,
        *,
        version: int | None = None,
        superseded_by: str | None = None,
    ) -> Saved:
        """End a published version: from now on the entry is not answered.

        Without ``version`` the one in force ends, the shipped guide perhaps; one that is not in
        force yet never takes effect, and what is in force stays.

        Raises:
            ActionNotAllowedError: the account may not review.
            EntryNotFoundError: there is nothing in force, or no such version.
            IllegalEntryMoveError: it was ended before.
            StaleEntryError: somebody changed the entry meanwhile.
            SuccessorError: the successor is the entry itself, or there is none of this code.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        reason = said(code, reason)
        known = code in self._book.shipped.matters
        entry = self._book.locked(session, code, lock_version, create=known)
        self._check_successor(session, code, superseded_by)
        ended = self._to_end(session, code, version, account, reason)
        check_transition(code, ended.state, EntryState.EXPIRED)
        ended.state, ended.ended_on = EntryState.EXPIRED, self._book.today()
        ended.ended_by, ended.end_reason = account.id, reason
        ended.superseded_by = superseded_by or ended.superseded_by
        bump_revision(session, REVISION, self._book.clock.now())
        return self._book.note(session, entry, ended, "expired", account)

    def _to_end(
        self, session: Session, code: str, version: int | None, account: Account, reason: str
    ) -> EntryVersion:
        if version is not None:
            found = repository.numbered(session, code, version)
            if found is None:
                raise EntryNotFoundError(code, version)
            return found
        today = self._book.today()
        present = in_force(repository.all_numbered(session, [code]), today)
        if present is None:
            return self._shipped_row(session, code, account, reason)
        if is_over(present, today):
            label = EntryState.EXPIRED.label
            raise IllegalEntryMoveError(code, present.state, EntryState.EXPIRED, label)
        return present

    def _shipped_row(
        self, session: Session, code: str, account: Account, reason: str
    ) -> EntryVersion:
        """Return a row for the shipped guide, which lies in no table until it is ended."""
        shipped = self._book.shipped_base(code)
        if shipped is None:
            raise EntryNotFoundError(code)
        now = self._book.clock.now()
        row = EntryVersion(
            code=code,
            version=shipped.version,
            state=EntryState.PUBLISHED,
            base_version=shipped.version,
            shipped_version=shipped.version,
            diff=[],
            reason=reason,
            author=account.id,
            contributors=[],
            findings=[],
            created_at=now,
            updated_at=now,
        )
        set_content(row, shipped.content)
        row.in_force_from = min(row.effective_on or self._book.today(), self._book.today())
        session.add(row)
        return row

    def _check_successor(self, session: Session, code: str, successor: str | None) -> None:
        if successor is None:
            return
        shipped = self._book.shipped
        known = successor in shipped.matters or successor in shipped.index
        if successor == code or not (known or repository.latest_numbered(session, successor)):
            raise SuccessorError(code, successor)
