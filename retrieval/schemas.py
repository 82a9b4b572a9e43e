"""What retrieval returns: how the question was read, the candidates, the decision, the answer."""

from dataclasses import dataclass, field
from enum import StrEnum

from knowledge_base.schema import Audience, FacetName


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NO_ANSWER = "no_answer"


class EntryKind(StrEnum):
    """What a question is answered with."""

    GUIDE = "guide"  # 办事指南
    POLICY_ANSWER = "policy_answer"  # 政策问答
    CLAUSE = "clause"  # 政策条款, quoted word for word

    @property
    def label(self) -> str:
        """The word people see."""
        return {"guide": "办事指南", "policy_answer": "政策问答", "clause": "政策条款"}[self.value]


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
    """One entry with its fused score (comparable within one query; best first in lists)."""

    code: str
    title: str
    score: float
    matched: str = ""  # the passage that matched best: shown as the reason of a suggestion
    kind: EntryKind = EntryKind.GUIDE


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from; what only policy documents have is empty for others."""

    code: str
    title: str
    version: int
    valid_from: str  # ISO date; empty where a policy document does not say
    source: str  # the source document
    laws: tuple[str, ...] = ()
    valid_to: str | None = None  # ISO date, the last day
    number: str | None = None  # 文号
    clause: str | None = None  # where the quoted words stand: 第十条第二款
    issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The result for one question; ``confidence`` is the calibrated P(candidates[0] is right)."""

    understanding: Understanding
    decision: Decision
    candidates: tuple[Candidate, ...]
    confidence: float
    kind: EntryKind | None = None  # of candidates[0], where the decision is ``answer``
    # Code of the matter answered; beside a policy answer the guide that goes on from it, if any.
    matter: str | None = None
    facet: FacetName | None = None
    text: str = ""  # only sentences of the knowledge base
    sources: tuple[Source, ...] = field(default=())
    elapsed_ms: float = 0.0
    # Where several things were asked at once: the answer to each, in the order asked. The fields
    # above then hold all of them; matter, kind and facet are the first one's.
    parts: tuple["Answer", ...] = ()
