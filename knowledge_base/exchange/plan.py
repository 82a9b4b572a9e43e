"""What one file would change, with everything found on the way; it holds no row in memory."""

from collections.abc import Iterator
from dataclasses import asdict
from types import TracebackType
from typing import Self

from knowledge_base.entries.content import Content
from knowledge_base.entries.schemas import NewDraft
from knowledge_base.exchange.rows import Counts, RowFinding, Severity
from knowledge_base.exchange.spool import Spool

BATCH = 200  # entries read, or drafts written, with one statement


class ImportPlan:
    """Use as a context: what it keeps on disk goes with it."""

    def __init__(self, name: str) -> None:
        self.name = name  # of the file
        self.counts = Counts()
        self._findings, self._drafts = Spool(), Spool()

    def note(self, finding: RowFinding) -> None:
        """Add a line to the report."""
        self.counts.findings[finding.severity] += 1
        self._findings.add(asdict(finding))

    def findings(self) -> Iterator[RowFinding]:
        """Yield the report's lines in the order of the file."""
        for one in self._findings:
            yield RowFinding(**{**one, "severity": Severity(one["severity"])})

    def add_draft(self, content: Content, lock_version: int) -> None:
        """Keep a draft for when the file is applied."""
        self._drafts.add([lock_version, content])

    @property
    def draft_count(self) -> int:
        """How many drafts the file would write."""
        return self.counts.new + self.counts.changed

    def batches(self) -> Iterator[list[NewDraft]]:
        """Yield the drafts, some hundreds at a time."""
        batch: list[NewDraft] = []
        for lock_version, content in self._drafts:
            batch.append(NewDraft(content, lock_version))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._findings.close()
        self._drafts.close()
