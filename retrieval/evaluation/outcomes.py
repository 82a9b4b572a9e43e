"""What became of one question: asked as a citizen would ask it, and judged."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Visibility
from retrieval.evaluation.questions import EvaluationQuestion
from retrieval.explaining import Explanation
from retrieval.schemas import Answer, Decision, EntryKind

_OUTSIDE_CATEGORY = "库外问题"


class Asked(Protocol):
    """What is evaluated; ``retrieval.service.Retriever``."""

    def ask(self, text: str) -> Answer:
        """Return the decision for one question, with its answer."""
        ...

    def explain(self, text: str) -> Explanation:
        """Return how a question comes to its answer."""
        ...


class Verdict(StrEnum):
    """How an outcome is judged."""

    RIGHT = "right"
    PARTLY = "partly"
    OFFERED = "offered"
    OFFERED_WITHOUT = "offered_without"
    REFUSED = "refused"
    WRONG = "wrong"
    OUTSIDE_REFUSED = "outside_refused"
    OUTSIDE_OFFERED = "outside_offered"
    OUTSIDE_ANSWERED = "outside_answered"

    @property
    def label(self) -> str:
        """The words people see."""
        return _VERDICTS[self][0]

    @property
    def worth(self) -> int:
        """How good it is for the citizen: 3 best, 0 for a wrong answer given as if it were sure."""
        return _VERDICTS[self][1]


_VERDICTS = {
    Verdict.RIGHT: ("答对", 3),
    Verdict.PARTLY: ("只答了其中一部分", 2),
    Verdict.OFFERED: ("列出选项，含正确项", 2),
    Verdict.OFFERED_WITHOUT: ("列出选项，不含正确项", 1),
    Verdict.REFUSED: ("该答未答", 1),
    Verdict.WRONG: ("答错", 0),
    Verdict.OUTSIDE_REFUSED: ("库外问题，未答", 3),
    Verdict.OUTSIDE_OFFERED: ("库外问题，列了选项", 1),
    Verdict.OUTSIDE_ANSWERED: ("库外问题，答了", 0),
}


class Ranked(BaseModel):
    """One guide in the order found; scores compare within one question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: str
    score: float


class Outcome(BaseModel):
    """One question, what was decided, and how that is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    style: str
    category: str  # of its best right guide
    why: str
    codes: tuple[str, ...]  # right ones, best first; empty: outside the knowledge base
    all_of: tuple[str, ...]  # all these belong to it
    dealt_with: tuple[str, ...]  # codes answered, or offered as choices
    facet_wanted: FacetName | None
    decision: Decision
    verdict: Verdict
    facet: FacetName | None  # the side that was answered
    ranked: tuple[Ranked, ...]  # up to five, best first, whatever was decided
    choices: int  # how many of these were offered
    rank: int | None  # of the first right one (see ``_is_right``), from 1; None: not among these
    confidence: float  # calibrated P(first one is right)
    elapsed_ms: float

    @property
    def outside(self) -> bool:
        """Whether no guide answers it."""
        return not self.codes

    @property
    def first_is_right(self) -> bool:
        """Whether the guide found best is a right one."""
        return self.rank == 1

    @property
    def best_score(self) -> float:
        """Score of the guide found best; 0 where nothing was found."""
        return self.ranked[0].score if self.ranked else 0.0


def ask_all(
    asked: Asked, library: Library, questions: Iterable[EvaluationQuestion]
) -> Iterator[Outcome]:
    """Ask each question with nothing said before it.

    A question whose guides are not for citizens, or not written yet, is outside: refusing is right.
    """
    public = {code for code, one in library.matters.items() if one.visibility is Visibility.PUBLIC}
    for question in questions:
        codes = tuple(code for code in question.right if code in public)
        category = library.matter(codes[0]).category if codes else _OUTSIDE_CATEGORY
        yield _outcome(asked, library, question, codes, category)


def _outcome(
    asked: Asked,
    library: Library,
    question: EvaluationQuestion,
    codes: tuple[str, ...],
    category: str,
) -> Outcome:
    answer = asked.ask(question.text)
    ranked = _ranked(asked, answer, question.text)
    right = [_is_right(library, one.code, codes) for one in ranked]
    dealt_with = _dealt_with(answer)
    asked_for = answer.understanding.facet
    return Outcome(
        text=question.text,
        style=question.style,
        category=category,
        why=question.why,
        codes=codes,
        all_of=question.all_of,
        dealt_with=dealt_with,
        facet_wanted=question.facet,
        decision=answer.decision,
        verdict=_verdict(answer.decision, set(dealt_with), set(codes), set(question.all_of)),
        # an official answer has no sides: it answers the one that is asked for
        facet=answer.facet if answer.kind in {None, EntryKind.GUIDE} else asked_for,
        ranked=ranked,
        choices=len(answer.candidates) if answer.decision is Decision.CLARIFY else 0,
        rank=right.index(True) + 1 if True in right else None,
        confidence=round(answer.confidence, 4),
        elapsed_ms=round(answer.elapsed_ms, 2),
    )


def _is_right(library: Library, code: str, codes: tuple[str, ...]) -> bool:
    """Whether an entry is a right guide, or a policy answer about the matter of one.

    As with an answer given: what is cited of a right guide's matter counts.
    """
    answer = library.policy_answers.answers.get(code)
    return code in codes or (
        answer is not None and not set(codes).isdisjoint(answer.related_matters)
    )


def _ranked(asked: Asked, answer: Answer, text: str) -> tuple[Ranked, ...]:
    # choices are cut to those worth offering, and a bare follow-up has none
    if answer.decision is Decision.CLARIFY or not answer.candidates:
        found = asked.explain(text).candidates
        return tuple(_one(each.code, each.title, each.score) for each in found)
    return tuple(_one(each.code, each.title, each.score) for each in answer.candidates)


def _one(code: str, title: str, score: float) -> Ranked:
    return Ranked(code=code, title=title, score=round(score, 4))


def _dealt_with(answer: Answer) -> tuple[str, ...]:
    if answer.decision is Decision.CLARIFY:
        return tuple(candidate.code for candidate in answer.candidates)
    if answer.decision is Decision.NO_ANSWER or answer.matter is None:
        return ()
    # an answer cites each guide that it is taken from
    return tuple(dict.fromkeys((answer.matter, *(source.code for source in answer.sources))))


def _verdict(decision: Decision, found: set[str], right: set[str], all_of: set[str]) -> Verdict:
    if decision is Decision.ANSWER:
        if not right:
            return Verdict.OUTSIDE_ANSWERED
        if not found & right:
            return Verdict.WRONG
        return Verdict.RIGHT if all_of <= found else Verdict.PARTLY
    if decision is Decision.CLARIFY:
        if not right:
            return Verdict.OUTSIDE_OFFERED
        return Verdict.OFFERED if found & right else Verdict.OFFERED_WITHOUT
    return Verdict.REFUSED if right else Verdict.OUTSIDE_REFUSED
