"""The calibration set, searched once: for each question its features and the right entries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from retrieval.encoder.progress import Progress
from retrieval.fusion import Evidence
from retrieval.search import SearchEngine
from retrieval.understanding import understand

_NEAR_COPY = 0.6  # Jaccard of character pairs
QUESTIONS_FILE = Path(__file__).parent / "questions.yml"
SPOKEN_FILE = Path(__file__).parent / "spoken.yml"


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the set.

    Attributes:
        text: as the citizen puts it.
        codes: none: outside the knowledge base; several: ambiguous, the citizen has to choose.
        either: several codes, any of which alone is a right answer.
    """

    text: str
    codes: tuple[str, ...]
    either: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A question as it was searched."""

    question: Question
    evidence: Evidence
    targets: frozenset[int]  # positions of the entries it is about, written or not
    answerable: bool  # one matter, or any one of several, and a guide of it is written
    ambiguous: bool  # several written guides fit

    def features(self) -> NDArray[np.float32]:
        """Return float32, shape (n_entries, n_features)."""
        return self.evidence.features()

    def lexical_only(self) -> "Sample":
        """Return the same as it looks while the encoder is still loading."""
        alone = replace(self.evidence, dense=None)
        return Sample(self.question, alone, self.targets, self.answerable, self.ambiguous)


def read_questions() -> list[Question]:
    """Return the whole set: short questions, then those as people speak and type them."""
    return read_short_questions() + read_spoken_questions()


def questions_fingerprint() -> str:
    """Return the SHA-256 over both files of the set, in hexadecimal."""
    return sha256(QUESTIONS_FILE.read_bytes() + SPOKEN_FILE.read_bytes()).hexdigest()


def read_short_questions(path: Path = QUESTIONS_FILE) -> list[Question]:
    """Return the questions listed by matter, the ambiguous ones and those outside."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [Question(text, (code,)) for code, texts in data["matters"].items() for text in texts]
    found += [Question(text, tuple(codes)) for text, codes in data["ambiguous"].items()]
    return found + [Question(text, ()) for text in data["outside"]]


def read_spoken_questions(path: Path = SPOKEN_FILE) -> list[Question]:
    """Return stories, dialect, pinyin, mistyped questions and the like.

    One that asks about several matters (``all_of``) is ambiguous: one guide answers half of it.
    """
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [
        Question(
            line["text"], tuple(line["codes"]), len(line["codes"]) > 1 and "all_of" not in line
        )
        for line in data["questions"]
    ]
    return found + [Question(line["text"], ()) for line in data["outside"]]


def independent(questions: list[Question], names: Iterable[str]) -> list[Question]:
    """Leave out what stands in the index all but literally: it would make thresholds too bold."""
    known = [_pairs(name) for name in names]
    return [
        question
        for question in questions
        if not any(_jaccard(_pairs(question.text), pairs) > _NEAR_COPY for pairs in known)
    ]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(a + b for a, b in pairwise(text))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def search_all(
    engine: SearchEngine, questions: list[Question], progress: Progress
) -> Iterator[Sample]:
    """Search each question in both channels."""
    for done, question in enumerate(questions):
        progress("校准：检索校准问题", done / len(questions))
        evidence = engine.search(understand(question.text, engine.wording))
        rows = [engine.position[code] for code in question.codes if code in engine.position]
        written = [row for row in rows if engine.entries[row].written]
        one_is_enough = question.either or len(question.codes) == 1
        yield Sample(
            question=question,
            evidence=evidence,
            # of several that would do, a guide that is not written is not the right one
            targets=frozenset((written or rows) if question.either else rows),
            answerable=one_is_enough and bool(written),
            ambiguous=not one_is_enough and len(written) > 1,
        )
