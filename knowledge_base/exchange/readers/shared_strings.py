"""A workbook's table of shared texts, kept on disk: it may be the largest part of a sheet."""

import tempfile
from array import array
from collections.abc import Sequence
from typing import IO, Any, overload

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

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


class FrugalReader(ExcelReader):  # type: ignore[misc]  # the library has no types
    """Reads a workbook without taking its shared texts into memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.texts = TextTable()
        self.shared_strings: Any = self.texts

    def read_strings(self) -> None:
        """Fill the table, one text after the other."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        tag = f"{{{SHEET_MAIN_NS}}}si"
        with self.archive.open(part.PartName[1:]) as source:
            root = None
            for event, node in iterparse(source, events=("start", "end")):
                if root is None:
                    root = node
                if event == "end" and node.tag == tag:
                    content = Text.from_tree(node).content
                    self.texts.add(str(content).replace("x005F_", ""))
                    root.clear()
