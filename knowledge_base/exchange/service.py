"""Import, whole: a file is planned, shown, and applied in one transaction or not at all."""

from pathlib import Path

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.errors import ImportRejectedError
from knowledge_base.exchange.limits import DEFAULT_LIMITS, ExchangeLimits
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.planning import Planner, Progress, silent
from knowledge_base.library import Library


class ImportService:
    """Both steps open their own transactions: reading in short ones, writing in one."""

    def __init__(
        self,
        database: Database,
        shipped: Library,
        entries: EntryService,
        access: AccessService,
        clock: Clock,
        limits: ExchangeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._database, self._entries, self._access = database, entries, access
        self._clock, self._outbox = clock, Outbox(clock)
        self._planner = Planner(database, shipped, limits)

    def plan(
        self, path: Path, mapping: Mapping | None = None, progress: Progress = silent
    ) -> ImportPlan:
        """Read and judge a file; nothing is changed (dry run).

        Args:
            path: XLSX, CSV, JSON or YAML by its ending.
            mapping: None: the columns of our template, or guides in the library's form.
            progress: told after each batch of rows.

        Raises:
            ExchangeError: the file as a whole is refused.
        """
        return self._planner.plan(path, mapping, progress)

    def apply(
        self, plan: ImportPlan, account: Account, reason: str, progress: Progress = silent
    ) -> None:
        """Write every draft of the plan, or none.

        On SQLite other writers wait until the file is in: large lists are for quiet hours.

        Raises:
            ActionNotAllowedError: the account may not edit.
            ImportRejectedError: rows have errors.
            StaleEntryError: somebody changed one of the entries since the file was planned.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        if plan.counts.errors:
            raise ImportRejectedError(plan.counts.errors)
        if not plan.draft_count:
            return
        done = 0
        with self._database.transaction() as session:
            for batch in plan.batches():
                self._entries.drafts.save_many(session, account, batch, reason)
                session.expunge_all()  # all is flushed: memory must not grow with the file
                done += len(batch)
                progress(done / plan.draft_count, done)
            subject = f"{plan.name[:80]} {done}"
            self._access.record(session, account.id, "knowledge.imported", subject)
            payload = {"file": plan.name, "new": plan.counts.new, "changed": plan.counts.changed}
            key = f"knowledge-import:{account.id}:{self._clock.now().isoformat()}"
            self._outbox.enqueue(session, "knowledge.imported", key, payload)
