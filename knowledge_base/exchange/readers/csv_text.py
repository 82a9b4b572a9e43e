"""CSV, read row by row; comma, semicolon or tab between the cells."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from knowledge_base.exchange.errors import TooManyRowsError, UnreadableFileError
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.readers.cells import (
    unguarded,
)
from knowledge_base.exchange.readers.header import HEADER_WITHIN, Expected, found_header
from knowledge_base.exchange.readers.text_encoding import encoding_of
from knowledge_base.exchange.rows import CellFault, RawRow

_DELIMITERS = (",", "\t", ";")


class CsvRows:
    """The rows below the header."""

    def __init__(
        self,
        file: TextIO,
        size: int,
        expected: Expected,
        header_row: int | None,
        limits: ExchangeLimits,
    ) -> None:
        self._file, self._size, self._limits = file, size, limits
        # Unreadable quoting must not swallow the file into one cell.
        csv.field_size_limit(limits.cell_characters * 4)
        self._records = self._told(csv.reader(file, delimiter=_delimiter(file), strict=True))
        top = list(islice(self._records, header_row or HEADER_WITHIN))
        header = found_header(top, expected, header_row)
        if len(header.names) > limits.columns:
            raise UnreadableFileError(f"超过 {limits.columns} 列")
        self.columns, self.brackets = header.names, header.brackets
        self._at, self._rest = header.last_row, chain(top[header.last_row :], self._records)

    def _told(self, records: Iterator[list[str]]) -> Iterator[list[str]]:
        try:
            yield from records
        except csv.Error as error:
            raise UnreadableFileError(f"CSV 格式有误（{error}）") from error

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows that hold anything; see ``RowSource``."""
        taken = 0
        for cells in self._rest:
            self._at += 1
            row = self._row(cells)
            if row.values or row.faults:
                taken += 1
                if taken > self._limits.rows:
                    raise TooManyRowsError(self._limits.rows)
                yield row

    def _row(self, cells: list[str]) -> RawRow:
        values: dict[str, str] = {}
        faults: list[CellFault] = []
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            faults.append(CellFault("整行", "列数多于表头", "含逗号的内容要加英文双引号"))
        for name, cell in zip(self.columns, cells, strict=False):
            text = cell.strip()
            if not name or not text:
                continue
            if text.startswith("="):
                faults.append(CellFault(name, "单元格是公式", "改为公式的结果，再导入"))
            elif len(text) > self._limits.cell_characters:
                most = self._limits.cell_characters
                faults.append(CellFault(name, "内容过长", f"最多 {most} 字"))
            else:
                values[name] = unguarded(text)
        return RawRow(self._at, values, tuple(faults))

    def done(self) -> float | None:
        """Return the share of the bytes read; the text layer reads a little ahead."""
        return min(1.0, self._file.buffer.tell() / self._size)


def _delimiter(file: TextIO) -> str:
    """Return what separates the cells, by the first lines; the file is rewound."""
    sample = "".join(islice(file, HEADER_WITHIN))
    file.seek(0)
    return max(_DELIMITERS, key=sample.count)


@contextmanager
def open_csv(
    path: Path, expected: Expected, limits: ExchangeLimits, header_row: int | None = None
) -> Iterator[CsvRows]:
    """Open a CSV file.

    Raises:
        ExchangeError: its encoding is unknown, or it has no header with the expected columns.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        yield CsvRows(file, path.stat().st_size, expected, header_row, limits)
