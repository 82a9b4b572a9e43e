"""Suggested answers for the operator, each with the words that led to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.guidance_answers import heard
from foundation.text.normalise import normalise
from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.rendering import situation
from knowledge_base.guidance.selecting import select
from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.schemas import Answer, Candidate, Decision, EntryKind, Source

_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One answer an operator may adopt (采用)."""

    code: str
    title: str
    facet: FacetName | None
    text: str
    because: str  # the citizen's words and the passage they met
    score: float
    sources: tuple[Source, ...]
    kind: EntryKind
    operators_only: bool = False  # for the operator's eyes: citizens may not read the guide
    ask: tuple[str, ...] = ()  # what to ask the caller, to know which documents they need
    case: str = ""  # what the caller said of it already


class SuggestingRetrieval(Protocol):
    """Retrieval as the desk uses it."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest matters, best first."""
        ...

    def compose(self, code: str, facet: FacetName | None) -> Answer:
        """Return the answer for a known matter and facet."""
        ...

    def operators_only(self, code: str) -> bool:
        """Whether citizens may not read this guide."""
        ...


class Suggesting:
    """Finds suggestions for the last words of a citizen."""

    def __init__(
        self, retrieval: SuggestingRetrieval, library: Callable[[], Library] | None = None
    ) -> None:
        """``library`` gives the one that is published now; without it nothing is to be asked."""
        self._retrieval = retrieval
        self._library = library

    def suggest(self, said: Sequence[str], focus: str | None) -> tuple[Suggestion, ...]:
        """Return up to three suggestions for ``said`` (oldest first; the last weighs most)."""
        if not said:
            return ()
        last = normalise(said[-1])
        answer = self._retrieval.ask(last, focus=focus)
        found = list(self._retrieval.suggest(last))
        bare = answer.understanding.follow_up or answer.decision is Decision.NO_ANSWER
        if len(said) > 1 and bare:
            # The last words carry no matter of their own: those before them do.
            found = list(self._retrieval.suggest(normalise("，".join(said))))
        if answer.decision is Decision.ANSWER:
            # What the assistant would answer comes first, also when it speaks of the focus.
            first = answer.candidates[0]
            found = [first, *(one for one in found if one.code != first.code)]
        facet = answer.facet or answer.understanding.facet
        told = "，".join(map(normalise, said))
        return tuple(self._suggestion(one, facet, last, told) for one in found[:_AT_MOST])

    def _suggestion(
        self, candidate: Candidate, facet: FacetName | None, said: str, told: str
    ) -> Suggestion:
        answer = self._retrieval.compose(candidate.code, facet)
        ask, case = self._guidance(candidate.code, told)
        return Suggestion(
            code=candidate.code,
            title=candidate.title,
            facet=answer.facet,
            text=answer.text,
            because=f"“{said[:24]}” ≈ “{candidate.matched}”" if candidate.matched else said[:24],
            score=candidate.score,
            sources=answer.sources,
            kind=candidate.kind,
            operators_only=self._retrieval.operators_only(candidate.code),
            ask=ask,
            case=case,
        )

    def _guidance(self, code: str, told: str) -> tuple[tuple[str, ...], str]:
        """Return the questions still open on a matter, and what the caller answered unasked."""
        library = self._library() if self._library is not None else None
        guidance = offered(library, code) if library is not None else None
        if library is None or guidance is None:
            return (), ""
        selection = select(guidance, library.matter(code), heard(guidance, told))
        passed: list[str] = []
        asked: list[str] = []
        while (question := selection.next(passed)) is not None and len(asked) < _AT_MOST:
            passed.append(question.key)
            labels = " / ".join(answer.label for answer in question.answers)
            asked.append(f"{question.text}{labels}")
        return tuple(asked), situation(selection)
