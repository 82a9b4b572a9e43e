"""What a file would do, before it is done: the sums, then row by row what was found."""

from itertools import islice

from nicegui import ui

from knowledge_base.entries.content import Content
from knowledge_base.exchange.paths import get_path
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.report import summary_lines
from knowledge_base.exchange.rows import RowFinding, Severity

_SHOWN = 200
_PREVIEWED = 5  # drafts
_LONGEST = 120  # characters of a cell
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
    _draw_first(plan)
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


def _draw_first(plan: ImportPlan) -> None:
    """Draw what the first rows become, so that a wrong mapping is seen before it is applied."""
    drafts = plan.first(_PREVIEWED)
    if not drafts:
        return
    ui.label(f"前 {len(drafts)} 份草稿：").classes("desk-note")
    with ui.element("table").classes("desk-table know-table").props("data-mark=import-first"):
        with ui.element("thead"), ui.element("tr"):
            for title in ("编码", "名称", "单位", "承诺时限", "法定时限", "材料"):
                with ui.element("th").props("scope=col"):
                    ui.label(title)
        with ui.element("tbody"):
            for draft in drafts:
                with ui.element("tr"):
                    for text in _previewed(draft.content):
                        with ui.element("td"):
                            ui.label(text)


def _previewed(content: Content) -> tuple[str, ...]:
    documents = get_path(content, "materials.documents")
    names = [str(one.get("name", "")) for one in documents or () if isinstance(one, dict)]
    return (
        str(content.get("code", "")),
        str(content.get("title", "")),
        str(content.get("department", "")),
        _limit(get_path(content, "time_limit.committed")),
        _limit(get_path(content, "time_limit.statutory")),
        "、".join(names)[:_LONGEST],
    )


def _limit(limit: object) -> str:
    if not isinstance(limit, dict):
        return ""
    amount, unit = limit.get("amount"), limit.get("unit")
    return str(unit) if amount == 0 else f"{amount} {unit}"
