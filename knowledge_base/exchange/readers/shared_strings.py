"""A workbook's table of shared texts, kept on disk: it may be the largest part of a sheet."""

import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, overload

from lxml import etree
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

MAIN = f"{{{SHEET_MAIN_NS}}}"  # before every tag of a sheet
_TEXT, _RUN = f"{MAIN}t", f"{MAIN}r"
_SPOOLED_BYTES = 8 * 2**20


class TextTable(Sequence[str]):
    """Texts by number; only their positions lie in memory."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES)  # noqa: SIM115 -- lives as long as the workbook
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Append a text; all are added before the first is read."""
        data = text.encode("utf-8", "replace")
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        begin, end = self._ends[index], self._ends[index + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8")

    def close(self) -> None:
        """Remove what lies on disk."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class SheetPart:
    """Where a worksheet lies in the package."""

    title: str
    sheet_state: str
    path: str


class FrugalReader(ExcelReader):  # type: ignore[misc]  # the library has no types
    """Reads a workbook without taking its shared texts or its sheets into memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.texts = TextTable()
        self.shared_strings: Any = self.texts
        self.sheets: list[SheetPart] = []

    def begin(self) -> None:
        """Read what the sheets rest on; names, themes and comments of the workbook are left."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self.read_worksheets()

    def read_strings(self) -> None:
        """Fill the table, one text after the other."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            parsed = etree.iterparse(
                source, tag=f"{MAIN}si", resolve_entities=False, no_network=True, load_dtd=False
            )
            for _, element in parsed:
                self.texts.add(text_within(element).replace("x005F_", ""))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def read_worksheets(self) -> None:
        """Note where the sheets lie; the library would search each for its size."""
        self.sheets = [
            SheetPart(sheet.name, sheet.state, relation.target)
            for sheet, relation in self.parser.find_sheets()
            if "chartsheet" not in relation.Type and relation.target in self.valid_files
        ]


def text_within(element: Any) -> str:
    """Return the text of a shared or inline string: its runs, without how they are pronounced."""
    texts = []
    for child in element:
        if child.tag == _TEXT:
            texts.append(child.text)
        elif child.tag == _RUN:
            texts.append(child.findtext(_TEXT))
    return "".join(text for text in texts if text)
