"""The row-by-row report as a sheet that editors work through."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from knowledge_base.exchange.limits import DEFAULT_LIMITS
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.rows import RowFinding, Severity
from knowledge_base.exchange.writers.sheets import saved, text_cell

_HEADERS = ("行", "事项编码", "事项名称", "列或字段", "问题", "修改建议", "性质")
_WIDTHS = (8, 12, 30, 24, 50, 50, 26)


def write_report(
    plan: ImportPlan, path: Path, *, applied: bool, most: int = DEFAULT_LIMITS.report_rows
) -> None:
    """Write what was found: a sheet with the sums, a sheet with a line for each finding.

    Args:
        plan: of the file.
        path: of the XLSX file; it appears whole or not at all.
        applied: whether the drafts were written.
        most: lines written; a last one says how many are left out.
    """
    workbook = Workbook(write_only=True)
    summary = workbook.create_sheet("概要")
    summary.column_dimensions["A"].width, summary.column_dimensions["B"].width = 30, 60
    for label, value in summary_lines(plan, applied=applied):
        summary.append([text_cell(summary, label), text_cell(summary, str(value))])
    sheet = workbook.create_sheet("逐行报告")
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, header) for header in _HEADERS])
    left_out = 0
    for number, finding in enumerate(plan.findings()):
        if number < most:
            sheet.append([text_cell(sheet, one) for one in _line(finding)])
        else:
            left_out += 1
    if left_out:
        sheet.append([text_cell(sheet, f"另有 {left_out} 条未列出")])
    saved(workbook, path)


def summary_lines(plan: ImportPlan, *, applied: bool) -> Sequence[tuple[str, str | int]]:
    """Return the sums of a plan as people read them."""
    counts = plan.counts
    outcome = "已导入为草稿" if applied else "未写入（试运行）"
    if counts.errors:
        outcome = "有错误，整个文件没有导入"
    return (
        ("文件", plan.name),
        ("结果", outcome),
        ("事项", counts.rows),
        ("新增", counts.new),
        ("改动", counts.changed),
        ("没有变化", counts.unchanged),
        *((severity.label, counts.findings[severity]) for severity in Severity),
    )


def _line(finding: RowFinding) -> tuple[str, ...]:
    place = str(finding.row) if finding.row else "整个文件"
    told = (finding.field, finding.problem, finding.repair, finding.severity.label)
    return (place, finding.code, finding.title, *told)


def _bold(sheet: Any, text: str) -> Any:
    cell = text_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell
