"""What was found of a file, kept on disk until it is applied or reported."""

import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

Json = Any  # the JSON edge: one record
_IN_MEMORY = 4 * 2**20  # bytes; a usual list never reaches the disk


class Spool:
    """Records appended once, then read from the beginning as often as wanted."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- closed by its owner

    def add(self, record: Json) -> None:
        """Append a record of JSON values."""
        self._file.write(json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n")

    def __iter__(self) -> Iterator[Json]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)

    def close(self) -> None:
        """Remove it."""
        self._file.close()
