"""A whole evaluation: figures, groups, every outcome; kept as JSON, and compared with another.

The JSON form is described in ``docs/cli/evaluate-retrieval.schema.json``.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import EvaluationFileError
from retrieval.evaluation.comparison import Comparison, compare
from retrieval.evaluation.figures import (
    Intervals,
    Latency,
    Quality,
    Reliability,
    Separation,
    intervals,
    latency,
    quality,
    reliability,
    separation,
)
from retrieval.evaluation.outcomes import Outcome, Verdict

_WORST = 30


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionFile(_Part):
    """A file of questions, recognisable later."""

    name: str
    sha256: str


class Setting(_Part):
    """What was evaluated."""

    made_at: datetime
    files: tuple[QuestionFile, ...]
    library: str  # fingerprint
    encoder: str  # fingerprint
    answer_from: float  # least confidence at which a guide is answered
    clarify_from: float  # least P(one of the choices is right) at which anything is said


class Report(_Part):
    """One run over one set of questions."""

    format: Literal[1] = 1
    setting: Setting
    overall: Quality
    intervals: Intervals
    separation: Separation
    reliability: Reliability
    latency_ms: Latency
    styles: dict[str, Quality]
    categories: dict[str, Quality]
    outcomes: tuple[Outcome, ...]
    comparison: Comparison | None = None

    def worst(self) -> list[Outcome]:
        """Return what a person should look at first: most sure and most wrong in front."""
        bad = [
            one
            for one in self.outcomes
            if one.verdict.worth < Verdict.OFFERED.worth or one.rank not in {1, None}
        ]
        return sorted(bad, key=lambda one: (one.verdict.worth, -one.confidence))[:_WORST]


def make_report(
    outcomes: Sequence[Outcome], setting: Setting, against: Report | None = None
) -> Report:
    """Return the report over ``outcomes``, compared with an earlier one where there is one."""
    comparison = None
    if against is not None:
        comparison = compare(against.outcomes, outcomes, against.setting.made_at)
    return Report(
        setting=setting,
        overall=quality(outcomes),
        intervals=intervals(outcomes),
        separation=separation(outcomes),
        reliability=reliability(outcomes),
        latency_ms=latency(outcomes),
        styles=_grouped(outcomes, lambda one: one.style),
        categories=_grouped(outcomes, lambda one: one.category),
        outcomes=tuple(outcomes),
        comparison=comparison,
    )


def read_report(path: Path) -> Report:
    """Read what an earlier evaluation saved.

    Raises:
        EvaluationFileError: it cannot be read, or is not such a report.
    """
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationFileError(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise EvaluationFileError(f"{path.name}: {where}: {first['msg']}") from error


def question_file(path: Path) -> QuestionFile:
    """Return name and hash of a file of questions."""
    return QuestionFile(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _grouped(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, Quality]:
    groups: dict[str, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(key(one), []).append(one)
    largest_first = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return {name: quality(group) for name, group in largest_first}
