"""The calibration set, searched once: for each question its features and the right entries."""

from collections import Counter
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
from retrieval.examples.reading import examples_fingerprint
from retrieval.fusion import Evidence
from retrieval.schemas import EntryKind
from retrieval.search import SearchEngine

_NEAR_COPY = 0.6  # Jaccard index of character pairs
QUESTIONS_FILE = Path(__file__).parent / "questions.yml"
SPOKEN_FILE = Path(__file__).parent / "spoken.yml"
FURTHER_FILE = Path(__file__).parent / "further.yml"


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
    also: tuple[str, ...] = ()  # what answers it as well


@dataclass(frozen=True, slots=True)
class Sample:
    """A question as it was searched."""

    question: Question
    evidence: Evidence
    targets: frozenset[int]  # positions of the entries it is about, written or not
    target: int | None  # of the entry it is about, where that is exactly one
    answerable: bool  # exactly one entry, and it is written
    ambiguous: bool  # several written guides fit
    policy: bool = False  # answerable, by a policy answer

    def features(self) -> NDArray[np.float32]:
        """Return float32, shape (n_entries, n_features)."""
        return self.evidence.features()

    def lexical_only(self) -> "Sample":
        """Return the same as it looks while the encoder is still loading."""
        alone = replace(self.evidence, dense=None)
        return replace(self, evidence=alone)


def read_questions() -> list[Question]:
    """Return the whole set: short questions, those as people speak and type them, further ones."""
    return read_short_questions() + read_spoken_questions() + read_spoken_questions(FURTHER_FILE)


def questions_fingerprint() -> str:
    """Return the SHA-256 over the set and the examples it is searched with, in hexadecimal."""
    files = (QUESTIONS_FILE, SPOKEN_FILE, FURTHER_FILE)
    read = b"".join(path.read_bytes() for path in files)
    return sha256(read + examples_fingerprint().encode()).hexdigest()


def read_short_questions(path: Path = QUESTIONS_FILE) -> list[Question]:
    """Return the questions listed by matter, the ambiguous ones and those outside."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = {**data["matters"], **data["policy_answers"]}
    also: dict[str, str] = data["also"]
    found = [
        Question(text, (code,), (also[text],) if text in also else ())
        for code, texts in named.items()
        for text in texts
    ]
    found += [Question(text, tuple(codes)) for text, codes in data["ambiguous"].items()]
    return found + [Question(text, ()) for text in data["outside"]]


def read_spoken_questions(path: Path = SPOKEN_FILE) -> list[Question]:
    """Return stories, dialect, pinyin, mistyped questions and the like.

    One that asks about several matters is answered by any of them: by half is better than not.
    """
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = []
    for line in data["questions"]:
        first, *others = dict.fromkeys((*line["codes"], *line.get("all_of", ())))
        found.append(Question(line["text"], (first,), tuple(others)))
    return found + [Question(line["text"], ()) for line in data["outside"]]


def independent(questions: list[Question], names: Iterable[str]) -> list[Question]:
    """Leave out what stands in the index all but literally: it would make thresholds too bold."""
    known = [_pairs(name) for name in names]
    holding: dict[str, list[int]] = {}
    for place, pairs in enumerate(known):
        for pair in pairs:
            holding.setdefault(pair, []).append(place)

    def is_repeated(text: str) -> bool:
        pairs = _pairs(text)
        shared = Counter(place for pair in pairs for place in holding.get(pair, ()))
        return any(
            count / (len(pairs) + len(known[place]) - count) > _NEAR_COPY
            for place, count in shared.items()
        )

    return [question for question in questions if not is_repeated(question.text)]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(a + b for a, b in pairwise(text))


def search_all(
    engine: SearchEngine, questions: list[Question], progress: Progress
) -> Iterator[Sample]:
    """Search each question in both channels."""
    for done, question in enumerate(questions):
        progress("校准：检索校准问题", done / len(questions))
        evidence = engine.search(engine.understand(question.text))
        rows = _rows(engine, question.codes)
        written = [row for row in rows if engine.entries[row].written]
        yield Sample(
            question=question,
            evidence=evidence,
            targets=frozenset((*rows, *_rows(engine, question.also))),
            target=rows[0] if len(rows) == 1 else None,
            answerable=len(question.codes) == 1 and bool(written),
            ambiguous=len(question.codes) > 1 and len(written) > 1,
            policy=any(engine.entries[row].kind is EntryKind.POLICY_ANSWER for row in written),
        )


def _rows(engine: SearchEngine, codes: Iterable[str]) -> list[int]:
    return [engine.position[code] for code in codes if code in engine.position]
