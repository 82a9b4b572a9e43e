"""The words that speak for a body: its duty, the category's row, what the text says."""

from collections.abc import Mapping

from knowledge_base.schema import Department
from routing.taxonomy import TERRITORY, CategoryRecord, NotDuty, Taxonomy

_LEAST_OVERLAP = 2  # character pairs that a duty and an appeal must share
_COVERED = 0.6  # share of a phrase's pairs that must be in the text for it to be meant
_STOP = frozenset("的、，（）和与等及管理服务")


class DutyQuotes:
    """Finds the line of the responsibility list that fits an appeal best."""

    def __init__(self, taxonomy: Taxonomy, departments: Mapping[str, Department]) -> None:
        self._departments = departments
        self._duties = {
            code: tuple((duty, _pairs(duty)) for duty in entry.duties)
            for code, entry in taxonomy.responsibilities.items()
        }
        self._not_duties = {
            code: tuple((entry, _pairs(entry.what)) for entry in record.not_duties)
            for code, record in taxonomy.responsibilities.items()
        }

    def name(self, code: str) -> str:
        """Return what people call a body."""
        body = self._departments.get(code)
        return body.short_name if body is not None else code

    def duty(self, code: str, text: str, row: CategoryRecord) -> str | None:
        """Return the duty of ``code`` that fits best, quoted, or ``None`` where none fits."""
        wanted = _pairs(f"{row.level2}。{row.level3}。{'。'.join(row.examples)}。{text}")
        scored = [
            (len(pairs & wanted) / max(len(pairs), 4) ** 0.5, len(pairs & wanted), duty)
            for duty, pairs in self._duties.get(code, ())
        ]
        best = max(scored, default=(0.0, 0, ""))
        if best[1] < _LEAST_OVERLAP:
            return None
        return f"权责清单·{self.name(code)}：{best[2]}"

    def speaks_of(self, code: str, text: str) -> bool:
        """Whether the text itself speaks of a duty of ``code``."""
        said = _pairs(text)
        return any(len(pairs & said) >= _LEAST_OVERLAP for _, pairs in self._duties.get(code, ()))

    def not_duty(self, code: str, text: str) -> NotDuty | None:
        """Return what ``code`` is not responsible for although the text speaks of just that."""
        said = _pairs(text)
        for entry, pairs in self._not_duties.get(code, ()):
            if len(pairs) > _LEAST_OVERLAP and len(pairs & said) >= _COVERED * len(pairs):
                return entry
        return None

    def category(self, row: CategoryRecord) -> str:
        """Return the row of the taxonomy, in words."""
        leads = "、".join(TERRITORY if lead == TERRITORY else self.name(lead) for lead in row.leads)
        said = f"事项分类·{row.level1}/{row.level2}/{row.level3}：主办 {leads}（{row.rule.value}）"
        return f"{said}，{row.note}" if row.note else said


def _pairs(text: str) -> frozenset[str]:
    pairs = (text[i : i + 2] for i in range(len(text) - 1))
    return frozenset(pair for pair in pairs if not _STOP & set(pair))
