"""The form of one finding, and the rules that produce them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge_base.sources import Sources


class Rule(StrEnum):
    """What was looked at; the value stands in the machine form."""

    BROKEN_REFERENCE = "broken_reference"
    MISSING_FACET = "missing_facet"
    NEAR_DUPLICATE = "near_duplicate"
    BOILERPLATE = "boilerplate"
    CONFLICT = "conflict"
    LAW_NOT_IN_FORCE = "law_not_in_force"
    EXPIRED_ENTRY = "expired_entry"
    DEPARTMENT_WITHOUT_POWER = "department_without_power"
    NUMBER_WITHOUT_UNIT = "number_without_unit"
    LOCAL_NUMBER = "local_number"
    FEE_WITHOUT_BASIS = "fee_without_basis"
    NO_PHONE = "no_phone"
    GUIDANCE = "guidance"
    ENTRY = "entry"  # found where entries are drafted and published, not in the whole library

    @property
    def label(self) -> str:
        """The words people see."""
        return _LABELS[self]


_LABELS = {
    Rule.BROKEN_REFERENCE: "引用不通",
    Rule.MISSING_FACET: "要素缺失",
    Rule.NEAR_DUPLICATE: "内容近似",
    Rule.BOILERPLATE: "套话",
    Rule.CONFLICT: "事实冲突",
    Rule.LAW_NOT_IN_FORCE: "依据失效或未生效",
    Rule.EXPIRED_ENTRY: "事项过期",
    Rule.DEPARTMENT_WITHOUT_POWER: "部门与职责不符",
    Rule.NUMBER_WITHOUT_UNIT: "数字缺单位",
    Rule.LOCAL_NUMBER: "地方数字未标明",
    Rule.FEE_WITHOUT_BASIS: "收费无依据",
    Rule.NO_PHONE: "电话有误",
    Rule.GUIDANCE: "导办与指南不符",
    Rule.ENTRY: "条目",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, and what to do about it.

    ``file`` and ``line`` are known only for what was read from files (``with_places``).
    """

    code: str  # of the matter; of the department or the service point, or the title of the law
    field: str  # path within the record: fee.items.0.unit
    message: str
    repair: str
    rule: Rule = Rule.ENTRY
    file: str | None = None  # relative to the directory of the library
    line: int | None = None


def with_places(findings: Iterable[Finding], sources: Sources) -> list[Finding]:
    """Return the findings, each with the file and line of what it is about."""
    placed = []
    for finding in findings:
        file, line = sources.place(finding.code, finding.field) or (None, None)
        placed.append(replace(finding, file=file, line=line))
    return placed
