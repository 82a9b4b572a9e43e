"""Drafts: written, submitted, sent back, thrown away. Nothing here changes what is answered."""

from collections.abc import Mapping

from pydantic import ValidationError
from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.text.storable import storable
from knowledge_base.entries import repository
from knowledge_base.entries.content import (
    Content,
    as_matter,
    content_code,
    normal_form,
    schema_findings,
)
from knowledge_base.entries.diff import field_changes
from knowledge_base.entries.errors import (
    DraftFaultsError,
    EntryNotFoundError,
    IllegalEntryMoveError,
    NothingChangedError,
)
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.recording import Base, EntryBook, said
from knowledge_base.entries.schemas import Saved
from knowledge_base.entries.states import EntryState, check_transition
from knowledge_base.schema import Matter, Visibility


class Drafting:
    """What editors do; every step takes a writing transaction and only flushes."""

    def __init__(self, book: EntryBook) -> None:
        self._book = book

    def save(
        self,
        session: Session,
        account: Account,
        content: Mapping[str, object],
        reason: str,
        lock_version: int,
    ) -> Saved:
        """Begin the entry's draft or write it anew, from what was published last.

        Args:
            session: a writing transaction.
            account: who writes; may not review this draft later.
            content: the guide as a mapping, perhaps unfinished; its version number is passed over.
            reason: why it changes.
            lock_version: of the entry as the writer loaded it; 0 where nothing was changed so far.

        Raises:
            ActionNotAllowedError: the account may not edit.
            EntryCodeError: the content names no matter.
            StaleEntryError: somebody changed the entry meanwhile.
            IllegalEntryMoveError: the draft waits for review; it must be sent back first.
            NothingChangedError: it says what is published already.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        code = content_code(content)
        reason = said(code, reason)
        entry = self._book.locked(session, code, lock_version, create=True)
        draft = repository.open_version(session, code)
        _refuse_under_review(code, draft)
        form, base = normal_form(content), self._book.base(session, code)
        if not field_changes({} if base is None else base.content, form):
            raise NothingChangedError(code)
        if draft is None:
            draft = self._new_draft(code)
            session.add(draft)
        self._write(draft, account, form, base, reason)
        return self._book.note(session, entry, draft, "drafted", account)

    def _write(
        self, draft: EntryVersion, account: Account, form: Content, base: Base | None, reason: str
    ) -> None:
        changes = field_changes({} if base is None else base.content, form)
        draft.base_version = None if base is None else base.version
        draft.shipped_version = self._book.shipped_version(draft.code)
        draft.diff = [change.model_dump(mode="json") for change in changes]
        draft.reason, draft.author = reason, account.id
        draft.contributors = sorted({*draft.contributors, account.id})
        set_content(draft, form)

    def _new_draft(self, code: str) -> EntryVersion:
        now = self._book.clock.now()
        return EntryVersion(
            code=code,
            state=EntryState.DRAFT,
            contributors=[],
            findings=[],
            created_at=now,
            updated_at=now,
        )

    def submit(self, session: Session, account: Account, code: str, lock_version: int) -> Saved:
        """Hand the draft to the reviewers.

        Raises:
            DraftFaultsError: it is no guide yet; every fault is listed.
            EntryNotFoundError: there is no draft.
            IllegalEntryMoveError: it was submitted already.
            StaleEntryError: somebody changed the entry meanwhile.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        entry = self._book.locked(session, code, lock_version)
        draft = _open(session, code)
        check_transition(code, draft.state, EntryState.REVIEW)
        faults = schema_findings(code, draft.content)
        if faults:
            raise DraftFaultsError(code, faults)
        draft.state, draft.review_note = EntryState.REVIEW, None
        return self._book.note(session, entry, draft, "submitted", account)

    def send_back(
        self, session: Session, account: Account, code: str, note: str, lock_version: int
    ) -> Saved:
        """Return what waits for review to its writers: by a reviewer, or by one of them.

        Raises:
            ActionNotAllowedError: the account neither reviews nor wrote it.
            EntryNotFoundError: nothing is open.
            IllegalEntryMoveError: it was not submitted.
            StaleEntryError: somebody changed the entry meanwhile.
        """
        if not account.may(Permission.KNOWLEDGE_REVIEW):
            account.require(Permission.KNOWLEDGE_EDIT)
        note = said(code, note)
        entry = self._book.locked(session, code, lock_version)
        draft = _open(session, code)
        if account.id not in draft.contributors:
            account.require(Permission.KNOWLEDGE_REVIEW)
        check_transition(code, draft.state, EntryState.DRAFT)
        draft.state, draft.review_note = EntryState.DRAFT, note
        return self._book.note(session, entry, draft, "sent_back", account)

    def discard(self, session: Session, account: Account, code: str, lock_version: int) -> Saved:
        """Throw the draft away; the audit keeps that it was there.

        Raises:
            EntryNotFoundError: nothing is open.
            IllegalEntryMoveError: it waits for review.
            StaleEntryError: somebody changed the entry meanwhile.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        entry = self._book.locked(session, code, lock_version)
        draft = _open(session, code)
        if draft.state is not EntryState.DRAFT:
            raise IllegalEntryMoveError(code, draft.state, "discarded", draft.state.label)
        saved = self._book.note(session, entry, draft, "discarded", account)
        session.delete(draft)
        session.flush()
        return saved


def set_content(version: EntryVersion, form: Content) -> None:
    """Store the content, and beside it what lists and dates are looked up by."""
    try:
        matter = as_matter(form, 1)
    except ValidationError:
        matter = None
    version.content = form
    for name, value in looked_up_by(form, matter).items():
        setattr(version, name, value)


def looked_up_by(form: Content, matter: Matter | None) -> dict[str, object]:
    """Return the columns that stand beside a content; ``matter``: None of what is no guide yet."""
    return {
        "title": storable(str(form.get("title") or form["code"])),
        # Until it says otherwise, and is a guide.
        "visibility": Visibility.INTERNAL if matter is None else matter.visibility,
        "superseded_by": None if matter is None else matter.superseded_by,
        "effective_on": None if matter is None else matter.valid_from,
        "expires_on": None if matter is None else matter.valid_to,
    }


def _refuse_under_review(code: str, draft: EntryVersion | None) -> None:
    if draft is not None and draft.state is EntryState.REVIEW:
        raise IllegalEntryMoveError(code, draft.state, EntryState.DRAFT, EntryState.REVIEW.label)


def _open(session: Session, code: str) -> EntryVersion:
    draft = repository.open_version(session, code)
    if draft is None:
        raise EntryNotFoundError(code)
    return draft
