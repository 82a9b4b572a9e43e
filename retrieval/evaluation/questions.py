"""Questions to evaluate with: read from YAML or JSON lines, every fault listed by file and row.

A file is a list of questions (YAML) or holds one a line (``.jsonl``). A question names the codes of
the guides that answer it, best first; one without codes is outside the knowledge base.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.errors import EvaluationFileError

_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
UNNAMED_STYLE = "未分类"


class EvaluationQuestion(BaseModel):
    """One question with what would be right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: _Filled
    style: _Filled = UNNAMED_STYLE  # how it is worded: figures are given for each
    codes: tuple[_Filled, ...] = ()  # any of these is right, best first
    all_of: tuple[_Filled, ...] = ()  # it asks for several matters at once: all belong to it
    facet: FacetName | None = None  # the side of the guide that is asked for
    facets: tuple[FacetName, ...] = ()  # several sides in one message; read, not yet judged
    why: str = ""  # why no guide answers it

    @property
    def right(self) -> tuple[str, ...]:
        """Codes of which each is right, at least for a part; none: outside the knowledge base."""
        return self.codes or self.all_of


def read_questions(paths: Sequence[Path]) -> list[EvaluationQuestion]:
    """Return the questions of all files, in order.

    Raises:
        EvaluationFileError: a file cannot be read, a row is not a question, a text stands twice;
            every fault is named.
    """
    faults: list[str] = []
    found: list[EvaluationQuestion] = []
    for path in paths:
        try:
            rows = list(_rows(path))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
            faults.append(f"{path.name}: {error}")
            continue
        for number, row in enumerate(rows, start=1):
            try:
                found.append(EvaluationQuestion.model_validate(row))
            except ValidationError as error:
                faults += [f"{path.name}: row {number}: {fault}" for fault in _faults(error)]
    twice = Counter(question.text for question in found)
    faults += [f"stands twice: {text}" for text, times in twice.items() if times > 1]
    if not faults and not found:
        faults.append("there are no questions")
    if faults:
        raise EvaluationFileError("; ".join(faults))
    return found


def check_codes(questions: Sequence[EvaluationQuestion], library: Library) -> None:
    """Refuse codes that the library has never heard of: a slip would count as a wrong answer.

    Raises:
        EvaluationFileError: naming each question and code.
    """
    faults = [
        f"{question.text}: there is no matter {code}"
        for question in questions
        for code in (*question.codes, *question.all_of)
        if library.title_of(code) is None
    ]
    if faults:
        raise EvaluationFileError("; ".join(faults))


def _rows(path: Path) -> Iterator[Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
        return
    data = yaml.safe_load(text)
    if not isinstance(data, list):
        raise ValueError("is not a list of questions")  # noqa: TRY004 -- the file's fault, told so
    yield from data


def _faults(error: ValidationError) -> Iterator[str]:
    for each in error.errors():
        yield f"{'.'.join(map(str, each['loc'])) or 'question'}: {each['msg']}"
