"""What one file would change, with everything found on the way; it holds no row in memory."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import date, datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self

from knowledge_base.entries.schemas import NewDraft
from knowledge_base.exchange.rows import Counts, RowFinding, Severity
from knowledge_base.exchange.spool import Spool
from knowledge_base.schema import Visibility

_DAYS = ("effective_on", "expires_on")
# Entries read, or drafts written, with one statement: others wait 20 ms for it on a free machine.
BATCH = 100


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

    def add_draft(self, draft: NewDraft) -> None:
        """Keep a draft for when the file is applied."""
        self._drafts.add(_written(draft))

    @property
    def draft_count(self) -> int:
        """How many drafts the file would write."""
        return self.counts.new + self.counts.changed

    def first(self, count: int) -> list[NewDraft]:
        """Return the first drafts, to be looked at before the file is applied."""
        return [_read(record) for record in islice(self._drafts, count)]

    def batches(self) -> Iterator[list[NewDraft]]:
        """Yield the drafts, some hundreds at a time."""
        batch: list[NewDraft] = []
        for record in self._drafts:
            batch.append(_read(record))
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


def _written(draft: NewDraft) -> dict[str, Any]:
    record = {one.name: getattr(draft, one.name) for one in fields(draft)}
    record["created_at"] = None if draft.created_at is None else draft.created_at.isoformat()
    record["looked_up_by"] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in draft.looked_up_by.items()
    }
    return record


def _read(record: dict[str, Any]) -> NewDraft:
    looked_up_by, began = record["looked_up_by"], record["created_at"]
    looked_up_by["visibility"] = Visibility(looked_up_by["visibility"])
    for name in _DAYS:
        day = looked_up_by[name]
        looked_up_by[name] = None if day is None else date.fromisoformat(day)
    record["created_at"] = None if began is None else datetime.fromisoformat(began)
    return NewDraft(**record)
