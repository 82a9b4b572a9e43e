"""What the checks found, as editors and reviewers read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from knowledge_base.checks import Finding, Rule
from knowledge_base.entries.schemas import CheckReport
from knowledge_base.field_names import field_name


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding with its line in the text; None where there is no text beside it."""

    finding: Finding
    fault: bool  # must be repaired; otherwise it may be published with a reason
    line: int | None = None


def shown_of(report: CheckReport, lines: Sequence[int] | None = None) -> list[Shown]:
    """Return faults, then findings; ``lines`` in the same order."""
    marked = [(one, True) for one in report.faults] + [(one, False) for one in report.findings]
    places = lines if lines is not None else [None] * len(marked)
    return [Shown(one, fault, line) for (one, fault), line in zip(marked, places, strict=True)]


def summary(found: Sequence[Shown]) -> str:
    """Return the one line that says how things stand."""
    faults = sum(one.fault for one in found)
    if not found:
        return "✓ 没有发现问题"
    parts = [f"! {faults} 处错误，改正后才能提交" if faults else ""]
    parts.append(f"△ {len(found) - faults} 处提示，放行须写理由" if len(found) > faults else "")
    return "；".join(part for part in parts if part)


def draw_findings(found: Sequence[Shown], go: Callable[[int], None] | None = None) -> None:
    """Draw each finding; with ``go`` a click leads to its line."""
    for one in found:
        word = "! 错误" if one.fault else "△ 提示"
        row = ui.element("button" if go else "div").classes("know-finding")
        row.classes("fault" if one.fault else "hint")
        if go is not None:
            row.props('type="button"')
            row.on("click", partial(go, one.line or 1))
        with row:
            with ui.element("span").classes("know-finding-head"):
                ui.label(word).classes("know-finding-kind")
                ui.label(field_name(one.finding.field)).classes("know-finding-field")
                if one.finding.rule is not Rule.ENTRY:
                    ui.label(one.finding.rule.label).classes("desk-note")
                if one.line is not None:
                    ui.label(f"第 {one.line} 行").classes("desk-time")
            ui.label(one.finding.message)
            if one.finding.repair:
                ui.label(f"怎么改：{one.finding.repair}").classes("desk-note")
