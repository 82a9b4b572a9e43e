"""Where each record of a library stands, for whoever has to repair it."""

from collections.abc import Iterable
from typing import Any

from knowledge_base.faults import Located


class Sources:
    """The file of every record by its code, title or name; lines are looked up on demand."""

    def __init__(self) -> None:
        self._records: dict[str, Located[Any]] = {}

    def add(self, key: str, record: Located[Any]) -> None:
        """Remember a record; of two with one key the later counts (a guide over its index line)."""
        self._records[key] = record

    def without(self, keys: Iterable[str]) -> "Sources":
        """Return the same without these records: what stands in no file has no place."""
        gone, kept = frozenset(keys), Sources()
        kept._records = {key: one for key, one in self._records.items() if key not in gone}
        return kept

    def place(self, key: str, field: str) -> tuple[str, int] | None:
        """Return file and line of a dotted field, or of the nearest value around it.

        The first look into a file parses it again with positions, some 50 ms a file.
        """
        record = self._records.get(key)
        if record is None:
            return None
        path = (int(part) if part.isdigit() else part for part in field.split("."))
        return record.file.name, record.file.line_of(record.at(*path))
