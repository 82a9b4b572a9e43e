"""What retrieval returns: how the question was read, the candidates, the decision, the answer."""

from dataclasses import dataclass, field
from enum import StrEnum

from knowledge_base.schema import Audience, FacetName


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was read."""

    text: str  # normalised, personal data as placeholders
    core: str  # the question a long story carries; equal to text when short
    facet: FacetName | None = None  # None: no facet word was said
    audience: Audience | None = None
    follow_up: bool = False  # speaks of the matter in focus ("那要多少钱")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One matter with its fused score (comparable within one query; best first in lists)."""

    code: str
    title: str
    score: float
    matched: str = ""  # the passage that matched best: shown as the reason of a suggestion


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from."""

    code: str
    title: str
    version: int
    valid_from: str  # ISO date
    source: str  # the guide's source document
    laws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The result for one question; ``confidence`` is the calibrated P(candidates[0] is right)."""

    understanding: Understanding
    decision: Decision
    candidates: tuple[Candidate, ...]
    confidence: float
    matter: str | None = None  # code of the matter answered
    facet: FacetName | None = None
    text: str = ""  # only sentences of the knowledge base
    sources: tuple[Source, ...] = field(default=())
    elapsed_ms: float = 0.0
