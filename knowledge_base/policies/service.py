"""The life of a policy document: imported, reviewed, published, expired; each step audited.

Every method takes a transaction and only flushes.
"""

import re

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.events.revisions import bump_revision
from foundation.text.storable import storable
from knowledge_base.entries.published import REVISION
from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.entries.views import readable_tiers
from knowledge_base.policies import repository
from knowledge_base.policies.errors import (
    IllegalPolicyMoveError,
    OwnImportError,
    PolicyNotFoundError,
    PolicyReasonMissingError,
)
from knowledge_base.policies.models import Policy, PolicyVersion
from knowledge_base.policies.parsing import Parsed
from knowledge_base.policies.schema import PolicyDocument
from knowledge_base.policies.schemas import (
    Outcome,
    PolicyContent,
    PolicyLine,
    SavedPolicy,
    Source,
)
from knowledge_base.schema import Visibility

# Subject of the row that importers queue at: two files of one document must not both be new.
_IMPORTS = "policy_imports"
_LONGEST_IDENTITY = 512


class PolicyService:
    """What editors, reviewers and readers do with policy documents."""

    def __init__(self, access: AccessService, clock: Clock) -> None:
        self._access = access
        self._outbox = Outbox(clock)
        self._clock = clock

    def import_document(
        self,
        session: Session,
        account: Account,
        parsed: Parsed,
        source: Source,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> SavedPolicy:
        """Hand a document to the reviewers; the same text again changes nothing.

        A text that waits for review already is replaced by the newer one.

        Raises:
            ActionNotAllowedError: the account may not edit.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        now = self._clock.now()
        bump_revision(session, _IMPORTS, now)
        identity = identity_of(parsed.document)
        policy = repository.known_as(session, identity)
        outcome = Outcome.ADDED if policy is None else Outcome.RENEWED
        if policy is None:
            code = f"P{repository.count(session) + 1:04d}"
            policy = Policy(
                code=code,
                identity=identity,
                lock_version=0,
                latest_version=0,
                created_at=now,
                updated_at=now,
            )
            session.add(policy)
            session.flush()
        content = parsed.document.model_dump(mode="json")
        waiting = repository.open_version(session, policy.code)
        last = waiting or repository.latest_numbered(session, policy.code)
        if last is not None and _says(last, content, visibility):
            version = last.version
            return SavedPolicy(
                policy.code, policy.lock_version, last.state, version, Outcome.UNCHANGED
            )
        row = waiting or PolicyVersion(code=policy.code, importers=[], created_at=now)
        _fill(row, parsed, source, visibility)
        row.importers = sorted({*row.importers, account.id})
        session.add(row)
        return self._note(session, policy, row, "imported", account, outcome)

    def publish(
        self, session: Session, account: Account, code: str, lock_version: int
    ) -> SavedPolicy:
        """Publish what waits for review; answers may quote it from now on.

        Raises:
            ActionNotAllowedError: the account does not review.
            OwnImportError: it imported the document.
            PolicyNotFoundError: nothing waits.
            StalePolicyError: somebody changed the document meanwhile.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        policy = repository.locked_policy(session, code, lock_version)
        row = _waiting(session, code)
        if account.id in row.importers:
            raise OwnImportError(code, account.id)
        policy.latest_version += 1
        row.version, row.state = policy.latest_version, EntryState.PUBLISHED
        row.reviewer, row.published_at = account.id, self._clock.now()
        bump_revision(session, REVISION, self._clock.now())
        return self._note(session, policy, row, "published", account)

    def discard(
        self, session: Session, account: Account, code: str, lock_version: int
    ) -> SavedPolicy:
        """Throw away what waits for review; the audit keeps that it was there.

        Raises:
            ActionNotAllowedError: the account neither edits nor reviews.
            PolicyNotFoundError: nothing waits.
            StalePolicyError: somebody changed the document meanwhile.
        """
        if not account.may(Permission.KNOWLEDGE_REVIEW):
            account.require(Permission.KNOWLEDGE_EDIT)
        policy = repository.locked_policy(session, code, lock_version)
        row = _waiting(session, code)
        saved = self._note(session, policy, row, "discarded", account)
        session.delete(row)
        session.flush()
        return saved

    def expire(
        self, session: Session, account: Account, code: str, reason: str, lock_version: int
    ) -> SavedPolicy:
        """End what was published last: no answer quotes the document any more.

        Raises:
            ActionNotAllowedError: the account does not review.
            IllegalPolicyMoveError: it was expired already.
            PolicyNotFoundError: nothing was published.
            PolicyReasonMissingError: no reason is given.
            StalePolicyError: somebody changed the document meanwhile.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        words = storable(reason)
        if not words:
            raise PolicyReasonMissingError(code)
        policy = repository.locked_policy(session, code, lock_version)
        row = repository.latest_numbered(session, code)
        if row is None:
            raise PolicyNotFoundError(code)
        if row.state is not EntryState.PUBLISHED:
            raise IllegalPolicyMoveError(code, "expired", row.state.label)
        row.state, row.ended_on = EntryState.EXPIRED, self._clock.now().date()
        row.ended_by, row.end_reason = account.id, words
        bump_revision(session, REVISION, self._clock.now())
        return self._note(session, policy, row, "expired", account)

    def listing(
        self, session: Session, account: Account, limit: int = repository.PAGE, offset: int = 0
    ) -> list[PolicyLine]:
        """Return every version that the account may read, documents by code."""
        tiers, states = readable_tiers(account), _readable_states(account)
        rows = repository.page_of_versions(session, tiers, states, limit, offset)
        return [_line(policy, row) for policy, row in rows]

    def content(
        self, session: Session, account: Account, code: str, version: int | None = None
    ) -> PolicyContent:
        """Return one version; without a number the newest that the account may read.

        Raises:
            PolicyNotFoundError: there is none for this account.
        """
        tiers, states = readable_tiers(account), _readable_states(account)
        row = repository.readable_version(session, code, version, tiers, states)
        document = PolicyDocument.model_validate(row.content)
        return PolicyContent(
            code, row.version, row.state, document, tuple(row.remarks), row.source_name
        )

    def lock_version(self, session: Session, code: str) -> int:
        """Return the present lock version, for who reads and writes in one transaction.

        Raises:
            PolicyNotFoundError: there is no such document.
        """
        policy = session.get(Policy, code)
        if policy is None:
            raise PolicyNotFoundError(code)
        return policy.lock_version

    def _note(
        self,
        session: Session,
        policy: Policy,
        row: PolicyVersion,
        act: str,
        account: Account,
        outcome: Outcome | None = None,
    ) -> SavedPolicy:
        """Count the change; the audit and the outbox hear of it."""
        policy.lock_version += 1
        policy.updated_at = row.updated_at = self._clock.now()
        number = "waiting" if row.version is None else row.version
        self._access.record(session, account.id, f"policy.{act}", f"{policy.code} {number}")
        payload = {"code": policy.code, "version": row.version, "state": row.state.value}
        key = f"policy:{policy.code}:{policy.lock_version}"
        self._outbox.enqueue(session, f"policy.{act}", key, payload)
        session.flush()
        return SavedPolicy(policy.code, policy.lock_version, row.state, row.version, outcome)


def identity_of(document: PolicyDocument) -> str:
    """Return what a document is known again by: its number, else title and issuers."""
    named = document.number or "／".join((document.title, *document.issuers))
    return re.sub(r"\s", "", named)[:_LONGEST_IDENTITY]


def _waiting(session: Session, code: str) -> PolicyVersion:
    row = repository.open_version(session, code)
    if row is None:
        raise PolicyNotFoundError(code)
    return row


def _says(row: PolicyVersion, content: dict[str, object], visibility: Visibility) -> bool:
    same = row.content == content and row.visibility is visibility
    return same and row.state is not EntryState.EXPIRED


def _fill(row: PolicyVersion, parsed: Parsed, source: Source, visibility: Visibility) -> None:
    document = parsed.document
    row.state, row.visibility = EntryState.REVIEW, visibility
    row.title, row.number, row.issued_on = document.title, document.number, document.issued_on
    row.in_force_from, row.in_force_to = document.in_force_from, document.in_force_to
    row.content, row.remarks = document.model_dump(mode="json"), list(parsed.remarks)
    row.source_name, row.source_sha256 = source.name, source.digest


def _line(policy: Policy, row: PolicyVersion) -> PolicyLine:
    return PolicyLine(
        code=row.code,
        version=row.version,
        state=row.state,
        visibility=row.visibility,
        title=row.title,
        number=row.number,
        issued_on=row.issued_on,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        lock_version=policy.lock_version,
    )


def _readable_states(account: Account) -> frozenset[EntryState]:
    works = account.may(Permission.KNOWLEDGE_EDIT) or account.may(Permission.KNOWLEDGE_REVIEW)
    return frozenset(EntryState) - (frozenset() if works else frozenset(OPEN))
