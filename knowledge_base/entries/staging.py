"""Many drafts at once: written in short batches while nobody sees them, shown by one row.

A file of 100,000 guides takes minutes to write. Other writers wait for one batch at most, and
for the moment that shows them: the import's row gets its time, the lock versions of the entries
grow. What follows (a line of the audit for each draft, the drafts they stand for deleted) goes in
batches again. Whoever is killed on the way leaves nothing that is seen; ``sweep`` takes it away,
or, where the drafts were shown already, does what is left.
"""

import logging
import os
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import psutil
from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from knowledge_base.entries.diff import additions
from knowledge_base.entries.errors import ImportSweptError, StaleEntryError
from knowledge_base.entries.models import Entry, EntryImport, EntryVersion, StagedDraft
from knowledge_base.entries.repository import ensure_entries
from knowledge_base.entries.schemas import NewDraft
from knowledge_base.entries.states import EntryState

logger = logging.getLogger(__name__)

_SETTLED = 100  # drafts settled or taken away in one transaction
# A process on another machine is given up after this long without a batch; a batch takes under
# a second.
_GIVEN_UP = timedelta(minutes=10)
# SQLite has no queue of writers: those who wait look again every 25 to 100 ms. Without a pause
# between two batches they would rarely find the database free.
_PAUSE_SECONDS = 0.02


class Staging:
    """Opens its own short transactions; one import is written by one thread."""

    def __init__(self, database: Database, access: AccessService, clock: Clock) -> None:
        self._database, self._access, self._clock = database, access, clock
        self._outbox = Outbox(clock)

    def begin(self, account: Account, file_name: str) -> str:
        """Begin an import; return its id.

        Raises:
            ActionNotAllowedError: the account may not edit.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        now, import_id = self._clock.now(), uuid4().hex
        with self._database.transaction() as session:
            session.add(
                EntryImport(
                    id=import_id,
                    file_name=file_name,
                    account_id=account.id,
                    owner=_owner(),
                    started_at=now,
                    touched_at=now,
                )
            )
        return import_id

    def stage(
        self, import_id: str, account: Account, reason: str, drafts: Sequence[NewDraft]
    ) -> None:
        """Write drafts that nobody sees yet.

        Args:
            import_id: from ``begin``.
            account: who writes; may not review them later.
            reason: why the entries change.
            drafts: at most some hundreds; each entry once in the whole import.

        Raises:
            ImportSweptError: the import was given up meanwhile.
        """
        now = self._clock.now()
        rows = [_version_row(one, account, reason, now) for one in drafts]
        with self._database.transaction() as session:
            self._touch(session, import_id)
            ensure_entries(session, {one.code: one.shipped_version or 0 for one in drafts}, now)
            ids = self._new_ids(session, len(rows))
            # Ids are given beforehand: having them returned takes several times as long, and
            # others wait meanwhile.
            versions = [{**row, "id": number} for row, number in zip(rows, ids, strict=True)]
            session.execute(insert(EntryVersion.__table__), versions)  # type: ignore[arg-type]  # a mapped class has a table
            staged = [
                {
                    "version_id": version_id,
                    "import_id": import_id,
                    "code": one.code,
                    "lock_version": one.lock_version,
                    "replaces_id": one.replaces_id,
                }
                for version_id, one in zip(ids, drafts, strict=True)
            ]
            session.execute(insert(StagedDraft.__table__), staged)  # type: ignore[arg-type]  # as above
        self._pause()

    def _new_ids(self, session: Session, count: int) -> Sequence[int]:
        if self._database.is_sqlite:  # nobody else writes during this transaction
            last = session.scalar(select(func.max(EntryVersion.id))) or 0
            return range(last + 1, last + 1 + count)
        sequence = func.pg_get_serial_sequence(EntryVersion.__tablename__, "id")
        numbers = func.generate_series(1, count).table_valued("number")
        query = select(func.nextval(cast_to(sequence, REGCLASS))).select_from(numbers)
        return session.scalars(query).all()

    def show(self, import_id: str, account: Account, new: int, changed: int) -> None:
        """Make every draft of the import visible in one short transaction, or none.

        Raises:
            StaleEntryError: somebody changed one of the entries since the file was laid over it.
            ImportSweptError: the import was given up meanwhile.
        """
        now = self._clock.now()
        with self._database.transaction() as session:
            self._touch(session, import_id)
            grown = _rows(
                session,
                update(Entry)
                .where(
                    Entry.code == StagedDraft.code,
                    StagedDraft.import_id == import_id,
                    Entry.lock_version == StagedDraft.lock_version,
                )
                .values(lock_version=Entry.lock_version + 1, updated_at=now),
            )
            if grown != new + changed:
                raise _stale(session, import_id)
            shown = update(EntryImport).where(EntryImport.id == import_id).values(shown_at=now)
            session.execute(shown)
            name = session.scalar(select(EntryImport.file_name).filter_by(id=import_id)) or ""
            self._access.record(
                session, account.id, "knowledge.imported", f"{name[:80]} {new + changed}"
            )
            payload = {"file": name, "new": new, "changed": changed}
            self._outbox.enqueue(
                session, "knowledge.imported", f"knowledge-import:{import_id}", payload
            )

    def settle(self, import_id: str) -> None:
        """Audit each draft that was shown and delete the drafts they stand for; may be repeated."""
        while self._settled_batch(import_id):
            self._pause()

    def _settled_batch(self, import_id: str) -> bool:
        with self._database.transaction() as session:
            # Two processes may settle the same import: one at a time.
            found = session.scalars(
                select(EntryImport).where(EntryImport.id == import_id).with_for_update()
            ).one()
            batch = _batch(session, import_id)
            subjects = [f"{one.code} draft" for one in batch]
            self._access.record_all(session, found.account_id, "knowledge.drafted", subjects)
            replaced = [one.replaces_id for one in batch if one.replaces_id is not None]
            session.execute(delete(EntryVersion).where(EntryVersion.id.in_(replaced)))
            _delete_staged(session, batch)
        return bool(batch)

    def discard(self, import_id: str) -> None:
        """Take away an import that was not shown."""
        while self._discarded_batch(import_id):
            self._pause()

    def _discarded_batch(self, import_id: str) -> bool:
        with self._database.transaction() as session:
            lock = select(EntryImport).where(EntryImport.id == import_id).with_for_update()
            found = session.scalars(lock).one_or_none()
            if found is None or found.shown_at is not None:
                return False
            batch = _batch(session, import_id)
            ids, codes = [one.version_id for one in batch], [one.code for one in batch]
            session.execute(delete(EntryVersion).where(EntryVersion.id.in_(ids)))
            _delete_staged(session, batch)
            # Entries that the import made and nobody has used since.
            used = select(EntryVersion.code).where(EntryVersion.code.in_(codes))
            session.execute(
                delete(Entry).where(
                    Entry.code.in_(codes), Entry.lock_version == 0, Entry.code.not_in(used)
                )
            )
            if not batch:
                session.delete(found)
        return bool(batch)

    def sweep(self) -> int:
        """Finish or take away what killed imports left behind; return how many there were."""
        with self._database.reading() as session:
            left = select(StagedDraft.import_id).distinct()
            query = select(EntryImport).where(
                EntryImport.shown_at.is_(None) | EntryImport.id.in_(left)
            )
            imports = [one for one in session.scalars(query) if self._given_up(one)]
        for one in imports:
            if one.shown_at is None:
                self.discard(one.id)
            else:
                self.settle(one.id)
            logger.info("import left behind: id=%s shown=%s", one.id, one.shown_at is not None)
        return len(imports)

    def _given_up(self, one: EntryImport) -> bool:
        return _has_ended(one.owner) or self._clock.now() - one.touched_at > _GIVEN_UP

    def _touch(self, session: Session, import_id: str) -> None:
        query = update(EntryImport).where(
            EntryImport.id == import_id, EntryImport.shown_at.is_(None)
        )
        if not _rows(session, query.values(touched_at=self._clock.now())):
            raise ImportSweptError(import_id)

    def _pause(self) -> None:
        if self._database.is_sqlite:
            time.sleep(_PAUSE_SECONDS)


def _version_row(
    draft: NewDraft, account: Account, reason: str, now: object
) -> Mapping[str, object]:
    return {
        "code": draft.code,
        "state": EntryState.DRAFT,
        "base_version": draft.base_version,
        "shipped_version": draft.shipped_version,
        **draft.looked_up_by,
        "content": draft.content,
        "diff": additions(draft.content) if draft.changes is None else draft.changes,
        "reason": reason,
        "author": account.id,
        "contributors": sorted({*draft.contributors, account.id}),
        "findings": [],
        "created_at": draft.created_at or now,
        "updated_at": now,
    }


def _batch(session: Session, import_id: str) -> Sequence[StagedDraft]:
    query = select(StagedDraft).where(StagedDraft.import_id == import_id)
    return session.scalars(query.order_by(StagedDraft.code).limit(_SETTLED)).all()


def _delete_staged(session: Session, batch: Sequence[StagedDraft]) -> None:
    ids = [one.version_id for one in batch]
    session.execute(delete(StagedDraft).where(StagedDraft.version_id.in_(ids)))


def _stale(session: Session, import_id: str) -> StaleEntryError | ImportSweptError:
    one = session.execute(
        select(StagedDraft.code, StagedDraft.lock_version, func.coalesce(Entry.lock_version, 0))
        .outerjoin(Entry, Entry.code == StagedDraft.code)
        .where(
            StagedDraft.import_id == import_id,
            func.coalesce(Entry.lock_version, -1) != StagedDraft.lock_version,
        )
        .order_by(StagedDraft.code)
        .limit(1)
    ).one_or_none()
    return ImportSweptError(import_id) if one is None else StaleEntryError(*one)


def _rows(session: Session, statement: Any) -> int:
    options = {"synchronize_session": False}
    result = session.execute(statement.execution_options(**options))
    return cast("CursorResult[Any]", result).rowcount


def _owner() -> str:
    pid = os.getpid()
    return f"{socket.gethostname()[:150]} {pid} {psutil.Process(pid).create_time():.2f}"


def _has_ended(owner: str) -> bool:
    """Whether the process ran on this machine and is no more; one elsewhere cannot be seen."""
    host, pid, began = owner.rsplit(" ", 2)
    if host != socket.gethostname()[:150]:
        return False
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" != began
    except psutil.Error:
        return True
