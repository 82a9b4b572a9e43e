"""The rows of one worksheet, one after the other, straight from its XML.

The spreadsheet library would make an object of every cell and look its type up by name: a sheet
of 100,000 rows took it most of a minute. Types and dates are read by its rules.
"""

import re
from collections.abc import Generator
from contextlib import closing
from typing import Any, NamedTuple

from lxml import etree
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from knowledge_base.exchange.readers.shared_strings import MAIN, FrugalReader, text_within

_ROW, _DATA, _CELL = f"{MAIN}row", f"{MAIN}sheetData", f"{MAIN}c"
_VALUE, _FORMULA, _INLINE = f"{MAIN}v", f"{MAIN}f", f"{MAIN}is"
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension [^>]*ref=\"[A-Z]+\d+:[A-Z]+(\d+)\"")
_BEGINNING = 8 * 1024  # bytes; a sheet that declares its size does so first
_DIGITS = "0123456789"
_MOST_COLUMNS = 16_384  # of a sheet; a cell beyond is a lie


class Cell(NamedTuple):
    """One cell: a Python value, and its type in the words of the format (n, s, b, d, e, f)."""

    value: Any
    data_type: str


EMPTY = Cell(None, "n")


class SheetXml:
    """One worksheet of an open workbook; may be read several times, each from the beginning."""

    def __init__(self, reader: FrugalReader, path: str) -> None:
        self._archive, self._path, self._texts = reader.archive, path, reader.texts
        book = reader.wb
        self._epoch, self._dates = book.epoch, frozenset(book._date_formats)  # noqa: SLF001 -- the library's own readers take them from there
        self._durations = frozenset(book._timedelta_formats)  # noqa: SLF001 -- as above
        self._columns: dict[str, int] = {}  # letters → index from 0

    def declared_rows(self) -> int | None:
        """Return the last row that the sheet declares, often wrong; None where it does not."""
        with self._archive.open(self._path) as source:
            found = _DIMENSION.search(source.read(_BEGINNING))
        return None if found is None else int(found[1])

    def rows(self) -> Generator[tuple[int, list[Cell]], None, None]:
        """Yield each row that the sheet holds, with its number; empty cells are ``EMPTY``.

        Raises:
            ValueError: a row or cell stands where none can be.
            lxml.etree.LxmlError: the XML is damaged.
        """
        number = 0
        with closing(self._archive.open(self._path)) as source:
            parsed = etree.iterparse(
                source, tag=(_ROW, _DATA), resolve_entities=False, no_network=True, load_dtd=False
            )
            for _, element in parsed:
                if element.tag == _DATA:
                    return  # what follows (formats, merged cells) says nothing of the rows
                declared = element.get("r")
                number = number + 1 if declared is None else self._later(number, declared)
                yield number, self._cells(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def _later(self, before: int, declared: str) -> int:
        number = int(float(declared))
        if number <= before:
            raise ValueError(f"row {number} after row {before}")
        return number

    def _cells(self, row: Any) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            if element.tag != _CELL:
                continue
            place = element.get("r")
            index = len(cells) if place is None else self._index(place)
            if index < len(cells):
                raise ValueError(f"cell {place} after a later one")
            cells.extend([EMPTY] * (index - len(cells)))
            cells.append(self._cell(element))
        return cells

    def _index(self, place: str) -> int:
        letters = place.rstrip(_DIGITS)
        index = self._columns.get(letters)
        if index is None:
            index = self._columns[letters] = column_index_from_string(letters) - 1
        if index >= _MOST_COLUMNS:
            raise ValueError(f"cell {place} is beyond any sheet")
        return index

    def _cell(self, element: Any) -> Cell:
        kind, text, inline = element.get("t", "n"), None, None
        for child in element:
            if child.tag == _FORMULA:
                return Cell(f"={child.text or ''}", "f")
            if child.tag == _VALUE:
                text = child.text
            elif child.tag == _INLINE:
                inline = child
        if kind == "inlineStr":
            return EMPTY if inline is None else Cell(text_within(inline), "s")
        return EMPTY if not text else self._typed(kind, text, element.get("s"))

    def _typed(self, kind: str, text: str, style: str | None) -> Cell:
        if kind == "s":
            return Cell(self._texts[int(text)], "s")
        if kind == "str":
            return Cell(text, "s")
        if kind == "b":
            return Cell(bool(int(text)), "b")
        if kind == "d":
            return Cell(from_ISO8601(text), "d")
        if kind != "n":
            return Cell(text, kind)
        number = float(text) if not text.lstrip("-").isdecimal() else int(text)
        return Cell(number, "n") if style is None else self._number(number, int(style))

    def _number(self, number: float, style: int) -> Cell:
        if style not in self._dates:
            return Cell(number, "n")
        try:
            moment = from_excel(number, self._epoch, timedelta=style in self._durations)
        except (OverflowError, ValueError):
            return Cell("#VALUE!", "e")
        return Cell(moment, "d")
