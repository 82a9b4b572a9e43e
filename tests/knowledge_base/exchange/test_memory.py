"""Memory does not grow with the file: measured at two sizes."""

import csv
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook

from foundation.database.session import Database
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.reading import open_rows
from knowledge_base.library import Library
from tests.knowledge_base.exchange.conftest import Desk, table

# A row's own code and its number stay (some 300 bytes); its cells (some 3 KB) do not.
_BYTES_A_ROW = 600
_BYTES_SPOOLED = 8_000  # in memory until the spool turns to disk
_SMALL, _LARGE = 200, 1_000


def rows(count: int) -> Iterator[list[str]]:
    head, row = table("provincial.csv")[2], table("provincial.csv")[5]
    yield head
    for at in range(count):
        yield [str(at), f"{row[1]}{at}", f"X{at:07d}", *row[3:7], f"{row[7]}{at}", *row[8:]]


def written(path: Path, count: int) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows(count))
        return path
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("清单")
    for row in rows(count):
        sheet.append(row)
    workbook.save(path)
    return path


@contextmanager
def peak() -> Iterator[list[int]]:
    """Measure the block's peak in bytes, as it would be in a process that holds nothing else."""
    measured: list[int] = []
    gc.collect()
    gc.freeze()  # else the collector waits the longer, the more other tests have left
    tracemalloc.start()
    try:
        yield measured
        measured.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def peak_of_import(desk: Desk, path: Path, mapping: Mapping) -> int:
    with peak() as measured:
        desk.apply(path, mapping)
    return measured[0]


def test_import_of_five_times_the_rows_needs_hardly_more_memory(
    sqlite_database: Database, library: Library, provincial: Mapping, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, library, ExchangeLimits())
    try:
        small = peak_of_import(desk, written(tmp_path / "a.xlsx", _SMALL), provincial)
        large = peak_of_import(desk, written(tmp_path / "b.xlsx", _LARGE), provincial)
        assert len(desk.drafts()) == _LARGE
    finally:
        desk.close()

    # The two spools turn to disk at 4 MB each; a thousand rows fill neither.
    assert large - small < (_LARGE - _SMALL) * (_BYTES_A_ROW + _BYTES_SPOOLED)


def peak_of_reading(path: Path, mapping: Mapping, *, keep: bool) -> int:
    with peak() as measured, open_rows(path, mapping, ExchangeLimits()) as source:
        kept = [row for row in source.rows() if keep]
        del kept
    return measured[0]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_reading_keeps_no_row(tmp_path: Path, provincial: Mapping, ending: str) -> None:
    few, many = (written(tmp_path / f"{count}.{ending}", count) for count in (500, 3_000))
    small = peak_of_reading(few, provincial, keep=False)
    large = peak_of_reading(many, provincial, keep=False)
    all_kept = peak_of_reading(many, provincial, keep=True)

    # Codes seen stay, to find one that comes twice; the cells must not.
    assert large - small < (all_kept - large) / 2
