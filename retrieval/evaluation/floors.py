"""Floors under an evaluation: figures that a later run must not fall below, and their origin.

The file is JSON: the run that the floors were taken from, and the floors themselves.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import EvaluationFileError
from retrieval.evaluation.figures import Share
from retrieval.evaluation.report import QuestionFile, Report, Setting

# A change of processor or library moves a question or two in some hundreds; a fault moves more.
_SLACK = 0.01


class Floors(BaseModel):
    """What a run over the same questions must reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: Setting  # the run that the floors were taken from
    questions: int
    recall_at_1: float
    recall_at_3: float
    outside_refused: float
    wrong_with_confidence: int  # at most

    def faults(self, report: Report) -> list[str]:
        """Return in what ``report`` falls short, in words; empty when it holds."""
        if _hashes(self.setting.files) != _hashes(report.setting.files):
            return ["这些下限属于另一套问题，请用 --set-floors 重新确定"]
        return list(self._shortfalls(report))

    def _shortfalls(self, report: Report) -> Iterator[str]:
        overall = report.overall
        for label, found, floor in (
            ("首位正确（R@1）", overall.recall_at_1, self.recall_at_1),
            ("前三含正确项（R@3）", overall.recall_at_3, self.recall_at_3),
            ("库外问题不作答", overall.outside_refused, self.outside_refused),
        ):
            if (found or 0.0) < floor:
                yield f"{label}为 {found or 0.0:.4f}，低于下限 {floor:.4f}"
        wrong = overall.wrong_with_confidence
        if wrong > self.wrong_with_confidence:
            yield f"当作有把握却答错 {wrong} 题，多于上限 {self.wrong_with_confidence} 题"


def floors_from(report: Report) -> Floors:
    """Return floors one hundredth below what ``report`` reached."""
    overall = report.overall
    questions = len(report.outcomes)
    return Floors(
        setting=report.setting,
        questions=questions,
        recall_at_1=_below(overall.recall_at_1),
        recall_at_3=_below(overall.recall_at_3),
        outside_refused=_below(overall.outside_refused),
        wrong_with_confidence=overall.wrong_with_confidence + math.ceil(_SLACK * questions),
    )


def read_floors(path: Path) -> Floors:
    """Read the file.

    Raises:
        EvaluationFileError: it cannot be read, or holds something else.
    """
    try:
        return Floors.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise EvaluationFileError(f"{path.name}: {error}") from error


def _below(share: Share) -> float:
    return round(max(0.0, (share or 0.0) - _SLACK), 4)


def _hashes(files: tuple[QuestionFile, ...]) -> set[str]:
    return {file.sha256 for file in files}
