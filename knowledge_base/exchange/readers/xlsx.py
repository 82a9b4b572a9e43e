"""XLSX, read row by row."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from defusedxml import DefusedXmlException
from lxml.etree import LxmlError
from openpyxl.utils.exceptions import InvalidFileException

from knowledge_base.exchange.errors import TooManyRowsError, UnreadableFileError
from knowledge_base.exchange.guards import check_package
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.readers.cells import (
    loses_digits,
    text_of,
    unguarded,
)
from knowledge_base.exchange.readers.header import HEADER_WITHIN, Expected, Header, found_header
from knowledge_base.exchange.readers.shared_strings import FrugalReader, SheetPart
from knowledge_base.exchange.readers.sheet_xml import Cell, SheetXml
from knowledge_base.exchange.rows import CellFault, RawRow

_MOST_ROWS = 1_048_576  # of a sheet; a row number beyond is a lie
_DAMAGED = (
    *(KeyError, ValueError, IndexError, TypeError, AttributeError, OSError, EOFError),
    *(BadZipFile, ParseError, LxmlError, InvalidFileException, DefusedXmlException),
)


class XlsxRows:
    """One sheet: its header found, the rows below it yielded."""

    def __init__(
        self,
        sheet: SheetXml,
        expected: Expected,
        header_row: int | None,
        limits: ExchangeLimits,
    ) -> None:
        self._limits, self._at, self._last = limits, 0, sheet.declared_rows()
        header = self._header(sheet, expected, header_row)
        self._header_at, self.columns = header.last_row, header.names
        self.brackets = header.brackets
        self._all = sheet.rows()

    def _header(self, sheet: SheetXml, expected: Expected, header_row: int | None) -> Header:
        top: list[list[str]] = []
        with closing(sheet.rows()) as rows:
            for number, cells in rows:
                if number > (header_row or HEADER_WITHIN):
                    break
                top.extend([] for _ in range(len(top), number - 1))
                top.append([text_of(cell.value) for cell in cells])
        header = found_header(top, expected, header_row)
        if len(header.names) > self._limits.columns:
            raise UnreadableFileError(f"超过 {self._limits.columns} 列")
        return header

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows that hold anything; see ``RowSource``."""
        taken = 0
        for number, cells in self._cells():
            self._at = number
            if number > _MOST_ROWS:
                raise TooManyRowsError(self._limits.rows)
            if number <= self._header_at:
                continue
            row = self._row(cells)
            if row.values or row.faults:
                taken += 1
                if taken > self._limits.rows:
                    raise TooManyRowsError(self._limits.rows)
                yield row

    def _cells(self) -> Iterator[tuple[int, list[Cell]]]:
        while True:
            with _damage_told():
                found = next(self._all, None)
            if found is None:
                return
            yield found

    def _row(self, cells: Sequence[Cell]) -> RawRow:
        values: dict[str, str] = {}
        faults: list[CellFault] = []
        for name, cell in zip(self.columns, cells, strict=False):
            if not name or cell.value is None:
                continue
            text = text_of(cell.value)
            fault = self._fault(name, cell, text)
            if fault is not None:
                faults.append(fault)
            elif text := unguarded(text.strip()):
                values[name] = text
        return RawRow(self._at, values, tuple(faults))

    def _fault(self, name: str, cell: Cell, text: str) -> CellFault | None:
        if cell.data_type == "f":
            return CellFault(name, "单元格是公式", "复制后“选择性粘贴为数值”，再导入")
        if cell.data_type == "e":
            return CellFault(name, f"单元格是错误值 {text}", "改为正确的内容，或清空")
        if loses_digits(cell.value):
            repair = "把整列设为“文本”格式，重新填入完整的编码"
            return CellFault(name, "数字过长，表格软件已丢失末尾几位", repair)
        if len(text) > self._limits.cell_characters:
            return CellFault(name, "内容过长", f"最多 {self._limits.cell_characters} 字")
        return None

    def close(self) -> None:
        """Let go of the sheet, read to its end or not."""
        self._all.close()

    def done(self) -> float | None:
        """Return the share read, by the size that the sheet declares."""
        return min(1.0, self._at / self._last) if self._last else None


@contextmanager
def open_xlsx(
    path: Path,
    expected: Expected,
    limits: ExchangeLimits,
    sheet_name: str | None = None,
    header_row: int | None = None,
) -> Iterator[XlsxRows]:
    """Open a workbook's sheet: the one named, else the first that is visible.

    Raises:
        ExchangeError: the package is refused or damaged, or has no such sheet or header.
    """
    check_package(path, limits)
    # The file is ours to close: after damage the library would leave it open.
    with path.open("rb") as file:
        with _damage_told():
            reader = FrugalReader(file, read_only=True, data_only=False, keep_links=False)
        with closing(reader.texts):
            with _damage_told():
                reader.begin()
                sheet = SheetXml(reader, _sheet(reader.sheets, sheet_name).path)
                source = XlsxRows(sheet, expected, header_row, limits)
            with closing(source):
                yield source


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise UnreadableFileError("内容损坏，不是完整的 xlsx 文件") from error


def _sheet(all_sheets: Sequence[SheetPart], name: str | None) -> SheetPart:
    sheets = [sheet for sheet in all_sheets if sheet.sheet_state == "visible"]
    if name is not None:
        sheets = [sheet for sheet in all_sheets if sheet.title == name]
    if not sheets:
        raise UnreadableFileError(f"没有名为“{name}”的工作表" if name else "没有工作表")
    return sheets[0]
