"""What a file would do, before it is done: the sums, then row by row what was found."""

from itertools import islice

from nicegui import ui

from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.report import summary_lines
from knowledge_base.exchange.rows import RowFinding, Severity

_SHOWN = 200
_LOOKS = {
    Severity.ERROR: ("! 错误", "fault"),
    Severity.TO_COMPLETE: ("△ 待补充", "hint"),
    Severity.NOTE: ("提示", "note"),
}


def draw_plan(plan: ImportPlan, *, applied: bool) -> None:
    """Draw the sums and the first lines of the report; errors stand among them in file order."""
    with ui.element("dl").classes("know-facts"):
        for label, value in summary_lines(plan, applied=applied):
            with ui.element("dt"):
                ui.label(label)
            with ui.element("dd"):
                ui.label(str(value))
    total = sum(plan.counts.findings.values())
    if not total:
        ui.label("✓ 每一行都可以导入。").classes("desk-empty")
        return
    if total > _SHOWN:
        note = f"列出前 {_SHOWN} 条，共 {total} 条；全部见逐行报告。"
        ui.label(note).classes("desk-note")
    with ui.element("table").classes("desk-table know-table").props("data-mark=import-rows"):
        with ui.element("thead"), ui.element("tr"):
            for title in ("行", "事项", "列或字段", "问题", "怎么改", "性质"):
                with ui.element("th").props("scope=col"):
                    ui.label(title)
        with ui.element("tbody"):
            for finding in islice(plan.findings(), _SHOWN):
                _draw_row(finding)


def _draw_row(finding: RowFinding) -> None:
    word, look = _LOOKS[finding.severity]
    matter = " ".join(part for part in (finding.code, finding.title) if part)
    place = str(finding.row) if finding.row else "整个文件"
    with ui.element("tr").classes(f"know-finding-row {look}"):
        for text in (place, matter, finding.field, finding.problem, finding.repair):
            with ui.element("td"):
                ui.label(text)
        with ui.element("td"):
            ui.label(word).classes("know-finding-kind")
