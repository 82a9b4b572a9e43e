"""What readers yield: one record of a file, with where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Json = Any  # the JSON edge: a cell's text, or a value of a JSON or YAML record


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why one cell cannot be taken."""

    column: str
    problem: str
    repair: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row or record; columns that are empty are left out."""

    number: int  # as the file counts: the sheet's row, or the record's place from 1
    values: Mapping[str, Json]
    faults: tuple[CellFault, ...] = ()
    # The values of each row that was put together into this one; empty for a row alone.
    members: tuple[Mapping[str, Json], ...] = ()


class RowSource(Protocol):
    """An open file; it is read once, from beginning to end."""

    columns: tuple[str, ...]  # of the header; empty where records name their own
    brackets: dict[str, str]  # column → what its header adds in brackets, the unit perhaps

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows that hold anything.

        Raises:
            ExchangeError: the file turns out to be damaged or too long.
        """
        ...

    def done(self) -> float | None:
        """Return the share read so far, 0 to 1; None where it cannot be told."""
        ...


class Severity(StrEnum):
    """What a finding means for the import."""

    ERROR = "error"
    TO_COMPLETE = "to_complete"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {
    Severity.ERROR: "错误（整个文件不导入）",
    Severity.TO_COMPLETE: "待补充（提交审核前须补齐）",
    Severity.NOTE: "提示",
}


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One line of the report."""

    row: int  # 0: the file as a whole
    field: str  # the column as the file calls it, else the guide's field
    problem: str
    repair: str
    severity: Severity = Severity.ERROR
    code: str = ""  # of the matter, once known
    title: str = ""


@dataclass(slots=True)
class Counts:
    """What one file would do, or did."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    findings: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))

    @property
    def errors(self) -> int:
        """How many findings keep the file out."""
        return self.findings[Severity.ERROR]
