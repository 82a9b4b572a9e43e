"""Import, whole: a file is planned, shown, and applied altogether or not at all."""

from pathlib import Path

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.database.session import Database
from knowledge_base.entries.recording import said
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.errors import ImportRejectedError
from knowledge_base.exchange.limits import DEFAULT_LIMITS, ExchangeLimits
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.planning import Planner, Progress, silent
from knowledge_base.library import Library


class ImportService:
    """Both steps open their own short transactions; what is seen changes in one of them."""

    def __init__(
        self,
        database: Database,
        shipped: Library,
        entries: EntryService,
        limits: ExchangeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._entries = entries
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

        The drafts are written in short batches that nobody sees, then shown in one short
        transaction: other writers wait for one of these at most. Killed on the way it leaves the
        knowledge base as it was; the next start takes away what was written.

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
        staging, counts = self._entries.staging, plan.counts
        import_id, done = staging.begin(account, plan.name), 0
        try:
            for batch in plan.batches():
                staging.stage(import_id, account, said(batch[0].code, reason), batch)
                done += len(batch)
                progress(done / plan.draft_count, done)
            staging.show(import_id, account, counts.new, counts.changed)
        except BaseException:
            staging.discard(import_id)
            raise
        staging.settle(import_id)

    def sweep(self) -> int:
        """Clear up after imports whose process was killed; return how many there were."""
        return self._entries.staging.sweep()
