"""What became of many entries at once, in words: for the knowledge desk and for a terminal."""

from collections.abc import Sequence

from knowledge_base.checks import Finding
from knowledge_base.entries.errors import DraftFaultsError, PublishBlockedError
from knowledge_base.entries.schemas import BulkLine
from knowledge_base.entries.states import EntryState
from knowledge_base.field_names import field_name

NOTHING = "没有这样的条目。"


def line_of(line: BulkLine, title: str = "") -> str:
    """Return one line of the report; ``title``: where the line itself knows none."""
    name = " ".join(filter(None, (line.code, line.title or title)))
    return f"{name}：{outcome_of(line)}"


def outcome_of(line: BulkLine) -> str:
    """Return what became of one entry; of checks that found something, all of it."""
    if line.refusal is not None:
        kept_out = line.refusal.user_message
        if isinstance(line.refusal, PublishBlockedError | DraftFaultsError):
            findings = line.refusal.findings
            told = "；".join(_finding(one, line.code) for one in findings)
            kept_out = f"有 {len(findings)} 个问题：{told}"
        return f"未办理，{kept_out}"
    saved = line.saved
    if saved is None or saved.state is EntryState.DRAFT:
        return "已退回修改"
    if saved.state is EntryState.REVIEW:
        return "已提交审核"
    begins = f"，自 {saved.in_force_from} 起采用" if saved.in_force_from else ""
    return f"已发布为第 {saved.version} 版{begins}"


def _finding(found: Finding, code: str) -> str:
    """Return a finding; of two guides that are alike it may be the other's."""
    whose = "" if found.code == code else f"{found.code} "
    return f"{whose}{field_name(found.field)} {found.message}"


def sum_of(lines: Sequence[BulkLine]) -> str:
    """Return how many were done and how many kept out."""
    if not lines:
        return NOTHING
    kept_out = sum(one.refusal is not None for one in lines)
    return f"共 {len(lines)} 条，办理 {len(lines) - kept_out} 条，未办理 {kept_out} 条。"
