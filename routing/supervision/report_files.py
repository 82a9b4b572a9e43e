"""A weekly report, or a table of figures, as a page to read and files to take away.

Cells are guarded: no spreadsheet takes a name for a formula.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from knowledge_base.exchange.readers.cells import guarded
from knowledge_base.exchange.writers.sheets import text_cell
from routing.deadlines.derivation import moment_words
from routing.supervision.figures import LABELS, RATES

# What is looked for first stands first.
_FIRST = ("due", "overdue", *RATES)
COLUMNS = (*_FIRST, *(name for name in LABELS if name not in _FIRST))
COLOURS = {"red": "红", "yellow": "黄", "blue": "蓝", "": ""}
DEFINITIONS = (
    ("统计期", "周一0时至下周一0时，北京时间；各项按其时点落在统计期内计数，每件只计一次。"),
    (
        "到期工单",
        "办结时限落在本期、应由单位答复的工单；不含不予受理、直接答复、并单、撤单和等待补充的。",
    ),
    ("超期工单", "到期工单中，主办单位首次答复晚于办结时限，或到期仍未答复的。"),
    (
        "响应率",
        (
            "按时响应÷应响应。应响应：主办单位的响应时限落在本期的派单（退单的不计）；"
            "响应时限为首次联系时限，规则未定的为签收时限，再没有的为办结时限。"
            "按时响应：届时已联系、签收或答复。"
        ),
    ),
    (
        "解决率",
        "已解决÷回访到。本期回访到的市民中表示已解决的；每件诉求每轮办理计一次，重办后的结果不抹去前一轮。",
    ),
    ("满意率", "满意÷回访到。非常满意、满意、基本满意计为满意。"),
    ("重复退单", "该工单此前已被退过一次以上的退单。"),
    ("临期、重复申请延期", "已临期才提出的；同一工单第二次及以后的。"),
    ("催办逾期未回复", "回复期限在本期内届满仍未回复的催办；之后补回复不抹去。"),
    ("承诺办理、承诺未兑现", "本期作出的承诺；承诺的日期在本期内过去而没有答复的。"),
    ("红牌、黄牌", "本期亮出的。红牌：超过时限；黄牌：临近时限。"),
    ("督办逾期未回复", "回复期限在本期内届满仍未回复的督办。"),
    ("颜色", "红、黄：达到督办规则中任一项件数，见“原因”；蓝：都没有达到。"),
)
_TABLES = (("承办单位", "departments"), ("区县", "districts"), ("类别", "categories"))


def headers(*, coloured: bool) -> list[str]:
    """Return the heads of a table's columns."""
    beside = ["颜色", "原因"] if coloured else []
    return ["名称", *beside, *(LABELS[name] for name in COLUMNS)]


def cells(row: Mapping[str, Any], *, coloured: bool) -> list[str | float | None]:
    """Return a line's cells; rates as shares of one, ``None`` where nothing counts."""
    beside: list[str | float | None] = []
    if coloured:
        beside = [COLOURS[row["colour"]], "；".join(row["because"])]
    # A week that was stored before a figure was thought of does not have it.
    return [row["name"], *beside, *(row.get(name) for name in COLUMNS)]


def report_csv(report: Mapping[str, Any]) -> bytes:
    """Return the departments' table: UTF-8 with a mark, CRLF, as spreadsheets expect."""
    return table_csv(report["departments"], coloured=True)


def table_csv(rows: Sequence[Mapping[str, Any]], *, coloured: bool = False) -> bytes:
    """Return one table as CSV."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(headers(coloured=coloured))
    writer.writerows([_text(cell) for cell in cells(row, coloured=coloured)] for row in rows)
    return f"\ufeff{output.getvalue()}".encode()


def report_xlsx(report: Mapping[str, Any]) -> bytes:
    """Return the whole report: a sheet for each breakdown, and one that says what is counted."""
    workbook = Workbook(write_only=True)
    for title, name in _TABLES:
        rows = [{**report["total"], "name": "合计", "colour": "", "because": []}, *report[name]]
        _sheet(workbook, title, rows, coloured=name == "departments")
    notes = workbook.create_sheet("说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 22, 100
    for pair in ((report_title(report), span_words(report)), *DEFINITIONS):
        notes.append([text_cell(notes, text) for text in pair])
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def _sheet(
    workbook: Workbook, title: str, rows: Iterable[Mapping[str, Any]], *, coloured: bool
) -> None:
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "B2"
    for number in range(1, len(headers(coloured=coloured)) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 26 if number == 1 else 12
    heads = [text_cell(sheet, text) for text in headers(coloured=coloured)]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    heads_of_rates = {LABELS[name] for name in RATES}
    rates = [
        number for number, head in enumerate(headers(coloured=coloured)) if head in heads_of_rates
    ]
    for row in rows:
        line = [_cell(sheet, cell) for cell in cells(row, coloured=coloured)]
        for number in rates:
            if line[number] is not None:
                line[number].number_format = "0.0%"
        sheet.append(line)


def _cell(sheet: Any, value: str | float | None) -> Any:
    if value is None:
        return None
    return text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)


def _text(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1%}"
    return guarded(value) if isinstance(value, str) else str(value)


def report_title(report: Mapping[str, Any]) -> str:
    """Return what the report is called."""
    year, _, number = report["week"].partition("-W")
    unfinished = "" if report["complete"] else "（本周未结束，数据未定）"
    return f"12345热线蓝黄红督办周报 {year}年第{int(number)}周{unfinished}"


def span_words(report: Mapping[str, Any]) -> str:
    """Say which days the report is of, and when it was made."""
    begins, ends, made = (
        moment_words(datetime.fromisoformat(report[name])) for name in ("begins", "ends", "made")
    )
    return f"{begins}至{ends}（不含），{made}生成"


def report_html(report: Mapping[str, Any]) -> str:
    """Return the report as a page; styles lie in ``/static``, no script is needed."""
    parts = [
        "<!doctype html>",
        '<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report_title(report))}</title>",
        '<link rel="icon" href="/static/icon.svg">',
        '<link rel="stylesheet" href="/static/tokens.css">',
        '<link rel="stylesheet" href="/static/supervision-report.css">',
        "</head><body><main>",
        f"<h1>{escape(report_title(report))}</h1>",
        f'<p class="note">{escape(span_words(report))}</p>',
        *_summary(report),
    ]
    for title, name in _TABLES:
        parts += _table(title, report[name], coloured=name == "departments")
    parts.append("<h2>指标说明</h2><dl>")
    parts += [
        f"<div><dt>{escape(term)}</dt><dd>{escape(said)}</dd></div>" for term, said in DEFINITIONS
    ]
    parts.append("</dl></main></body></html>")
    return "\n".join(parts)


def _summary(report: Mapping[str, Any]) -> Iterator[str]:
    found = [row["colour"] for row in report["departments"]]
    counts = "，".join(
        f'<span class="mark {colour}">{COLOURS[colour]}色 {found.count(colour)} 个单位</span>'
        for colour in ("red", "yellow", "blue")
    )
    yield f'<p class="summary">{counts}</p>'
    whole = report["total"]
    yield '<ul class="figures">'
    for name in _FIRST:
        value = whole[name]
        said = "—" if value is None else f"{value:.1%}" if name in RATES else str(value)
        yield f"<li><b>{said}</b> {escape(LABELS[name])}</li>"
    yield "</ul>"


def _table(title: str, rows: Sequence[Mapping[str, Any]], *, coloured: bool) -> Iterator[str]:
    kind = ' class="coloured"' if coloured else ""
    yield f'<h2>{escape(title)}</h2><div class="scroll"><table{kind}><thead><tr>'
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in headers(coloured=coloured))
    yield "</tr></thead><tbody>"
    for row in rows:
        name, *rest = cells(row, coloured=coloured)
        colour = row.get("colour", "")
        yield f'<tr class="{colour}"><th scope="row">{escape(str(name))}</th>'
        yield "".join(f"<td>{_shown(cell)}</td>" for cell in rest) + "</tr>"
    if not rows:
        yield f'<tr><td colspan="{len(headers(coloured=coloured))}">本期没有数据。</td></tr>'
    yield "</tbody></table></div>"


def _shown(value: str | float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if isinstance(value, float) else escape(str(value))


def write(report: Mapping[str, Any], path: Path) -> None:
    """Write the report in the form that the file's name asks for: .html, .csv, .xlsx."""
    made = {".csv": report_csv, ".xlsx": report_xlsx}
    suffix = path.suffix.lower()
    if suffix in made:
        path.write_bytes(made[suffix](report))
    else:
        path.write_text(report_html(report), encoding="utf-8")
