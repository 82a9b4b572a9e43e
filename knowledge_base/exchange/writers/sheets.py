"""XLSX: the export, and the template that is its empty form."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from knowledge_base.exchange.columns import COLUMNS, Column
from knowledge_base.exchange.limits import DEFAULT_LIMITS
from knowledge_base.exchange.paths import get_path
from knowledge_base.exchange.readers.cells import guarded
from knowledge_base.exchange.words import UnreadableValueError
from knowledge_base.exchange.writers.files import beside
from knowledge_base.library import Library

_SHEET = "办事指南"
_HEADER_FILL = PatternFill("solid", fgColor="DCE6F1")
_REQUIRED_FILL = PatternFill("solid", fgColor="F8CBAD")
_NOTES = (
    "橙色表头的列必填；带批注的表头写明了填法。",
    "一个单元格中有多条的，每条一行（Alt+Enter 换行），一条的各部分用“｜”隔开。",
    "不清楚的事实留空，不要猜测；留空的单元格会清除该事项原有的这一项，删去整列则不改动。",
    "单元格不要用公式；编码、电话等列请设为“文本”格式。",
    "导入只产生草稿，经审核发布后才会用来答复市民。",
)


def row_of(content: dict[str, Any]) -> list[str]:
    """Return a guide as the cells of our columns, safe to open in a spreadsheet.

    Raises:
        UnreadableValueError: a value is longer than a cell can hold.
    """
    return [_cell_text(column, get_path(content, column.path)) for column in COLUMNS]


def _cell_text(column: Column, value: Any) -> str:
    text = "" if value is None else guarded(column.write(value))
    if len(text) > DEFAULT_LIMITS.cell_characters:
        raise UnreadableValueError(f"“{column.header}”的内容超过单元格上限", "改用 JSON 导出")
    return text


def text_cell(sheet: Any, text: str) -> Any:
    """Return a cell that is text whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=guarded(text))
    cell.data_type = "s"
    return cell


def write_xlsx(contents: Iterable[dict[str, Any]], path: Path, library: Library) -> None:
    """Write guides in the form of the template; the file appears whole or not at all."""
    workbook = Workbook(write_only=True)
    sheet = _guide_sheet(workbook)
    for content in contents:
        sheet.append([_wrapped(sheet, text) for text in row_of(content)])
    _reference_sheets(workbook, library)
    saved(workbook, path)


def write_template(path: Path, library: Library) -> None:
    """Write the empty form, with how to fill it in and the codes of the city."""
    write_xlsx((), path, library)


def _guide_sheet(workbook: Workbook) -> Any:
    sheet = workbook.create_sheet(_SHEET)
    for number, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "C2"
    sheet.append([_header(sheet, column) for column in COLUMNS])
    return sheet


def _header(sheet: Any, column: Column) -> Any:
    cell = text_cell(sheet, column.header)
    cell.font = Font(bold=True)
    cell.fill = _REQUIRED_FILL if column.required else _HEADER_FILL
    if column.hint:
        cell.comment = Comment(column.hint, "hotline")
    return cell


def _wrapped(sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text="\n" in text, vertical="top")
    return cell


def _reference_sheets(workbook: Workbook, library: Library) -> None:
    notes = workbook.create_sheet("填写说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 26, 90
    for note in _NOTES:
        notes.append([text_cell(notes, note)])
    for column in COLUMNS:
        required = "必填。" if column.required else ""
        told = f"{required}{column.hint}"
        notes.append([text_cell(notes, column.header), text_cell(notes, told)])
    bodies = workbook.create_sheet("单位编码")
    bodies.column_dimensions["B"].width = 40
    for code, body in library.departments.items():
        cells = (code, body.name, body.short_name)
        bodies.append([text_cell(bodies, text) for text in cells])
    categories = workbook.create_sheet("类别")
    for category in dict.fromkeys(one.category for one in library.index.values()):
        categories.append([text_cell(categories, category)])


def saved(workbook: Workbook, path: Path) -> None:
    """Save a workbook; see ``beside``."""
    with beside(path) as place:
        workbook.save(place)
