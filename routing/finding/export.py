"""Tickets as a sheet: masked once more, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from foundation.text.personal_information import mask
from knowledge_base.exchange.readers.cells import guarded
from routing.tickets.listing import TicketRow

HEAD = (
    "工单编号",
    "状态",
    "类型",
    "分类",
    "标题",
    "地点",
    "区县",
    "紧急",
    "身份保密",
    "登记时间",
    "办结时限",
    "时限暂定",
    "主办单位",
    "派单次数",
    "第几轮",
    "并入",
)


class SheetFormat(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """The type that a browser is told."""
        if self is SheetFormat.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(rows: Sequence[TicketRow], wanted: SheetFormat, departments: Mapping[str, str]) -> bytes:
    """Return the file.

    Args:
        rows: as the reader may see them.
        wanted: CSV (UTF-8 with a mark, so that spreadsheets read it), or XLSX.
        departments: code → name.
    """
    lines = [HEAD, *(tuple(_cells(row, departments)) for row in rows)]
    return _csv(lines) if wanted is SheetFormat.CSV else _xlsx(lines)


def _cells(row: TicketRow, departments: Mapping[str, str]) -> Iterator[str]:
    # The number is a reference: masked, it could look like a telephone's.
    yield row.ticket_no
    yield from (
        _safe(value)
        for value in (
            row.state.label,
            row.kind.label,
            row.category,
            row.title,
            row.place,
            row.district,
            "是" if row.urgent else "否",
            "是" if row.confidential else "否",
        )
    )
    yield _moment(row.registered_at)
    yield _moment(row.due_at)
    yield "是" if row.due_provisional else "否"
    yield _safe(departments.get(row.lead or "", row.lead))
    yield str(row.dispatch_count)
    yield str(row.round)
    yield row.merged_into or ""


def _safe(value: str | None) -> str:
    return guarded(mask(value)) if value else ""


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(lines)
    return written.getvalue().encode("utf-8-sig")


def _xlsx(lines: Sequence[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("工单")
    page.freeze_panes = "A2"
    for line in lines:
        page.append([_text(page, value) for value in line])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _text(page: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=value)
    cell.data_type = "s"  # text whatever it begins with
    return cell
